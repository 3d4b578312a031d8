//! The edge between two panels that can be moved.

use egui::Ui;

/// Gives the edge of a resizable panel a name in the desk's language; egui has only an English one for it.
///
/// To be called right after the panel was shown in `ui`. The edge's id is put together as egui 0.37 does
/// (`containers/panel.rs`); a test fails when that changes.
pub fn name_splitter(ui: &Ui, panel: &str, words: &str) {
    let edge = ui.scope_id().with(panel).with("__resize");
    ui.ctx().accesskit_node_builder(edge, |node| node.set_label(words));
}
