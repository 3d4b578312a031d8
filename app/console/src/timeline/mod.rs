//! The timeline of a conversation: bubbles, notes, events, findings, day separators.
//!
//! # Invariants
//!
//! - Only items in or near the viewport are laid out; all others have a height from the cache.
//! - What the agent reads does not move: when an item above the viewport gets its true height, or an
//!   earlier page arrives, the scroll offset moves by the same amount.
//! - At the bottom it stays at the bottom; further up a pill tells of new messages.

mod bubble;
mod bubbles;
mod heights;
mod line;
mod rich;

use std::{collections::HashMap, ops::Range, sync::Arc};

use egui::{Rect, ScrollArea, Ui, Vec2, pos2, vec2};
use jiff::{civil::Date, tz::TimeZone};
use model::{
    MessageId,
    command::ConversationCommand,
    view::{Entry, EntryKind, Thread},
};

use bubbles::Bubbles;

pub use bubble::delivery_look;
pub use heights::Heights;
pub use line::{prompt_frame, prompt_job, severity_look};

use crate::{Ctx, slot::Slot, widget::Icon};

/// Items laid out above and below the viewport, so that a turn of the wheel finds them ready.
const OVERSCAN: f32 = 240.0;
/// Space left and right of the bubbles.
pub(crate) const SIDE_MARGIN: f32 = 20.0;
/// Space below the newest entry.
const END_SPACE: f32 = 12.0;
/// Closer to the end than this counts as being at the end.
const BOTTOM_SLACK: f32 = 24.0;
/// Closer to the beginning than this asks for an earlier page.
const EARLIER_SLACK: f32 = 300.0;

/// One line of the timeline.
#[derive(Clone, Debug)]
enum Item {
    /// A new day begins.
    Day(Date),
    /// An entry; whether it continues the one above it.
    Entry { entry: Arc<Entry>, continues: bool },
}

impl Item {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Day(a), Self::Day(b)) => a == b,
            (Self::Entry { entry: a, continues: c }, Self::Entry { entry: b, continues: d }) => {
                Arc::ptr_eq(a, b) && c == d
            }
            _ => false,
        }
    }
}

/// How one conversation's timeline stands in the window.
#[derive(Default)]
pub struct Timeline {
    source: Option<Arc<Vec<Arc<Entry>>>>,
    items: Vec<Item>,
    heights: Heights,
    /// Words that findings point at, by message, in characters.
    evidence: HashMap<MessageId, Vec<Range<usize>>>,
    bubbles: Bubbles,
    layout_key: (u32, u32, bool),
    offset: f32,
    viewport: f32,
    /// The largest offset that egui's scroll area knew of after the last frame.
    largest: f32,
    at_bottom: bool,
    started: bool,
    unseen: usize,
    jump_to: Option<u64>,
    asked_before: Option<usize>,
    downloads: Vec<(Slot, String)>,
}

/// What the drawing of items needs beside the context.
struct Place<'a> {
    thread: &'a Thread,
    downloads: &'a mut Vec<(Slot, String)>,
}

impl Timeline {
    /// Scrolls to an entry with the next frame.
    pub fn jump_to(&mut self, sequence: u64) {
        self.jump_to = Some(sequence);
    }

    /// Scrolls to the end with the next frame.
    pub fn jump_to_end(&mut self) {
        self.at_bottom = true;
        self.unseen = 0;
    }

    /// Whether the newest entry is in sight.
    pub fn is_at_bottom(&self) -> bool {
        self.at_bottom
    }

    /// How many items there are, and how many of them were ever laid out.
    pub fn measured(&self) -> (usize, usize) {
        (self.items.len(), (0..self.heights.len()).filter(|index| self.heights.is_measured(*index)).count())
    }

    /// Takes in the thread's entries where they are other ones than before.
    fn update(&mut self, thread: &Thread, zone: &TimeZone) {
        if self.source.as_ref().is_some_and(|source| Arc::ptr_eq(source, &thread.entries)) {
            return;
        }
        if self.append(thread, zone) {
            return;
        }
        let anchor = self.anchor();
        let mut items = Vec::with_capacity(thread.entries.len() + 16);
        extend_items(&mut items, &thread.entries, 0, zone);
        let front = self.items.iter().zip(&items).take_while(|(old, new)| old.same(new)).count();
        let most = self.items.len().min(items.len()) - front;
        let back = (self.items.iter().rev().zip(items.iter().rev()))
            .take(most)
            .take_while(|(old, new)| old.same(new))
            .count();
        let removed = self.items.len() - front - back;
        let width = f32::from_bits(self.layout_key.0);
        let estimates = items[front..items.len() - back].iter().map(|item| estimate(item, width));
        self.heights.splice(front, removed, estimates);
        if self.started && back == 0 {
            let new = items[front..].iter().filter(|item| is_customer_message(item)).count();
            let old = self.items[front..].iter().filter(|item| is_customer_message(item)).count();
            self.unseen += new.saturating_sub(old);
        }
        self.items = items;
        self.evidence = evidence_of(&thread.entries);
        self.bubbles.clear();
        self.source = Some(Arc::clone(&thread.entries));
        self.restore(anchor);
    }

    /// The usual change: something was said, and all before it stands as it was. True when it was that.
    fn append(&mut self, thread: &Thread, zone: &TimeZone) -> bool {
        let Some(source) = self.source.take() else { return false };
        let (old, entries) = (source.len(), &thread.entries);
        let grown = old > 0
            && entries.len() > old
            && source.iter().zip(entries.iter()).all(|(before, now)| Arc::ptr_eq(before, now));
        if !grown {
            self.source = Some(source);
            return false;
        }
        let anchor = self.anchor();
        let front = self.items.len();
        extend_items(&mut self.items, entries, old, zone);
        let width = f32::from_bits(self.layout_key.0);
        let estimates = self.items[front..].iter().map(|item| estimate(item, width));
        self.heights.splice(front, 0, estimates);
        if self.started {
            self.unseen += self.items[front..].iter().filter(|item| is_customer_message(item)).count();
        }
        for (message, ranges) in evidence_of(&entries[old..]) {
            self.evidence.entry(message).or_default().extend(ranges);
            self.bubbles.clear();
        }
        self.source = Some(Arc::clone(entries));
        self.restore(anchor);
        true
    }

    /// The entry at the top of the viewport and how far it is scrolled out.
    fn anchor(&mut self) -> Option<(u64, f32)> {
        if self.items.is_empty() {
            return None;
        }
        let first = self.heights.index_at(f64::from(self.offset));
        let (index, sequence) = (first..self.items.len()).find_map(|index| match &self.items[index] {
            Item::Entry { entry, .. } => Some((index, entry.sequence)),
            Item::Day(_) => None,
        })?;
        Some((sequence, (f64::from(self.offset) - self.heights.top(index)) as f32))
    }

    fn restore(&mut self, anchor: Option<(u64, f32)>) {
        let Some((sequence, within)) = anchor else { return };
        if let Some(index) = self.index_of(sequence) {
            self.offset = self.heights.top(index) as f32 + within;
        }
    }

    fn index_of(&self, sequence: u64) -> Option<usize> {
        // Entries stand in the order of their numbers; a day counts as the entry that it begins with.
        let number = |index: usize| {
            let entry = self.items[index..].iter().take(2).find_map(|item| match item {
                Item::Entry { entry, .. } => Some(entry.sequence),
                Item::Day(_) => None,
            });
            entry.unwrap_or(u64::MAX)
        };
        let (mut low, mut high) = (0, self.items.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if number(middle) < sequence { low = middle + 1 } else { high = middle }
        }
        let at = |index: &usize| matches!(&self.items[*index], Item::Entry { entry, .. } if entry.sequence == sequence);
        (low..self.items.len().min(low + 2)).find(at)
    }

    /// How high everything is, with the space below the newest entry.
    fn total(&mut self) -> f32 {
        self.heights.total() as f32 + END_SPACE
    }

    /// Draws it into the room that is there.
    pub fn show(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread) {
        self.update(thread, ctx.zone);
        self.finish_downloads(ctx);
        let room = ui.available_rect_before_wrap();
        let width = room.width();
        let key = (
            width.to_bits(),
            ui.pixels_per_point().to_bits(),
            ctx.locale.language() == assets::Language::English,
        );
        if key != self.layout_key {
            let anchor = self.anchor();
            self.layout_key = key;
            self.heights.forget();
            self.bubbles.clear();
            self.restore(anchor);
        }
        self.bubbles.begin(ui, ctx);
        self.viewport = room.height();
        if !self.started {
            self.started = true;
            self.at_bottom = true;
        }
        let before = self.offset;
        self.measure(ui, ctx, thread, width);
        let forced = (self.offset - before).abs() > 0.1 || self.at_bottom;
        let mut area = ScrollArea::vertical()
            .id_salt(("timeline", thread.row.id))
            .auto_shrink([false, false])
            .animated(false);
        if forced {
            area = area.vertical_scroll_offset(self.offset.max(0.0));
        }
        let total = self.total();
        let (wanted, stick) = (self.offset.max(0.0), self.at_bottom);
        let output = area.show_viewport(ui, |ui, viewport| {
            ui.set_height(total.max(viewport.height()));
            ui.set_width(width);
            self.draw(ui, ctx, thread, viewport);
        });
        let end = total - output.inner_rect.height();
        // egui pulls back what lies beyond the end that it knew before this frame; the next frame knows better.
        let pulled_back = forced && wanted > self.largest + 0.5;
        self.largest = end.max(0.0);
        if pulled_back {
            self.offset = wanted;
            self.at_bottom = stick;
            ui.ctx().request_repaint();
        } else {
            self.offset = output.state.clamped_offset().y;
            self.at_bottom = self.offset >= end - BOTTOM_SLACK;
        }
        if self.at_bottom {
            self.unseen = 0;
        }
        self.ask_for_earlier(ctx, thread);
        self.pill(ui, ctx, room);
    }

    /// Lays out what is in or near the viewport and keeps what is read where it is.
    fn measure(&mut self, ui: &Ui, ctx: &Ctx<'_>, thread: &Thread, width: f32) {
        if self.items.is_empty() {
            return;
        }
        if let Some(sequence) = self.jump_to.take()
            && let Some(index) = self.index_of(sequence)
        {
            self.at_bottom = false;
            self.offset = (self.heights.top(index) as f32 - self.viewport / 3.0).max(0.0);
        }
        // True heights change what is in sight, so that a second and third look may find more; it settles
        // at once nearly always.
        for _ in 0..4 {
            if self.at_bottom {
                self.offset = (self.total() - self.viewport).max(0.0);
            }
            let anchor = self.anchor();
            let from = self.heights.index_at(f64::from(self.offset - OVERSCAN).max(0.0));
            let to = self.heights.index_at(f64::from(self.offset + self.viewport + OVERSCAN));
            let stale: Vec<usize> = (from..=to).filter(|index| !self.heights.is_measured(*index)).collect();
            if stale.is_empty() {
                break;
            }
            for index in stale {
                let height = self.item_height(ui, ctx, thread, index, width);
                self.heights.set(index, height);
            }
            if !self.at_bottom {
                self.restore(anchor);
            }
        }
        if self.at_bottom {
            self.offset = (self.total() - self.viewport).max(0.0);
        }
    }

    fn item_height(&mut self, ui: &Ui, ctx: &Ctx<'_>, thread: &Thread, index: usize, width: f32) -> f32 {
        match &self.items[index] {
            Item::Day(_) => line::DAY_HEIGHT,
            Item::Entry { entry, continues } => {
                let evidence = evidence_for(&self.evidence, &entry.kind);
                match self.bubbles.get(ui, ctx, thread, entry, *continues, evidence, width) {
                    Some(bubble) => bubble.height,
                    None => line::height(ui, ctx, entry, width),
                }
            }
        }
    }

    fn draw(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, viewport: Rect) {
        if self.items.is_empty() {
            return;
        }
        // A short thread stands at the composer, where what comes next is said and answered.
        let slack = (viewport.height() - self.total()).max(0.0);
        let origin = ui.min_rect().min + vec2(0.0, slack);
        let first = self.heights.index_at(f64::from(viewport.top()));
        let last = self.heights.index_at(f64::from(viewport.bottom()));
        let width = ui.available_width();
        let mut downloads = std::mem::take(&mut self.downloads);
        for index in first..=last {
            let top = origin.y + self.heights.top(index) as f32;
            let rect = Rect::from_min_size(pos2(origin.x, top), vec2(width, self.heights.height(index)));
            match &self.items[index] {
                Item::Day(date) => line::day(ui, ctx, rect, *date),
                Item::Entry { entry, continues } => {
                    let evidence = evidence_for(&self.evidence, &entry.kind);
                    let mut place = Place { thread, downloads: &mut downloads };
                    match self.bubbles.get(ui, ctx, thread, entry, *continues, evidence, width) {
                        Some(bubble) => bubble::draw(ui, ctx, &mut place, entry, &bubble, rect),
                        None => line::draw(ui, ctx, thread, entry, rect),
                    }
                }
            }
        }
        self.downloads = downloads;
    }

    fn ask_for_earlier(&mut self, ctx: &Ctx<'_>, thread: &Thread) {
        let count = thread.entries.len();
        if thread.more_before && self.offset < EARLIER_SLACK && self.asked_before != Some(count) {
            self.asked_before = Some(count);
            ctx.send_to(thread.row.id, ConversationCommand::ShowEarlier);
        }
    }

    /// “New messages”, floating above the end while further up.
    fn pill(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, room: Rect) {
        if self.at_bottom {
            return;
        }
        let words = if self.unseen > 0 {
            format!("{} {}", ctx.t("conversation-new-messages"), self.unseen)
        } else {
            ctx.t("conversation-jump-latest").to_owned()
        };
        let theme = ctx.theme;
        let galley = crate::widget::line(
            ui.painter(),
            theme,
            &words,
            crate::theme::Type::SmallStrong,
            egui::Color32::PLACEHOLDER,
        );
        let size = vec2(galley.size().x + 46.0, 30.0);
        let rect = Rect::from_center_size(pos2(room.center().x, room.bottom() - 26.0), size);
        let response = ui.interact(rect, ui.scope_id().with("newest"), egui::Sense::click());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::accesskit::Role::Button, true, &words));
        let (fill, ink) =
            if self.unseen > 0 { (theme.accent, theme.on_accent) } else { (theme.surface, theme.muted) };
        let painter = ui.painter();
        painter.add(
            egui::Shadow { offset: [0, 2], blur: 8, spread: 0, color: theme.shadow }
                .as_shape(rect, egui::CornerRadius::same(15)),
        );
        let edge = egui::Stroke::new(1.0, if self.unseen > 0 { theme.accent } else { theme.line });
        painter.rect(rect, egui::CornerRadius::same(15), fill, edge, egui::StrokeKind::Inside);
        let icon = Rect::from_center_size(pos2(rect.left() + 19.0, rect.center().y), Vec2::splat(14.0));
        Icon::ArrowDown.paint(painter, icon, ink);
        painter.galley(pos2(rect.left() + 32.0, rect.center().y - galley.size().y / 2.0), galley, ink);
        if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            self.jump_to_end();
        }
    }

    /// Hands bytes that were asked for to the system's save dialog.
    fn finish_downloads(&mut self, ctx: &Ctx<'_>) {
        self.downloads.retain_mut(|(slot, name)| {
            slot.poll(ctx.desk);
            match slot.answer() {
                Some(model::port::Answer::File(Some(bytes))) => {
                    let (name, bytes) = (name.clone(), bytes.clone());
                    ctx.request(crate::ShellRequest::SaveFile { name, bytes });
                    false
                }
                Some(_) => false,
                None => slot.is_loading(),
            }
        });
    }
}

fn is_customer_message(item: &Item) -> bool {
    matches!(item, Item::Entry { entry, .. } if matches!(entry.kind, EntryKind::FromCustomer { .. }))
}

/// A first guess at an item's height from its length.
fn estimate(item: &Item, width: f32) -> f32 {
    let Item::Entry { entry, .. } = item else { return line::DAY_HEIGHT };
    let (EntryKind::FromCustomer { text, .. }
    | EntryKind::FromAgent { text, .. }
    | EntryKind::FromElsewhere { text, .. }
    | EntryKind::Note { text, .. }) = &entry.kind
    else {
        return line::EVENT_HEIGHT;
    };
    let per_line = ((width * 0.7).clamp(200.0, 560.0) / 10.0).max(1.0);
    let lines = (text.len() as f32 / 2.0 / per_line).ceil().max(1.0) + text.matches('\n').count() as f32;
    lines * 20.0 + 24.0
}

/// Adds the items of the entries from an index on to those of the entries before it.
fn extend_items(items: &mut Vec<Item>, entries: &[Arc<Entry>], from: usize, zone: &TimeZone) {
    let mut previous: Option<&Entry> = from.checked_sub(1).map(|last| &*entries[last]);
    let mut day: Option<(Date, i64, i64)> = previous.map(|last| {
        // Only the date is known without more work; the first entry looks it up.
        (last.at.to_zoned_datetime(zone.clone()).date(), 0, 0)
    });
    for entry in &entries[from..] {
        // Working out a civil date costs more than all the rest, so a day is remembered by its seconds.
        let second = entry.at.as_second();
        if !day.is_some_and(|(_, from, to)| (from..to).contains(&second)) {
            let local = entry.at.to_zoned_datetime(zone.clone());
            let begin = local.start_of_day().map_or(second, |start| start.timestamp().as_second());
            // A day that the clocks changed in is an hour shorter or longer; a second look puts that right.
            let date = local.date();
            if day.is_none_or(|(other, ..)| other != date) {
                items.push(Item::Day(date));
                previous = None;
            }
            day = Some((date, begin, begin + 23 * 3600));
        }
        let continues = previous.is_some_and(|previous| continues(previous, entry));
        items.push(Item::Entry { entry: Arc::clone(entry), continues });
        previous = Some(entry);
    }
}

/// Messages of one author within this many seconds stand closer together.
const GROUP_WITHIN_S: i64 = 180;

fn continues(previous: &Entry, entry: &Entry) -> bool {
    let same = match (&previous.kind, &entry.kind) {
        (EntryKind::FromAgent { agent: a, .. }, EntryKind::FromAgent { agent: b, .. }) => a == b,
        (EntryKind::FromCustomer { .. }, EntryKind::FromCustomer { .. } | EntryKind::Finding { .. })
        | (EntryKind::FromAgent { .. }, EntryKind::Finding { .. }) => true,
        (a, b) => line::is_line(a) && line::is_line(b),
    };
    same && entry.at.as_second() - previous.at.as_second() < GROUP_WITHIN_S
}

fn evidence_of(entries: &[Arc<Entry>]) -> HashMap<MessageId, Vec<Range<usize>>> {
    let mut evidence: HashMap<MessageId, Vec<Range<usize>>> = HashMap::new();
    for entry in entries {
        if let EntryKind::Finding { finding, .. } = &entry.kind {
            for place in &finding.evidence {
                evidence.entry(place.message).or_default().push(place.first as usize..place.end as usize);
            }
        }
    }
    evidence
}

fn evidence_for<'a>(
    evidence: &'a HashMap<MessageId, Vec<Range<usize>>>,
    kind: &EntryKind,
) -> &'a [Range<usize>] {
    match kind {
        EntryKind::FromCustomer { message, .. } | EntryKind::FromAgent { message, .. } => {
            evidence.get(message).map_or(&[], Vec::as_slice)
        }
        _ => &[],
    }
}
