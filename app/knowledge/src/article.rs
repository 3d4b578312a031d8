//! Articles as text: Markdown under TOML front matter, and what a reader needs from the Markdown: headings,
//! passages, the sentence to say, how customers ask, and which other articles are named.
//!
//! Two headings of level 2 have a meaning, whatever the language of the article:
//!
//! - `## 可以这样说` / `## What to say`: ready sentences for the customer; the first is proposed as a reply.
//! - `## 客户会这样问` / `## How customers ask`: phrases that lead here; searched like labels, never shown as
//!   a passage.

use model::{ArticleId, knowledge::Article};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Deserialize;

use crate::error::ArticleError;

/// Longest article in bytes, front matter included.
pub const ARTICLE_MAX_BYTES: usize = 256 * 1024;
/// Headings of the section with sentences for the customer.
pub const REPLY_HEADINGS: [&str; 2] = ["可以这样说", "What to say"];
/// Headings of the section with the phrases customers use.
pub const ASKED_HEADINGS: [&str; 2] = ["客户会这样问", "How customers ask"];
/// How one article links to another: `[title](article:K-118)`.
pub const LINK_SCHEME: &str = "article:";

const FENCE: &str = "+++";
/// Between the cells of a row, which is one passage.
const CELL_BORDER: &str = " · ";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: String,
    language: String,
    title: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    products: Vec<String>,
    version: u32,
}

/// Reads one article: a `+++` line, TOML, a `+++` line, Markdown.
pub fn parse_article(text: &str) -> Result<Article, ArticleError> {
    if text.len() > ARTICLE_MAX_BYTES {
        return Err(ArticleError::TooLong { bytes: text.len() });
    }
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let rest = text.strip_prefix(FENCE).and_then(|rest| rest.strip_prefix('\n'));
    let (front, body) =
        rest.and_then(|rest| rest.split_once("\n+++\n")).ok_or(ArticleError::NoFrontMatter)?;
    let front: FrontMatter = toml::from_str(front).map_err(Box::new)?;
    let article = Article {
        id: ArticleId::from(front.id.trim()),
        language: front.language.trim().to_owned(),
        title: front.title.trim().to_owned(),
        tags: front.tags,
        products: front.products,
        version: front.version,
        markdown: body.trim().to_owned(),
    };
    check(&article)?;
    Ok(article)
}

/// Whether an article, however it was made, may enter the index.
pub(crate) fn check(article: &Article) -> Result<(), ArticleError> {
    let fields = [("id", article.id.as_str()), ("language", &article.language), ("title", &article.title)];
    if let Some((name, _)) = fields.iter().find(|(_, value)| value.trim().is_empty()) {
        return Err(ArticleError::Empty(name));
    }
    let bytes = article.title.len() + article.markdown.len();
    if bytes > ARTICLE_MAX_BYTES {
        return Err(ArticleError::TooLong { bytes });
    }
    Ok(())
}

/// One paragraph or list item, with the heading it stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The nearest heading above; empty before the first one.
    pub heading: String,
    /// The text without Markdown.
    pub text: String,
    /// What kind of section it belongs to.
    pub section: Section,
}

/// What a section of an article is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Facts and steps.
    Body,
    /// Sentences to say to the customer.
    Reply,
    /// How customers ask.
    Asked,
}

/// The structure of one article's Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Headings in order, without the Markdown.
    pub headings: Vec<String>,
    /// Paragraphs and list items in order.
    pub passages: Vec<Passage>,
    /// Articles that are linked to.
    pub links: Vec<ArticleId>,
}

impl Outline {
    /// Reads the structure of an article's Markdown.
    pub fn of(markdown: &str) -> Self {
        let mut reader = Reader::default();
        for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
            reader.take(event);
        }
        reader.close_passage();
        reader.outline
    }

    /// The sentences for the customer, in order.
    pub fn replies(&self) -> impl Iterator<Item = &str> {
        self.texts(Section::Reply)
    }

    /// The phrases customers use.
    pub fn asked(&self) -> impl Iterator<Item = &str> {
        self.texts(Section::Asked)
    }

    fn texts(&self, section: Section) -> impl Iterator<Item = &str> {
        self.passages.iter().filter(move |passage| passage.section == section).map(|passage| &*passage.text)
    }
}

/// The sentence an article offers for the customer, or `None` where it has none.
pub fn reply(article: &Article) -> Option<String> {
    Outline::of(&article.markdown).replies().next().map(str::to_owned)
}

#[derive(Default)]
struct Reader {
    outline: Outline,
    heading: String,
    section: Option<Section>,
    in_heading: Option<HeadingLevel>,
    text: String,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.close_passage();
                self.in_heading = Some(level);
            }
            Event::End(TagEnd::Heading(level)) => self.close_heading(level),
            Event::Start(Tag::Link { dest_url, .. }) => {
                if let Some(id) = dest_url.strip_prefix(LINK_SCHEME) {
                    self.outline.links.push(ArticleId::from(id));
                }
            }
            Event::Start(Tag::Item)
            | Event::End(
                TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock | TagEnd::TableHead | TagEnd::TableRow,
            ) => self.close_passage(),
            Event::Start(Tag::TableCell) if !self.text.is_empty() => self.text.push_str(CELL_BORDER),
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.push_break(),
            _ => {}
        }
    }

    /// A line break is a space between words, and nothing between Chinese characters.
    fn push_break(&mut self) {
        if self.text.ends_with(|last: char| last.is_ascii()) {
            self.text.push(' ');
        }
    }

    fn close_heading(&mut self, level: HeadingLevel) {
        self.in_heading = None;
        std::mem::take(&mut self.text).trim().clone_into(&mut self.heading);
        if level <= HeadingLevel::H2 {
            self.section = Some(section_of(&self.heading));
        }
        self.outline.headings.push(self.heading.clone());
    }

    fn close_passage(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if self.in_heading.is_some() || text.is_empty() {
            return;
        }
        self.outline.passages.push(Passage {
            heading: self.heading.clone(),
            text: text.to_owned(),
            section: self.section.unwrap_or(Section::Body),
        });
    }
}

fn section_of(heading: &str) -> Section {
    if REPLY_HEADINGS.contains(&heading) {
        Section::Reply
    } else if ASKED_HEADINGS.contains(&heading) {
        Section::Asked
    } else {
        Section::Body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "+++\nid = \"K-1\"\nlanguage = \"en\"\ntitle = \"A title\"\ntags = [\"x\"]\nversion = 3\n+++\n\
        First line\nsecond line with **bold** and `E4`.\n\n## Steps\n\n1. Do [this](article:K-2).\n2. Then\n   that.\n\n\
        ## What to say\n\nSay this.\n\n- Or that.\n\n## How customers ask\n\n- why\n";

    #[test]
    fn an_article_is_read() {
        let article = parse_article(TEXT).unwrap();
        assert_eq!((article.id.as_str(), article.version), ("K-1", 3));
        assert_eq!((article.language.as_str(), article.title.as_str()), ("en", "A title"));
        let outline = Outline::of(&article.markdown);
        assert_eq!(outline.headings, ["Steps", "What to say", "How customers ask"]);
        let texts: Vec<_> = outline.passages.iter().map(|p| (p.section, p.text.as_str())).collect();
        let expected = [
            (Section::Body, "First line second line with bold and E4."),
            (Section::Body, "Do this."),
            (Section::Body, "Then that."),
            (Section::Reply, "Say this."),
            (Section::Reply, "Or that."),
            (Section::Asked, "why"),
        ];
        assert_eq!(texts, expected);
        assert_eq!(outline.links, [ArticleId::from("K-2")]);
        assert_eq!(reply(&article).as_deref(), Some("Say this."));
    }

    #[test]
    fn a_row_of_a_table_is_a_passage() {
        let outline = Outline::of("| code | cause |\n|---|---|\n| **E4** | blocked flue |\n");
        let texts: Vec<_> = outline.passages.iter().map(|passage| passage.text.as_str()).collect();
        assert_eq!(texts, ["code · cause", "E4 · blocked flue"]);
    }

    #[test]
    fn a_windows_file_is_the_same_article() {
        let windows = format!("\u{feff}{}", TEXT.replace('\n', "\r\n"));
        assert_eq!(parse_article(&windows).unwrap(), parse_article(TEXT).unwrap());
    }

    #[test]
    fn what_is_not_an_article_is_refused() {
        for text in [
            "",
            "+++",
            "no front matter",
            "+++\nid = \"K-1\"\n+++\nbody",
            "+++\nid = 7\nlanguage = \"en\"\ntitle = \"t\"\nversion = 1\n+++\n",
            "+++\nid = \" \"\nlanguage = \"en\"\ntitle = \"t\"\nversion = 1\n+++\nbody",
            "+++\nid = \"K\"\nlanguage = \"en\"\ntitle = \"t\"\nversion = 1\ncolour = 1\n+++\nbody",
            "+++\nid = \"K\"\nlanguage = \"en\"\ntitle = \"t\"\nversion = -1\n+++\nbody",
        ] {
            assert!(parse_article(text).is_err(), "{text:?}");
        }
        let long = format!("{TEXT}{}", "长".repeat(ARTICLE_MAX_BYTES));
        assert!(matches!(parse_article(&long), Err(ArticleError::TooLong { .. })));
    }
}
