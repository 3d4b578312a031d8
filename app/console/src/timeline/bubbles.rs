//! Bubbles that were laid out, kept while they are in or near the sight.

use std::{collections::HashMap, ops::Range, sync::Arc};

use egui::{Color32, FontId, Galley, Ui};
use model::view::{Entry, EntryKind, Thread};

use super::bubble::{self, Bubble};
use crate::Ctx;

/// More bubbles than this are kept only if the last frame used them.
const KEPT_MAX: usize = 256;

struct Kept {
    entry: Arc<Entry>,
    continues: bool,
    width: f32,
    /// The name that stands on it, which can change.
    author: Option<String>,
    bubble: Arc<Bubble>,
    used: u64,
}

/// The kept bubbles of one timeline, by sequence number.
#[derive(Default)]
pub struct Bubbles {
    kept: HashMap<u64, Kept>,
    frame: u64,
    mark: Option<Arc<Galley>>,
    dark: bool,
}

impl Bubbles {
    /// A frame begins.
    pub fn begin(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        // egui hands out the same galley as long as its font texture is the same.
        let mark =
            ui.painter().layout_no_wrap("·".to_owned(), FontId::proportional(12.0), Color32::PLACEHOLDER);
        let before = self.mark.replace(Arc::clone(&mark));
        let same = before.is_some_and(|before| Arc::ptr_eq(&before, &mark));
        if !same || self.dark != ctx.theme.dark {
            self.clear();
        }
        self.dark = ctx.theme.dark;
        let frame = self.frame;
        if self.kept.len() > KEPT_MAX {
            self.kept.retain(|_, kept| kept.used == frame);
        }
        self.frame += 1;
    }

    /// Everything has to be laid out again.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// The bubble of an entry; nothing for entries that are no messages.
    #[expect(clippy::too_many_arguments, reason = "what a bubble is made of")]
    pub fn get(
        &mut self,
        ui: &Ui,
        ctx: &Ctx<'_>,
        thread: &Thread,
        entry: &Arc<Entry>,
        continues: bool,
        evidence: &[Range<usize>],
        width: f32,
    ) -> Option<Arc<Bubble>> {
        let author = author(ctx, &entry.kind);
        if let Some(kept) = self.kept.get_mut(&entry.sequence)
            && Arc::ptr_eq(&kept.entry, entry)
            && kept.continues == continues
            && kept.width.to_bits() == width.to_bits()
            && kept.author.as_deref() == author
            && !kept.bubble.runs
        {
            kept.used = self.frame;
            return Some(Arc::clone(&kept.bubble));
        }
        let bubble = Arc::new(bubble::layout(ui, ctx, thread, entry, continues, evidence, width)?);
        let kept = Kept {
            entry: Arc::clone(entry),
            continues,
            width,
            author: author.map(str::to_owned),
            bubble: Arc::clone(&bubble),
            used: self.frame,
        };
        self.kept.insert(entry.sequence, kept);
        Some(bubble)
    }
}

/// The colleague whose name stands on a bubble.
fn author<'a>(ctx: &Ctx<'a>, kind: &EntryKind) -> Option<&'a str> {
    match kind {
        EntryKind::FromAgent { agent, .. } if *agent != ctx.view.me => {
            ctx.view.agents.get(agent).map(|row| row.profile.name.as_str())
        }
        _ => None,
    }
}
