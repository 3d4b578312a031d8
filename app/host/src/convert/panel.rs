//! Panels: a flat list of nodes becomes a tree that the desk can draw without looking back.

use model::{
    limits::{PANEL_DEPTH_MAX, PANEL_MAX_BYTES, PANEL_NODES_MAX},
    panel::{Node, NodeKind, Panel, PanelEvent, Tone},
};

use super::{
    Invalid,
    inward::{address, share, words},
};
use crate::{bindings::exports::switchboard::plugin::panel as wit, contract::PanelEffect, guard::counts};

/// Effects of one event.
const EFFECTS_MAX: usize = 16;
/// Cells of one grid.
const CELLS_MAX: usize = 2000;
/// Numbers of one spark line.
const SPARK_MAX: usize = 500;

fn invalid<T>(why: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid(format!("panel: {}", why.into())))
}

/// What a panel asks for. Effects outside the panel need a click that a person made.
pub(crate) fn effects(effects: Vec<wit::Effect>, event: &PanelEvent) -> Result<Vec<PanelEffect>, Invalid> {
    if counts(effects.len() > EFFECTS_MAX) {
        return invalid(format!("{} effects, {EFFECTS_MAX} allowed", effects.len()));
    }
    let clicked = matches!(event, PanelEvent::Clicked(_));
    effects.into_iter().map(|asked| effect(asked, clicked)).collect()
}

fn effect(effect: wit::Effect, clicked: bool) -> Result<PanelEffect, Invalid> {
    Ok(match effect {
        wit::Effect::Replace(shown) => PanelEffect::Replace(view(shown)?),
        wit::Effect::Notice(notice) => {
            PanelEffect::Notice { text: words("notice", notice.text)?, tone: tone(notice.tone) }
        }
        _ if counts(!clicked) => return invalid("this effect needs a click"),
        wit::Effect::DraftText(text) => PanelEffect::DraftText(words("draft-text", text)?),
        wit::Effect::OpenUrl(url) => PanelEffect::OpenUrl(address("open-url", url)?),
        wit::Effect::Copy(text) => PanelEffect::Copy(words("copy", text)?),
    })
}

fn tone(tone: wit::Tone) -> Tone {
    match tone {
        wit::Tone::Plain => Tone::Plain,
        wit::Tone::Muted => Tone::Muted,
        wit::Tone::Good => Tone::Good,
        wit::Tone::Warn => Tone::Warn,
        wit::Tone::Bad => Tone::Bad,
    }
}

fn view(view: wit::View) -> Result<Panel, Invalid> {
    if counts(view.nodes.len() > PANEL_NODES_MAX) {
        return invalid(format!("{} nodes, {PANEL_NODES_MAX} allowed", view.nodes.len()));
    }
    let bytes: usize = view.nodes.iter().map(node_bytes).sum();
    if counts(bytes > PANEL_MAX_BYTES) {
        return invalid(format!("{bytes} bytes, {PANEL_MAX_BYTES} allowed"));
    }
    if counts(true) {
        check_tree(&view)?;
    }
    let nodes = view.nodes.into_iter().map(node).collect::<Result<_, _>>()?;
    Ok(Panel { revision: view.rev, root: view.root as usize, nodes })
}

/// Every node at most once, all children there, not too deep. Walked with a stack of our own: a guest decides the depth.
fn check_tree(view: &wit::View) -> Result<(), Invalid> {
    let mut visited = vec![false; view.nodes.len()];
    let mut waiting = vec![(view.root, 1)];
    while let Some((index, depth)) = waiting.pop() {
        let Some(node) = view.nodes.get(index as usize) else {
            return invalid(format!("there is no node {index}"));
        };
        if std::mem::replace(&mut visited[index as usize], true) {
            return invalid(format!("node {index} is there twice"));
        }
        if depth > PANEL_DEPTH_MAX {
            return invalid(format!("deeper than {PANEL_DEPTH_MAX}"));
        }
        if node.children.len() > PANEL_NODES_MAX {
            return invalid(format!("node {index} has {} children", node.children.len()));
        }
        waiting.extend(node.children.iter().map(|child| (*child, depth + 1)));
    }
    Ok(())
}

fn node_bytes(node: &wit::Node) -> usize {
    let content = match &node.kind {
        wit::Kind::Row
        | wit::Kind::Column
        | wit::Kind::Divider
        | wit::Kind::Toggle(_)
        | wit::Kind::Progress(_) => 8,
        wit::Kind::Section(text) | wit::Kind::Heading(text) => text.len(),
        wit::Kind::Text(toned) | wit::Kind::Badge(toned) | wit::Kind::Button(toned) => toned.text.len(),
        wit::Kind::Fact(fact) => fact.label.len() + fact.value.len(),
        wit::Kind::Grid(grid) => {
            grid.columns.iter().chain(grid.rows.iter().flatten()).map(|cell| cell.len() + 1).sum()
        }
        wit::Kind::Input(input) => input.label.len() + input.value.len() + input.hint.len(),
        wit::Kind::Selector(selector) => {
            let choices = selector.choices.iter().map(|choice| choice.value.len() + choice.label.len() + 1);
            selector.label.len() + selector.value.len() + choices.sum::<usize>()
        }
        wit::Kind::Link(link) => link.label.len() + link.url.len(),
        wit::Kind::Spark(values) => values.len() * size_of::<f32>(),
    };
    let label = if let wit::Kind::Toggle(toggle) = &node.kind { toggle.label.len() } else { 0 };
    content + label + node.id.len() + node.a11y.len() + node.children.len() * size_of::<u32>()
}

fn node(node: wit::Node) -> Result<Node, Invalid> {
    Ok(Node {
        id: words("node.id", node.id)?,
        kind: kind(node.kind)?,
        children: node.children.into_iter().map(|child| child as usize).collect(),
        accessible_name: words("node.a11y", node.a11y)?,
    })
}

fn kind(kind: wit::Kind) -> Result<NodeKind, Invalid> {
    Ok(match kind {
        wit::Kind::Row => NodeKind::Row,
        wit::Kind::Column => NodeKind::Column,
        wit::Kind::Section(title) => NodeKind::Section(words("section", title)?),
        wit::Kind::Heading(title) => NodeKind::Heading(words("heading", title)?),
        wit::Kind::Text(toned) => NodeKind::Text { text: words("text", toned.text)?, tone: tone(toned.tone) },
        wit::Kind::Fact(fact) => NodeKind::Fact {
            label: words("fact.label", fact.label)?,
            value: words("fact.value", fact.value)?,
        },
        wit::Kind::Badge(toned) => {
            NodeKind::Badge { text: words("badge", toned.text)?, tone: tone(toned.tone) }
        }
        wit::Kind::Divider => NodeKind::Divider,
        wit::Kind::Grid(shown) => grid(shown)?,
        wit::Kind::Input(input) => NodeKind::Input {
            label: words("input.label", input.label)?,
            value: words("input.value", input.value)?,
            hint: words("input.hint", input.hint)?,
        },
        wit::Kind::Selector(selector) => NodeKind::Choice {
            label: words("selector.label", selector.label)?,
            selected: words("selector.value", selector.value)?,
            options: selector
                .choices
                .into_iter()
                .map(|choice| {
                    Ok((words("choice.value", choice.value)?, words("choice.label", choice.label)?))
                })
                .collect::<Result<_, _>>()?,
        },
        wit::Kind::Toggle(toggle) => {
            NodeKind::Toggle { label: words("toggle", toggle.label)?, on: toggle.on }
        }
        wit::Kind::Button(toned) => {
            NodeKind::Button { text: words("button", toned.text)?, tone: tone(toned.tone) }
        }
        wit::Kind::Link(link) => {
            NodeKind::Link { text: words("link.label", link.label)?, url: address("link.url", link.url)? }
        }
        wit::Kind::Progress(done) => NodeKind::Progress(share("progress", done)?),
        wit::Kind::Spark(values) => {
            if counts(values.len() > SPARK_MAX || values.iter().any(|value| !value.is_finite())) {
                return invalid(format!("a spark line has up to {SPARK_MAX} finite numbers"));
            }
            NodeKind::Spark(values)
        }
    })
}

fn grid(grid: wit::Grid) -> Result<NodeKind, Invalid> {
    // A grid without a header is as wide as its first row.
    let width =
        if grid.columns.is_empty() { grid.rows.first().map_or(0, Vec::len) } else { grid.columns.len() };
    if counts(width == 0 || width * (grid.rows.len() + 1) > CELLS_MAX) {
        return invalid(format!("a grid has 1 to {CELLS_MAX} cells"));
    }
    if counts(grid.rows.iter().any(|row| row.len() != width)) {
        return invalid("a grid's rows are all as long as its header");
    }
    let line =
        |cells: Vec<String>| cells.into_iter().map(|cell| words("cell", cell)).collect::<Result<Vec<_>, _>>();
    Ok(NodeKind::Grid {
        columns: line(grid.columns)?,
        rows: grid.rows.into_iter().map(line).collect::<Result<_, _>>()?,
    })
}
