//! Panel: a tree of plain data that the desk draws. Build it from [`Element`]s:
//!
//! ```
//! use switchboard_plugin::panel::*;
//!
//! let view = column([
//!     heading("Devices"),
//!     row([text("Washing machine"), badge("in warranty", Tone::Good)]),
//!     progress(0.4).a11y("40 % of the warranty used"),
//!     button("renew", "Extend the warranty"),
//! ])
//! .into_view(1);
//! assert_eq!(view.nodes.len(), 7);
//! ```

pub use crate::bindings::panel::exports::switchboard::plugin::panel::{
    Effect, Event, Fact, Grid, Input, Kind, Link, Node, Place, Selector, Slot, Toggle, Tone, Toned, View,
};
pub use crate::forms::Choice;
use crate::{Ctx, Plugin, Result};

/// Draws panels.
pub trait Panel: Plugin {
    /// Answers an event. `rev` is that of the view on the screen; 0 for none yet.
    fn handle(&mut self, ctx: &Ctx, at: &Place, rev: u64, event: Event) -> Result<Vec<Effect>>;
}

/// One element of a panel with what is inside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    id: String,
    kind: Kind,
    children: Vec<Element>,
    a11y: String,
}

impl Element {
    fn leaf(kind: Kind) -> Self {
        Self { id: String::new(), kind, children: vec![], a11y: String::new() }
    }

    fn with(kind: Kind, children: impl IntoIterator<Item = Self>) -> Self {
        Self { children: children.into_iter().collect(), ..Self::leaf(kind) }
    }

    /// The same with a name for events.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// The same with what a screen reader says, where the content alone does not.
    #[must_use]
    pub fn a11y(mut self, text: impl Into<String>) -> Self {
        self.a11y = text.into();
        self
    }

    /// Adds an element inside.
    pub fn push(&mut self, child: Self) {
        self.children.push(child);
    }

    /// The flat form that crosses the contract: parents stand before their children, the root first.
    pub fn into_view(self, rev: u64) -> View {
        let mut nodes = vec![];
        self.flatten(&mut nodes);
        View { rev, root: 0, nodes }
    }

    fn flatten(self, nodes: &mut Vec<Node>) -> u32 {
        let index = nodes.len();
        nodes.push(Node { id: self.id, kind: self.kind, children: vec![], a11y: self.a11y });
        let children = self.children.into_iter().map(|child| child.flatten(nodes)).collect();
        nodes[index].children = children;
        index as u32
    }
}

/// Elements side by side.
pub fn row(children: impl IntoIterator<Item = Element>) -> Element {
    Element::with(Kind::Row, children)
}

/// Elements under each other.
pub fn column(children: impl IntoIterator<Item = Element>) -> Element {
    Element::with(Kind::Column, children)
}

/// Elements under a title.
pub fn section(title: impl Into<String>, children: impl IntoIterator<Item = Element>) -> Element {
    Element::with(Kind::Section(title.into()), children)
}

/// A heading.
pub fn heading(text: impl Into<String>) -> Element {
    Element::leaf(Kind::Heading(text.into()))
}

/// Plain text.
pub fn text(text: impl Into<String>) -> Element {
    toned(text, Tone::Plain)
}

/// Text with a tone.
pub fn toned(text: impl Into<String>, tone: Tone) -> Element {
    Element::leaf(Kind::Text(Toned { text: text.into(), tone }))
}

/// A label and its value.
pub fn fact(label: impl Into<String>, value: impl Into<String>) -> Element {
    Element::leaf(Kind::Fact(Fact { label: label.into(), value: value.into() }))
}

/// A short word in a frame.
pub fn badge(text: impl Into<String>, tone: Tone) -> Element {
    Element::leaf(Kind::Badge(Toned { text: text.into(), tone }))
}

/// A line between elements.
pub fn divider() -> Element {
    Element::leaf(Kind::Divider)
}

/// A table.
pub fn grid(columns: Vec<String>, rows: Vec<Vec<String>>) -> Element {
    Element::leaf(Kind::Grid(Grid { columns, rows }))
}

/// A line to type into.
pub fn input(
    id: impl Into<String>,
    label: impl Into<String>,
    value: impl Into<String>,
    hint: impl Into<String>,
) -> Element {
    Element::leaf(Kind::Input(Input { label: label.into(), value: value.into(), hint: hint.into() })).id(id)
}

/// One of several.
pub fn selector(
    id: impl Into<String>,
    label: impl Into<String>,
    value: impl Into<String>,
    choices: Vec<Choice>,
) -> Element {
    Element::leaf(Kind::Selector(Selector { label: label.into(), value: value.into(), choices })).id(id)
}

/// On or off.
pub fn toggle(id: impl Into<String>, label: impl Into<String>, on: bool) -> Element {
    Element::leaf(Kind::Toggle(Toggle { label: label.into(), on })).id(id)
}

/// Something to press.
pub fn button(id: impl Into<String>, label: impl Into<String>) -> Element {
    Element::leaf(Kind::Button(Toned { text: label.into(), tone: Tone::Plain })).id(id)
}

/// A web address to open.
pub fn link(id: impl Into<String>, label: impl Into<String>, url: impl Into<String>) -> Element {
    Element::leaf(Kind::Link(Link { label: label.into(), url: url.into() })).id(id)
}

/// A share from 0 to 1; values outside are brought to the nearest end.
pub fn progress(fraction: f32) -> Element {
    let fraction = if fraction.is_finite() { fraction.clamp(0.0, 1.0) } else { 0.0 };
    Element::leaf(Kind::Progress(fraction))
}

/// A few numbers as a small line.
pub fn spark(values: Vec<f32>) -> Element {
    Element::leaf(Kind::Spark(values))
}

/// The view on the screen, to be replaced by this one.
pub fn replace(root: Element, rev: u64) -> Effect {
    Effect::Replace(root.into_view(rev))
}

/// A sentence shown for a moment.
pub fn notice(text: impl Into<String>, tone: Tone) -> Effect {
    Effect::Notice(Toned { text: text.into(), tone })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_flat_trees_with_the_root_first() {
        let view =
            column([row([text("a"), badge("b", Tone::Good)]), divider(), section("s", [button("go", "Go")])])
                .into_view(3);
        assert_eq!(view.rev, 3);
        assert_eq!(view.root, 0);
        let children: Vec<&[u32]> = view.nodes.iter().map(|node| node.children.as_slice()).collect();
        assert_eq!(children, [&[1, 4, 5][..], &[2, 3], &[], &[], &[], &[6], &[]]);
        assert_eq!(view.nodes[6].id, "go");
    }

    #[test]
    fn a_share_is_never_outside_its_range() {
        for (given, shown) in [(0.5, 0.5), (-1.0, 0.0), (7.0, 1.0), (f32::NAN, 0.0), (f32::INFINITY, 0.0)] {
            assert_eq!(progress(given).kind, Kind::Progress(shown));
        }
    }
}
