//! Articles as they are drawn: headings, lists, quotes, paragraphs, bold text and links of a Markdown subset.

use egui::{Color32, CursorIcon, Sense, Ui, WidgetInfo, accesskit::Role, text::LayoutJob, vec2};

use crate::{
    Ctx,
    theme::{Theme, Type},
    widget::text::inert,
};

/// One block of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading and how deep it is.
    Heading(usize, String),
    /// A line of a list with its mark.
    Item(String, String),
    /// A quotation.
    Quote(String),
    /// Anything else.
    Paragraph(String),
}

/// Cuts an article into blocks.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in markdown.lines() {
        let line = line.trim();
        if line.is_empty() {
            open = false;
            continue;
        }
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&hashes) && line[hashes..].starts_with(' ') {
            blocks.push(Block::Heading(hashes, line[hashes..].trim().to_owned()));
            open = false;
        } else if let Some((mark, rest)) = item(line) {
            blocks.push(Block::Item(mark, rest.to_owned()));
            open = true;
        } else if let Some(rest) = line.strip_prefix('>') {
            match blocks.last_mut() {
                Some(Block::Quote(words)) if open => join(words, rest.trim()),
                _ => blocks.push(Block::Quote(rest.trim().to_owned())),
            }
            open = true;
        } else {
            match blocks.last_mut() {
                Some(Block::Item(_, words) | Block::Quote(words) | Block::Paragraph(words)) if open => {
                    join(words, line);
                }
                _ => blocks.push(Block::Paragraph(line.to_owned())),
            }
            open = true;
        }
    }
    blocks
}

/// A list item's mark and its words.
fn item(line: &str) -> Option<(String, &str)> {
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some(("•".to_owned(), rest.trim()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = line.get(digits..)?.strip_prefix(". ")?;
    (1..=3).contains(&digits).then(|| (format!("{}.", &line[..digits]), rest.trim()))
}

/// Joins two lines of one paragraph; between Chinese letters there is no space.
fn join(words: &mut String, line: &str) {
    let latin = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii());
    if latin(words.chars().last()) || latin(line.chars().next()) {
        words.push(' ');
    }
    words.push_str(line);
}

/// A run of letters in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span<'a> {
    words: &'a str,
    bold: bool,
    link: Option<&'a str>,
}

/// Cuts a block's words into runs: `**bold**`, `` `code` `` and `[words](address)`.
fn spans(words: &str) -> Vec<Span<'_>> {
    let (mut bold, mut plain, mut at) = (false, 0, 0);
    let mut found: Vec<Span<'_>> = Vec::new();
    while at < words.len() {
        let rest = &words[at..];
        if rest.starts_with("**") {
            found.push(Span { words: &words[plain..at], bold, link: None });
            bold = !bold;
            at += 2;
            plain = at;
        } else if rest.starts_with('`') {
            found.push(Span { words: &words[plain..at], bold, link: None });
            at += 1;
            plain = at;
        } else if let Some((shown, address, length)) = link(rest) {
            found.push(Span { words: &words[plain..at], bold, link: None });
            found.push(Span { words: shown, bold, link: Some(address) });
            at += length;
            plain = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found.push(Span { words: &words[plain..], bold, link: None });
    found.retain(|span| !span.words.is_empty());
    found
}

/// The words, the address and the length of a link at the start of a text.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let shown = text.strip_prefix('[')?;
    let middle = shown.find("](")?;
    let address = &shown[middle + 2..];
    let end = address.find(')')?;
    let (shown, address) = (&shown[..middle], &address[..end]);
    (!shown.contains('[')).then_some((shown, address, shown.len() + address.len() + 4))
}

/// A block's words without marks.
pub fn plain(words: &str) -> String {
    spans(words).into_iter().map(|span| span.words).collect()
}

/// The section of an article that can be said to a customer, ready for the composer.
pub fn section(markdown: &str, headings: &[&str]) -> Option<String> {
    let all = blocks(markdown);
    let is_wanted = |block: &Block| {
        matches!(block, Block::Heading(_, words)
        if headings.iter().any(|heading| plain(words).eq_ignore_ascii_case(heading)))
    };
    let start = all.iter().position(is_wanted)? + 1;
    let mut reply = String::new();
    for block in &all[start..] {
        let line = match block {
            Block::Heading(..) => break,
            Block::Item(mark, words) if mark == "•" => plain(words),
            Block::Item(mark, words) => format!("{mark} {}", plain(words)),
            Block::Quote(words) | Block::Paragraph(words) => plain(words),
        };
        if !reply.is_empty() {
            reply.push('\n');
        }
        reply.push_str(&line);
    }
    (!reply.trim().is_empty()).then_some(reply)
}

/// Draws an article; returns the address of a link that was clicked.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, markdown: &str) -> Option<String> {
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = 4.0;
    for (index, block) in blocks(markdown).iter().enumerate() {
        let (mark, words, style, ink) = match block {
            Block::Heading(depth, words) => {
                if index > 0 {
                    ui.add_space(4.0);
                }
                let style = if *depth == 1 { Type::Strong } else { Type::SmallStrong };
                (None, words, style, ctx.theme.text)
            }
            Block::Item(mark, words) => (Some(mark.as_str()), words, Type::Body, ctx.theme.text),
            Block::Quote(words) => (None, words, Type::Body, ctx.theme.muted),
            Block::Paragraph(words) => (None, words, Type::Body, ctx.theme.text),
        };
        let opened = draw(ui, ctx.theme, mark, words, style, ink);
        clicked = opened.or(clicked);
    }
    clicked
}

fn draw(
    ui: &mut Ui,
    theme: &Theme,
    mark: Option<&str>,
    words: &str,
    style: Type,
    ink: Color32,
) -> Option<String> {
    let indent = if mark.is_some() { 18.0 } else { 0.0 };
    let mut job = LayoutJob::default();
    job.wrap.max_width = ui.available_width() - indent;
    let mut links: Vec<(std::ops::Range<usize>, &str)> = Vec::new();
    let mut at = 0;
    for span in spans(words) {
        let shown = inert(span.words);
        let length = shown.chars().count();
        let mut format = theme.format(style, ink);
        if span.bold {
            format.font_id = theme.font(Type::Strong);
        }
        if let Some(address) = span.link {
            format.color = theme.accent;
            links.push((at..at + length, address));
        }
        job.append(&shown, 0.0, format);
        at += length;
    }
    let galley = ui.painter().layout_job(job);
    let size = vec2(ui.available_width(), galley.size().y);
    let sense = if links.is_empty() { Sense::hover() } else { Sense::click() };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, plain(words)));
    if let Some(mark) = mark {
        let mark = ui.painter().layout_job(crate::widget::job(theme, mark, style, theme.muted));
        ui.painter().galley(rect.min, mark, theme.muted);
    }
    let origin = rect.min + vec2(indent, 0.0);
    ui.painter().galley(origin, std::sync::Arc::clone(&galley), ink);
    let under = response.hover_pos().and_then(|pos| {
        let index = galley.cursor_from_pos(pos - origin).index;
        links.iter().find(|(range, _)| range.contains(&usize::from(index))).map(|(_, address)| *address)
    })?;
    ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    response.clicked().then(|| under.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_cut_into_blocks() {
        let text = "# 标题\n\n第一行\n第二行\nplain\ntext\n\n## 步骤\n1. **先说**安全\n2. 再看\n- 点\n> 引用";
        let expected = [
            Block::Heading(1, "标题".into()),
            Block::Paragraph("第一行第二行 plain text".into()),
            Block::Heading(2, "步骤".into()),
            Block::Item("1.".into(), "**先说**安全".into()),
            Block::Item("2.".into(), "再看".into()),
            Block::Item("•".into(), "点".into()),
            Block::Quote("引用".into()),
        ];
        assert_eq!(blocks(text), expected);
    }

    #[test]
    fn marks_become_styles() {
        let span = |words, bold, link| Span { words, bold, link };
        assert_eq!(
            spans("按**先**走[应急](article:K-120)`E4`。"),
            [
                span("按", false, None),
                span("先", true, None),
                span("走", false, None),
                span("应急", false, Some("article:K-120")),
                span("E4", false, None),
                span("。", false, None),
            ]
        );
        assert_eq!(plain("[不是链接 **粗"), "[不是链接 粗");
    }

    #[test]
    fn the_reply_is_the_section_and_nothing_behind_it() {
        let text = "前文\n\n## What to say\n\nHello, **please** wait.\n\n- one\n\n## After\n\nno";
        assert_eq!(
            section(text, &["可以这样说", "what to say"]).as_deref(),
            Some("Hello, please wait.\none")
        );
        assert_eq!(section(text, &["可以这样说"]), None);
        assert_eq!(section("## 可以这样说\n\n", &["可以这样说"]), None);
    }
}
