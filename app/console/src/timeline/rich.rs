//! Message text as it is drawn: links found, evidence marked, hidden characters shown.

use std::ops::Range;

use egui::{Color32, Stroke, text::LayoutJob};

use crate::{
    theme::{Theme, Type},
    widget::text::push_inert,
};

/// A text ready for layout together with its links.
pub struct Rich {
    /// What to lay out.
    pub job: LayoutJob,
    /// Links as ranges of characters of the job's text, with their addresses.
    pub links: Vec<(Range<usize>, String)>,
}

/// Prepares a message's text; `evidence` counts characters of the message.
pub fn rich(theme: &Theme, text: &str, ink: Color32, evidence: &[Range<usize>], wrap_width: f32) -> Rich {
    let links = find_links(text);
    let plain = theme.format(Type::Body, ink);
    let mut job = LayoutJob::default();
    job.wrap.max_width = wrap_width;
    let mut shown_links: Vec<(Range<usize>, String)> = Vec::new();
    let mut shown_chars = 0;
    let mut run = String::new();
    let mut run_style = (None, false);
    for (index, (byte, letter)) in text.char_indices().enumerate() {
        let within = links.iter().position(|address| address.contains(&byte));
        let style = (within, evidence.iter().any(|range| range.contains(&index)));
        if style != run_style && !run.is_empty() {
            flush(&mut job, theme, &plain, &mut run, run_style);
        }
        run_style = style;
        let before = run.len();
        push_inert(&mut run, letter);
        let added = run[before..].chars().count();
        if let Some(link) = within {
            match shown_links.last_mut() {
                Some((range, url)) if *url == text[links[link].clone()] && range.end == shown_chars => {
                    range.end += added;
                }
                _ => {
                    let address = text[links[link].clone()].to_owned();
                    shown_links.push((shown_chars..shown_chars + added, address));
                }
            }
        }
        shown_chars += added;
    }
    flush(&mut job, theme, &plain, &mut run, run_style);
    Rich { job, links: shown_links }
}

fn flush(
    job: &mut LayoutJob,
    theme: &Theme,
    plain: &egui::TextFormat,
    run: &mut String,
    (link, evidence): (Option<usize>, bool),
) {
    let mut format = plain.clone();
    if link.is_some() {
        format.color = theme.accent;
        format.underline = Stroke::new(1.0, theme.accent);
    }
    if evidence {
        format.underline = Stroke::new(1.5, theme.warn);
        format.background = theme.warn_soft;
    }
    job.append(run, 0.0, format);
    run.clear();
}

/// Web and mail addresses in a text, as byte ranges. Only what can be opened without surprise counts: `http`,
/// `https` and `mailto`, and addresses end before Chinese text and punctuation.
pub fn find_links(text: &str) -> Vec<Range<usize>> {
    let mut links = Vec::new();
    let mut from = 0;
    while let Some(start) = ["https://", "http://", "mailto:"]
        .iter()
        .filter_map(|scheme| text[from..].find(scheme).map(|found| from + found))
        .min()
    {
        let tail = &text[start..];
        let length = tail
            .char_indices()
            .find(|(_, letter)| !is_address_char(*letter))
            .map_or(tail.len(), |(byte, _)| byte);
        let address = tail[..length].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '"']);
        let scheme = address.find(':').map_or(0, |colon| colon + 1);
        if address[scheme..].trim_start_matches('/').len() > 2 {
            links.push(start..start + address.len());
        }
        from = start + length.max(1);
    }
    links
}

fn is_address_char(letter: char) -> bool {
    letter.is_ascii_graphic() && !matches!(letter, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '}' | '|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_and_end_where_a_reader_would_end_them() {
        let cases: &[(&str, &[&str])] = &[
            ("看这里 https://example.com/a?b=1，谢谢", &["https://example.com/a?b=1"]),
            ("(see http://example.com/x).", &["http://example.com/x"]),
            ("mailto:anna@example.com and https://a.cn", &["mailto:anna@example.com", "https://a.cn"]),
            ("javascript:alert(1) file:///etc/passwd", &[]),
            ("https:// nothing", &[]),
            ("没有链接", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<&str> = find_links(text).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn a_link_with_a_hidden_character_ends_before_it() {
        let text = "https://good.example\u{202e}moc.live";
        assert_eq!(&text[find_links(text)[0].clone()], "https://good.example");
    }
}
