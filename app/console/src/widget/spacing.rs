//! Space between widgets, without a copy of egui's whole style for every part of the window in every frame.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use egui::{Style, Ui, Vec2, vec2};

/// Styles that are kept; there are some thirty of them in use.
const STYLES_MAX: usize = 256;

/// A style and the same with another space between widgets, which is remembered by the first one's address.
type Spaced = (Arc<Style>, Arc<Style>);

thread_local! {
    /// `Ui::spacing_mut` copies a style that a parent shares, with all its tables; this keeps the copies. The first
    /// style of a pair is kept so that its address belongs to nobody else.
    static SPACED: RefCell<HashMap<(usize, [u32; 2]), Spaced>> = RefCell::default();
}

/// Sets the space between the widgets of a part of the window.
pub fn space(ui: &mut Ui, spacing: Vec2) {
    if ui.spacing().item_spacing == spacing {
        return;
    }
    let style = Arc::clone(ui.style());
    let key = (Arc::as_ptr(&style).addr(), [spacing.x.to_bits(), spacing.y.to_bits()]);
    let spaced = SPACED.with_borrow_mut(|kept| {
        if kept.len() >= STYLES_MAX {
            kept.clear();
        }
        let (_, spaced) = kept.entry(key).or_insert_with(|| {
            let mut spaced = (*style).clone();
            spaced.spacing.item_spacing = spacing;
            (style, Arc::new(spaced))
        });
        Arc::clone(spaced)
    });
    ui.set_style(spaced);
}

/// Sets the space between widgets that stand side by side.
pub fn space_x(ui: &mut Ui, x: f32) {
    space(ui, vec2(x, ui.spacing().item_spacing.y));
}

/// Sets the space between widgets that stand one below the other.
pub fn space_y(ui: &mut Ui, y: f32) {
    space(ui, vec2(ui.spacing().item_spacing.x, y));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_space_in_the_same_style_is_the_same_style() {
        let context = egui::Context::default();
        let mut styles = Vec::new();
        for _ in 0..2 {
            let mut output = context.run_ui(egui::RawInput::default(), |ui| {
                let before = ui.spacing().item_spacing;
                for x in [1.0, 2.0, 1.0] {
                    ui.scope(|ui| {
                        space_x(ui, x);
                        assert_eq!(ui.spacing().item_spacing, vec2(x, before.y));
                        styles.push(Arc::clone(ui.style()));
                    });
                }
                assert_eq!(ui.spacing().item_spacing, before);
            });
            output.textures_delta.clear();
        }
        assert!(Arc::ptr_eq(&styles[0], &styles[2]) && Arc::ptr_eq(&styles[0], &styles[3]));
        assert!(!Arc::ptr_eq(&styles[0], &styles[1]));
    }
}
