//! Bubbles: what the customer and the agents said to each other.

use std::{ops::Range, sync::Arc};

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Galley, Rect, Sense, Ui, Vec2, WidgetInfo, accesskit::Role,
    pos2, text_selection::LabelSelectionState, vec2,
};
use model::{
    MessageId,
    command::ConversationCommand,
    conversation::{Attachment, Delivery},
    port::Question,
    view::{Entry, EntryKind, Thread},
};

use super::{Place, SIDE_MARGIN, rich};
use crate::{
    Ctx, Slot, picture,
    theme::Type,
    widget::{Button, Icon, elided, line, space_x, text},
};

/// Space inside a bubble.
const PADDING: Vec2 = vec2(12.0, 8.0);
/// Height of one attached file.
const FILE_HEIGHT: f32 = 44.0;
/// Height of an attached picture, with the space around it, and its width.
const PICTURE_HEIGHT: f32 = 172.0;
const PICTURE_WIDTH: f32 = 260.0;
/// Height of the line with time and state, when it stands alone.
const META_HEIGHT: f32 = 18.0;
/// Height of the line that asks the agent to decide about a failed message.
const TROUBLE_HEIGHT: f32 = 32.0;
/// Space above a bubble that continues the one above, and above any other.
const CLOSE_GAP: f32 = 4.0;
const GAP: f32 = 12.0;

/// A bubble ready to be painted.
#[expect(clippy::struct_excessive_bools, reason = "each changes one thing of how it is painted")]
pub struct Bubble {
    /// Height of everything, with the space above.
    pub height: f32,
    /// Whether a clock runs in it, so that it is another one in the next frame.
    pub runs: bool,
    gap: f32,
    size: Vec2,
    galley: Option<Arc<Galley>>,
    links: Vec<(Range<usize>, String)>,
    meta: Arc<Galley>,
    meta_icon: Option<(Icon, Color32)>,
    meta_inline: bool,
    own: bool,
    files: usize,
    trouble: bool,
    name: Option<Arc<Galley>>,
}

/// The parts of a message, whoever wrote it.
struct Message<'a> {
    text: &'a str,
    files: &'a [Attachment],
    own: bool,
    delivery: Option<&'a Delivery>,
    edited: bool,
    /// The author's name, where it has to be said.
    name: Option<String>,
}

fn message<'a>(ctx: &Ctx<'_>, kind: &'a EntryKind) -> Option<Message<'a>> {
    match kind {
        EntryKind::FromCustomer { text, files, edited, .. } => {
            Some(Message { text, files, own: false, delivery: None, edited: *edited, name: None })
        }
        EntryKind::FromAgent { agent, text, files, delivery, .. } => {
            let name = (*agent != ctx.view.me).then(|| ctx.agent_name(*agent));
            Some(Message { text, files, own: true, delivery: Some(delivery), edited: false, name })
        }
        EntryKind::FromElsewhere { name, text, files, .. } => {
            let mark = ctx.t("conversation-elsewhere").to_owned();
            let name = if name.is_empty() { mark } else { format!("{} · {mark}", text::one_line(name)) };
            Some(Message { text, files, own: true, delivery: None, edited: false, name: Some(name) })
        }
        _ => None,
    }
}

/// Icon, colour and words of a delivery state.
pub fn delivery_look(ctx: &Ctx<'_>, delivery: &Delivery) -> (Icon, Color32, String) {
    let theme = ctx.theme;
    let (icon, ink, key) = match delivery {
        Delivery::Queued => (Icon::Clock, theme.muted, "delivery-queued"),
        Delivery::Sending => (Icon::Send, theme.muted, "delivery-sending"),
        Delivery::RetryAt(at) => {
            let time = ctx.time_until(*at);
            return (Icon::Retry, theme.warn, ctx.tw("delivery-retry", &[("time", time.into())]));
        }
        Delivery::Sent => (Icon::Check, theme.muted, "delivery-sent"),
        Delivery::Delivered => (Icon::CheckDouble, theme.muted, "delivery-delivered"),
        Delivery::Read => (Icon::CheckDouble, theme.accent, "delivery-read"),
        Delivery::Failed(reason) => {
            let reason = text::one_line(reason);
            return (Icon::Warning, theme.bad, ctx.tw("delivery-failed", &[("reason", reason.into())]));
        }
        Delivery::Unknown => (Icon::Question, theme.warn, "delivery-unknown"),
        Delivery::Cancelled => (Icon::Undo, theme.muted, "delivery-cancelled"),
    };
    (icon, ink, ctx.t(key).to_owned())
}

/// Lays a message out; nothing for entries that are no messages.
pub fn layout(
    ui: &Ui,
    ctx: &Ctx<'_>,
    _thread: &Thread,
    entry: &Entry,
    continues: bool,
    evidence: &[Range<usize>],
    width: f32,
) -> Option<Bubble> {
    let message = message(ctx, &entry.kind)?;
    let theme = ctx.theme;
    let painter = ui.painter();
    let widest = (width * 0.74 - SIDE_MARGIN).clamp(120.0, theme.tokens.size.bubble_max) - 2.0 * PADDING.x;
    let rich = rich::rich(theme, message.text, theme.text, evidence, widest);
    let galley = (!message.text.is_empty()).then(|| painter.layout_job(rich.job));
    let trouble = message.delivery.is_some_and(Delivery::needs_attention);
    let mut words = ctx.time(entry.at);
    let mut meta_icon = None;
    if message.edited {
        words = format!("{} · {words}", ctx.t("conversation-edited"));
    }
    if let Some(delivery) = message.delivery {
        let (icon, ink, state) = delivery_look(ctx, delivery);
        // The reason of a failure stands below the bubble, with what can be done.
        if !trouble {
            words = format!("{words} · {state}");
            meta_icon = Some((icon, ink));
        }
    }
    let meta = line(painter, theme, &words, Type::Small, theme.muted);
    let meta_width = meta.size().x + if meta_icon.is_some() { 18.0 } else { 0.0 };
    let name = message
        .name
        .filter(|_| !continues)
        .map(|name| line(painter, theme, &name, Type::SmallStrong, theme.accent));
    let files_width = files_width(message.files, widest);
    let text_size = galley.as_ref().map_or(Vec2::ZERO, |galley| galley.size());
    let last_row =
        galley.as_ref().and_then(|galley| galley.rows.last()).map_or(0.0, |row| row.rect().width());
    let meta_inline = galley.is_some() && message.files.is_empty() && last_row + 16.0 + meta_width <= widest;
    let mut inner = vec2(text_size.x.max(files_width), text_size.y);
    if let Some(name) = &name {
        inner.x = inner.x.max(name.size().x);
        inner.y += 18.0;
    }
    inner.x = inner.x.max(if meta_inline { last_row + 16.0 + meta_width } else { meta_width });
    inner.y +=
        message.files.iter().map(file_height).sum::<f32>() + if meta_inline { 0.0 } else { META_HEIGHT };
    let size = (inner + 2.0 * PADDING).ceil();
    let gap = if continues { CLOSE_GAP } else { GAP };
    let height = gap + size.y + if trouble { TROUBLE_HEIGHT } else { 0.0 };
    Some(Bubble {
        height,
        runs: matches!(message.delivery, Some(Delivery::RetryAt(_))),
        gap,
        size,
        galley,
        links: rich.links,
        meta,
        meta_icon,
        meta_inline,
        own: message.own,
        files: message.files.len(),
        trouble,
        name,
    })
}

/// Draws a message that was laid out.
pub fn draw(ui: &mut Ui, ctx: &Ctx<'_>, place: &mut Place<'_>, entry: &Entry, bubble: &Bubble, rect: Rect) {
    let theme = ctx.theme;
    let left =
        if bubble.own { rect.right() - SIDE_MARGIN - bubble.size.x } else { rect.left() + SIDE_MARGIN };
    let frame = Rect::from_min_size(pos2(left.round(), rect.top() + bubble.gap), bubble.size);
    let fill = if bubble.own { theme.accent_soft } else { theme.sunken };
    let radius = theme.tokens.radius.card as u8;
    let corners = if bubble.own {
        CornerRadius { se: 3, nw: radius, ne: radius, sw: radius }
    } else {
        CornerRadius { sw: 3, nw: radius, ne: radius, se: radius }
    };
    ui.painter().rect_filled(frame, corners, fill);
    let mut at = frame.min + PADDING;
    if let Some(name) = &bubble.name {
        ui.painter().galley(at, Arc::clone(name), theme.accent);
        at.y += 18.0;
    }
    if let Some(galley) = &bubble.galley {
        draw_text(ui, ctx, entry, bubble, galley, at);
        at.y += galley.size().y;
    }
    if bubble.files > 0 {
        draw_files(
            ui,
            ctx,
            place.downloads,
            entry,
            Rect::from_min_size(at, vec2(frame.width() - 2.0 * PADDING.x, 0.0)),
        );
    }
    draw_meta(ui, bubble, frame, theme.muted);
    if bubble.trouble {
        let strip = Rect::from_min_max(
            pos2(rect.left() + SIDE_MARGIN, frame.bottom() + 4.0),
            pos2(rect.right() - SIDE_MARGIN, frame.bottom() + TROUBLE_HEIGHT),
        );
        draw_trouble(ui, ctx, place.thread, entry, strip);
    }
}

fn draw_text(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    entry: &Entry,
    bubble: &Bubble,
    galley: &Arc<Galley>,
    at: egui::Pos2,
) {
    let rect = Rect::from_min_size(at, galley.size());
    let sense = Sense::click_and_drag() - Sense::FOCUSABLE;
    let response = ui.interact(rect, ui.scope_id().with(("text", entry.sequence)), sense);
    let who = if bubble.own { ctx.t("conversation-agent") } else { ctx.t("conversation-customer") };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{who}: {}", galley.text())));
    let mut response = response.on_hover_cursor(CursorIcon::Text);
    if let Some(pointer) = response.hover_pos()
        && let Some((_, url)) = link_at(galley, pointer - at, &bubble.links)
    {
        response = response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text_at_pointer(url);
        if response.clicked() {
            ctx.request(crate::ShellRequest::OpenUrl(url.clone()));
        }
    }
    response.context_menu(|ui| {
        if ui.button(ctx.t("conversation-copy-text")).clicked() {
            ctx.request(crate::ShellRequest::CopyText(galley.text().to_owned()));
            ui.close();
        }
    });
    LabelSelectionState::label_text_selection(
        ui,
        &response,
        at,
        Arc::clone(galley),
        ctx.theme.text,
        egui::Stroke::NONE,
    );
}

fn link_at<'a>(
    galley: &Galley,
    offset: Vec2,
    links: &'a [(Range<usize>, String)],
) -> Option<&'a (Range<usize>, String)> {
    if links.is_empty() {
        return None;
    }
    let index: usize = galley.cursor_from_pos(offset).index.into();
    links.iter().find(|(range, _)| range.contains(&index))
}

fn draw_meta(ui: &Ui, bubble: &Bubble, frame: Rect, ink: Color32) {
    let bottom = frame.bottom() - PADDING.y;
    let middle = if bubble.meta_inline { bottom - 9.0 } else { bottom - META_HEIGHT / 2.0 + 1.0 };
    let mut right = frame.right() - PADDING.x;
    if let Some((icon, colour)) = bubble.meta_icon {
        icon.paint(
            ui.painter(),
            Rect::from_center_size(pos2(right - 7.0, middle), Vec2::splat(14.0)),
            colour,
        );
        right -= 18.0;
    }
    let at = Align2::RIGHT_CENTER.anchor_size(pos2(right, middle), bubble.meta.size());
    ui.painter().galley(at.min, Arc::clone(&bubble.meta), ink);
}

fn files_width(files: &[Attachment], widest: f32) -> f32 {
    match files {
        [] => 0.0,
        files if files.iter().any(picture::is_picture) => PICTURE_WIDTH.min(widest),
        _ => 240.0,
    }
}

fn file_height(file: &Attachment) -> f32 {
    if picture::is_picture(file) { PICTURE_HEIGHT } else { FILE_HEIGHT }
}

fn draw_files(ui: &mut Ui, ctx: &Ctx<'_>, downloads: &mut Vec<(Slot, String)>, entry: &Entry, first: Rect) {
    let (EntryKind::FromCustomer { files, .. }
    | EntryKind::FromAgent { files, .. }
    | EntryKind::FromElsewhere { files, .. }) = &entry.kind
    else {
        return;
    };
    let theme = ctx.theme;
    let mut top = first.top();
    for (index, file) in files.iter().enumerate() {
        let size = vec2(first.width(), file_height(file));
        let rect = Rect::from_min_size(pos2(first.left(), top), size).shrink2(vec2(0.0, 3.0));
        top += size.y;
        let id = ui.scope_id().with((entry.sequence, "file", index));
        if picture::is_picture(file) {
            if picture::tile(ui, ctx, file, rect, id).clicked() {
                ctx.push(crate::Action::ShowPicture(file.clone()));
            }
            continue;
        }
        let response = ui.interact(rect, id, Sense::click());
        let name = text::one_line(&file.name);
        response.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, format!("{} {name}", ctx.t("conversation-save-as")))
        });
        let fill = if response.hovered() { theme.hovered(theme.surface) } else { theme.surface };
        let painter = ui.painter();
        painter.rect(rect, theme.control_radius(), fill, theme.hairline(), egui::StrokeKind::Inside);
        let icon = if file.media_type.starts_with("image/") { Icon::Image } else { Icon::File };
        let middle = rect.left_center() + vec2(18.0, 0.0);
        icon.paint(painter, Rect::from_center_size(middle, Vec2::splat(18.0)), theme.accent);
        let size = line(painter, theme, &ctx.locale.file_size(file.bytes), Type::Small, theme.muted);
        let room = rect.width() - 36.0 - size.size().x - 18.0;
        let words = elided(painter, theme, &name, Type::Body, theme.text, room);
        painter.galley(pos2(rect.left() + 34.0, rect.center().y - words.size().y / 2.0), words, theme.text);
        let at = Align2::RIGHT_CENTER.anchor_size(rect.right_center() - vec2(10.0, 0.0), size.size());
        painter.galley(at.min, size, theme.muted);
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            let mut slot = Slot::default();
            slot.ask(ctx.desk, Question::File(file.file.clone()));
            downloads.push((slot, file.name.clone()));
        }
    }
}

/// Under a message that was refused or of which nobody knows: what happened and what can be done.
fn draw_trouble(ui: &mut Ui, ctx: &Ctx<'_>, thread: &Thread, entry: &Entry, rect: Rect) {
    let EntryKind::FromAgent { message, delivery, .. } = &entry.kind else { return };
    let (icon, ink, words) = delivery_look(ctx, delivery);
    let unknown = *delivery == Delivery::Unknown;
    let builder = egui::UiBuilder::new()
        .max_rect(rect)
        .layout(egui::Layout::right_to_left(egui::Align::Center))
        .id_salt((entry.sequence, "trouble"));
    let mut row = ui.new_child(builder);
    let ui = &mut row;
    space_x(ui, 6.0);
    let send = |command| ctx.send_to(thread.row.id, command);
    let settle = |sent: bool| ConversationCommand::Settle { message: *message, sent };
    if unknown {
        if Button::new(ctx.t("delivery-mark-sent")).small().show(ui, ctx.theme).clicked() {
            send(settle(true));
        }
        if Button::new(ctx.t("delivery-mark-not-sent")).small().show(ui, ctx.theme).clicked() {
            send(settle(false));
        }
    } else {
        if Button::new(ctx.t("delivery-resend")).icon(Icon::Retry).small().show(ui, ctx.theme).clicked() {
            send(ConversationCommand::Retry(*message));
        }
        if Button::new(ctx.t("delivery-withdraw")).small().show(ui, ctx.theme).clicked() {
            withdraw(ctx, thread, entry, *message);
        }
    }
    let response = crate::widget::label(ui, ctx.theme, &words, Type::Small, ink);
    if unknown {
        response.on_hover_text(ctx.t("delivery-unknown-hint"));
    }
    let (mark, _) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
    icon.paint(ui.painter(), mark, ink);
}

/// Takes a message that did not go out back into the draft.
fn withdraw(ctx: &Ctx<'_>, thread: &Thread, entry: &Entry, message: MessageId) {
    ctx.send_to(thread.row.id, ConversationCommand::CancelSend(message));
    if let EntryKind::FromAgent { text, .. } = &entry.kind {
        ctx.push(crate::Action::Draft {
            conversation: thread.row.id,
            text: text.clone(),
            from: None,
            replace: false,
        });
    }
}
