//! The Markdown of articles: headings, paragraphs, lists, quotes, code, tables, and bold, code and links within
//! lines. Drawn on a page of its own or, closer, within a card of the dock.

use std::ops::Range;

use egui::{Align2, CornerRadius, Frame, Margin, Sense, Ui, Vec2, pos2, text::LayoutJob, vec2};

use crate::{
    Action, Ctx, ShellRequest,
    theme::{Theme, Type},
    widget::{label, text},
};

/// A block of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading and its level, from 1.
    Heading(usize, String),
    /// Running text.
    Paragraph(String),
    /// An item of a list: how deep it lies, its number or nothing, its words.
    Item(usize, Option<String>, String),
    /// Words that stand out: warnings and quotes.
    Quote(String),
    /// Lines to be kept as they are.
    Code(String),
    /// Rows of cells, the first being the heads.
    Table(Vec<Vec<String>>),
    /// A line across.
    Rule,
}

/// How much room an article has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// A page of its own.
    Page,
    /// A card of the dock: headings no larger than the text, tables that wrap, nothing indented far.
    Card,
}

impl Room {
    fn heading(self, level: usize) -> Type {
        match (self, level) {
            (Self::Page, 1 | 2) => Type::Title,
            (Self::Page, _) | (Self::Card, 1) => Type::Strong,
            (Self::Card, _) => Type::SmallStrong,
        }
    }

    /// Width of a list's marks.
    fn mark(self) -> f32 {
        if self == Self::Page { 24.0 } else { 18.0 }
    }

    fn padding(self) -> Margin {
        if self == Self::Page { Margin::symmetric(12, 8) } else { Margin::symmetric(8, 5) }
    }
}

/// Reads an article.
pub fn parse(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut code: Option<String> = None;
    // Whether the line before ended its block.
    let mut ended = true;
    for raw in markdown.lines() {
        let line = raw.trim_end();
        if line.trim_start().starts_with("```") {
            match code.take() {
                Some(lines) => blocks.push(Block::Code(lines.trim_end().to_owned())),
                None => code = Some(String::new()),
            }
            ended = true;
            continue;
        }
        if let Some(lines) = &mut code {
            lines.push_str(line);
            lines.push('\n');
            continue;
        }
        let words = line.trim_start();
        if words.is_empty() {
            ended = true;
            continue;
        }
        push_line(&mut blocks, line, words, ended);
        ended = matches!(blocks.last(), Some(Block::Heading(..) | Block::Rule));
    }
    if let Some(lines) = code {
        blocks.push(Block::Code(lines.trim_end().to_owned()));
    }
    blocks
}

fn push_line(blocks: &mut Vec<Block>, line: &str, words: &str, ended: bool) {
    let level = words.chars().take_while(|letter| *letter == '#').count();
    if (1..=6).contains(&level) && words[level..].starts_with(' ') {
        blocks.push(Block::Heading(level, words[level..].trim().to_owned()));
        return;
    }
    if words.len() >= 3 && words.chars().all(|letter| letter == '-' || letter == '*') {
        blocks.push(Block::Rule);
        return;
    }
    if let Some(row) = words.strip_prefix('|') {
        let cells: Vec<String> =
            row.trim_end_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let divides = cells
            .iter()
            .all(|cell| cell.contains('-') && cell.chars().all(|letter| matches!(letter, '-' | ':')));
        match blocks.last_mut() {
            Some(Block::Table(rows)) if !ended => {
                if !divides {
                    rows.push(cells);
                }
            }
            _ => blocks.push(Block::Table(vec![cells])),
        }
        return;
    }
    if let Some(quote) = words.strip_prefix('>') {
        match blocks.last_mut() {
            Some(Block::Quote(before)) if !ended => join(before, quote.trim()),
            _ => blocks.push(Block::Quote(quote.trim().to_owned())),
        }
        return;
    }
    let depth = (line.len() - words.len()) / 2;
    if let Some((number, item)) = item(words) {
        blocks.push(Block::Item(depth, number, item.to_owned()));
        return;
    }
    match blocks.last_mut() {
        Some(Block::Paragraph(before) | Block::Item(_, _, before) | Block::Quote(before)) if !ended => {
            join(before, words);
        }
        _ => blocks.push(Block::Paragraph(words.to_owned())),
    }
}

/// A list item's number, or nothing for a bullet, and its words.
fn item(words: &str) -> Option<(Option<String>, &str)> {
    for bullet in ["- ", "* ", "+ "] {
        if let Some(item) = words.strip_prefix(bullet) {
            return Some((None, item.trim()));
        }
    }
    let digits = words.chars().take_while(char::is_ascii_digit).count();
    let item = words[digits..].strip_prefix(". ").or_else(|| words[digits..].strip_prefix(") "))?;
    ((1..=3).contains(&digits)).then(|| (Some(words[..digits].to_owned()), item.trim()))
}

/// Adds a line of the same block: with a space between words, with nothing between Chinese characters.
fn join(before: &mut String, words: &str) {
    let wide = |letter: Option<char>| letter.is_some_and(|letter| u32::from(letter) >= 0x2E80);
    if !wide(before.chars().next_back()) || !wide(words.chars().next()) {
        before.push(' ');
    }
    before.push_str(words);
}

/// Words of a line that look the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Run {
    words: String,
    bold: bool,
    code: bool,
    /// Where it leads.
    link: Option<String>,
}

/// The words of a line without their marks.
fn runs(line: &str) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    let mut run = Run::default();
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        let flush = |found: &mut Vec<Run>, run: &mut Run| {
            if !run.words.is_empty() {
                let next = Run { words: String::new(), link: None, ..run.clone() };
                found.push(std::mem::replace(run, next));
            }
        };
        if rest.starts_with('`') {
            flush(&mut found, &mut run);
            run.code = !run.code;
            rest = &rest[1..];
        } else if !run.code && rest.starts_with("**") {
            flush(&mut found, &mut run);
            run.bold = !run.bold;
            rest = &rest[2..];
        } else if !run.code
            && let Some((words, address, behind)) = link(rest)
        {
            flush(&mut found, &mut run);
            found.push(Run { words: words.to_owned(), link: Some(address.to_owned()), ..run.clone() });
            rest = behind;
        } else {
            run.words.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    if !run.words.is_empty() {
        found.push(run);
    }
    found
}

/// The words and the address of a link at the beginning of a text, and what follows it.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, behind) = rest.split_once(')')?;
    (!words.contains(['[', ']']) && !address.contains(char::is_whitespace))
        .then_some((words, address, behind))
}

/// A line ready for layout, and its links as ranges of characters.
fn inline(theme: &Theme, line: &str, style: Type, width: f32) -> (LayoutJob, Vec<(Range<usize>, String)>) {
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    let (mut links, mut chars) = (Vec::new(), 0);
    for run in runs(line) {
        let style = if run.bold && style == Type::Body { Type::Strong } else { style };
        let ink = if run.link.is_some() { theme.accent } else { theme.text };
        let mut format = theme.format(style, ink);
        if run.code {
            format.background = theme.sunken;
        }
        let words = text::inert(&run.words);
        job.append(&words, 0.0, format);
        let end = chars + words.chars().count();
        links.extend(run.link.map(|address| (chars..end, address)));
        chars = end;
    }
    (job, links)
}

fn line(ui: &mut Ui, ctx: &Ctx<'_>, words: &str, style: Type) {
    let theme = ctx.theme;
    let (job, links) = inline(theme, words, style, ui.available_width().max(1.0));
    let galley = ui.painter().layout_job(job);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click_and_drag() - Sense::FOCUSABLE);
    let spoken = galley.text().to_owned();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Label, true, &spoken));
    let pointed = response.hover_pos().and_then(|at| {
        let index: usize = galley.cursor_from_pos(at - rect.min).index.into();
        links.iter().find(|(range, _)| range.contains(&index))
    });
    let select = egui::text_selection::LabelSelectionState::label_text_selection;
    select(ui, &response, rect.min, galley, theme.text, egui::Stroke::NONE);
    if let Some((_, address)) = pointed {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
        if response.clicked() {
            follow(ctx, address);
        }
    }
}

/// Goes where a link leads: another article or a web page. Anything else is not followed.
fn follow(ctx: &Ctx<'_>, address: &str) {
    if let Some(article) = address.strip_prefix("article:") {
        ctx.push(Action::OpenArticle(article.into()));
    } else if address.starts_with("https://") || address.starts_with("http://") {
        ctx.request(ShellRequest::OpenUrl(address.to_owned()));
    }
}

/// A block's words without marks.
pub fn plain(words: &str) -> String {
    runs(words).into_iter().map(|run| run.words).collect()
}

/// The part of an article below one of these headings, as plain words for the composer.
pub fn section(blocks: &[Block], headings: &[&str]) -> Option<String> {
    let is_wanted = |block: &Block| {
        matches!(block, Block::Heading(_, words)
            if headings.iter().any(|heading| plain(words).eq_ignore_ascii_case(heading)))
    };
    let start = blocks.iter().position(is_wanted)? + 1;
    let below = blocks[start..].iter().take_while(|block| !matches!(block, Block::Heading(..)));
    let lines = below.filter_map(|block| match block {
        Block::Item(_, Some(number), words) => Some(format!("{number}. {}", plain(words))),
        Block::Item(_, None, words) | Block::Quote(words) | Block::Paragraph(words) => Some(plain(words)),
        Block::Code(words) => Some(words.clone()),
        Block::Heading(..) | Block::Table(_) | Block::Rule => None,
    });
    let words = lines.collect::<Vec<_>>().join("\n");
    (!words.trim().is_empty()).then_some(words)
}

/// Draws an article's blocks. The first heading is left out where it repeats the title.
pub fn show(ui: &mut Ui, ctx: &Ctx<'_>, blocks: &[Block], title: &str, room: Room) {
    let theme = ctx.theme;
    for (number, block) in blocks.iter().enumerate() {
        match block {
            Block::Heading(1, words) if words == title => {}
            Block::Heading(level, words) => {
                ui.add_space(if room == Room::Page { 8.0 } else { 4.0 });
                line(ui, ctx, words, room.heading(*level));
            }
            Block::Paragraph(words) => line(ui, ctx, words, Type::Body),
            Block::Item(depth, mark, words) => list_item(ui, ctx, (*depth, mark.as_deref()), words, room),
            Block::Quote(words) => {
                let frame = Frame::new().fill(theme.note).corner_radius(CornerRadius::same(4));
                let shown = frame.inner_margin(room.padding()).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    line(ui, ctx, words, Type::Body);
                });
                let rect = shown.response.rect;
                let edge = egui::Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
                ui.painter().rect_filled(edge, 0.0, theme.lamp);
            }
            Block::Code(lines) => {
                let frame = Frame::new().fill(theme.sunken).corner_radius(theme.control_radius());
                frame.inner_margin(room.padding()).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    text::paragraph(ui, theme, &text::inert(lines), Type::Small, theme.text);
                });
            }
            Block::Table(rows) => table(ui, ctx, rows, number, room),
            Block::Rule => {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 9.0), Sense::hover());
                ui.painter().hline(rect.x_range(), rect.center().y, theme.hairline());
            }
        }
    }
}

fn list_item(ui: &mut Ui, ctx: &Ctx<'_>, (depth, mark): (usize, Option<&str>), words: &str, room: Room) {
    let theme = ctx.theme;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let width = room.mark();
        ui.add_space(depth.min(4) as f32 * (width - 4.0));
        let (rect, _) = ui.allocate_exact_size(Vec2::new(width, 20.0), Sense::hover());
        let (painter, ink) = (ui.painter(), theme.muted);
        if let Some(number) = mark {
            let at = pos2(rect.right() - 6.0, rect.center().y);
            let words = format!("{number}.");
            text::paint_line(painter, theme, at, Align2::RIGHT_CENTER, &words, Type::Small, ink);
        } else {
            painter.circle_filled(pos2(rect.right() - width / 2.0, rect.center().y), 2.0, ink);
        }
        line(ui, ctx, words, Type::Body);
    });
}

fn table(ui: &mut Ui, ctx: &Ctx<'_>, rows: &[Vec<String>], number: usize, room: Room) {
    let theme = ctx.theme;
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    if columns == 0 {
        return;
    }
    let frame = Frame::new().stroke(theme.hairline()).corner_radius(theme.control_radius());
    frame.inner_margin(room.padding()).show(ui, |ui| {
        let gap = if room == Room::Page { 16.0 } else { 8.0 };
        let width = ((ui.available_width() - gap * (columns - 1) as f32) / columns as f32).max(24.0);
        let grid = egui::Grid::new(("article-table", number)).spacing(vec2(gap, 6.0));
        grid.min_col_width(width).max_col_width(width).show(ui, |ui| {
            for (index, row) in rows.iter().enumerate() {
                for cell in row {
                    if index == 0 {
                        label(ui, theme, cell, Type::SmallStrong, theme.muted);
                    } else {
                        line(ui, ctx, cell, Type::Body);
                    }
                }
                ui.end_row();
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_read_into_blocks() {
        let source = "# 标题\n\n第一行\n第二行 **要紧**\n\n- 一\n  接着\n- 二\n  - 里面\n1. 先\n2) 后\n\n> 小心\n> 燃气\n\n| 代码 | 含义 |\n|---|:--|\n| E4 | 风压 |\n\n```\nx = 1\n```\n---\nend";
        let text = |words: &str| words.to_owned();
        let expected = [
            Block::Heading(1, text("标题")),
            Block::Paragraph(text("第一行第二行 **要紧**")),
            Block::Item(0, None, text("一接着")),
            Block::Item(0, None, text("二")),
            Block::Item(1, None, text("里面")),
            Block::Item(0, Some(text("1")), text("先")),
            Block::Item(0, Some(text("2")), text("后")),
            Block::Quote(text("小心燃气")),
            Block::Table(vec![vec![text("代码"), text("含义")], vec![text("E4"), text("风压")]]),
            Block::Code(text("x = 1")),
            Block::Rule,
            Block::Paragraph(text("end")),
        ];
        assert_eq!(parse(source), expected);
    }

    #[test]
    fn the_reply_is_the_section_and_nothing_behind_it() {
        let text = "前文\n\n## What to say\n\nHello, **please** wait.\n\n- one\n1. first\n\n## After\n\nno";
        let cases = [
            (text, ["可以这样说", "what to say"], Some("Hello, please wait.\none\n1. first")),
            (text, ["可以这样说", "别的"], None),
            ("## 可以这样说\n\n", ["可以这样说", ""], None),
            ("## **可以这样说**\n\n> 您好", ["可以这样说", ""], Some("您好")),
        ];
        for (markdown, headings, expected) in cases {
            assert_eq!(section(&parse(markdown), &headings).as_deref(), expected, "{markdown}");
        }
    }

    #[test]
    fn marks_within_a_line_are_taken_off() {
        let run = |words: &str| Run { words: words.to_owned(), ..Run::default() };
        let bold = |words: &str| Run { bold: true, ..run(words) };
        let cases = [
            ("plain", vec![run("plain")]),
            ("先**关火**再", vec![run("先"), bold("关火"), run("再")]),
            ("`a**b`", vec![Run { code: true, ..run("a**b") }]),
            ("**open", vec![bold("open")]),
            (
                "按[应急](article:K-120)处理",
                vec![run("按"), Run { link: Some("article:K-120".into()), ..run("应急") }, run("处理")],
            ),
            ("[not a link]", vec![run("[not a link]")]),
            ("", vec![]),
        ];
        for (line, expected) in cases {
            assert_eq!(runs(line), expected, "{line}");
        }
    }
}
