//! Pictures among the attachments: bytes are asked of the engine, decoded by the shell on a thread of its own and
//! kept as textures.
//!
//! # Invariants
//!
//! - Nothing is decoded on the window's thread, and nothing larger than [`FILE_MAX_BYTES`] is asked for.
//! - At most [`IN_FLIGHT_MAX`] pictures are on their way at once, and textures take at most [`KEPT_MAX_BYTES`], apart
//!   from those in sight; those not looked at for longest go first.
//! - What cannot be shown says why and can still be saved.

use std::collections::HashMap;

use egui::{
    Align2, Color32, CursorIcon, Rect, Response, Sense, TextureHandle, TextureOptions, Ui, Vec2, WidgetInfo,
    accesskit::Role, pos2, vec2,
};
use model::{
    FileId,
    conversation::Attachment,
    port::{Answer, Question},
};

use crate::{
    Ctx, ShellRequest, Slot,
    shell::DecodedPicture,
    theme::{Tone, Type},
    widget::{Icon, text},
};

/// Longest side of a small picture, in pixels: twice what it takes on the screen, for sharp screens.
pub const SMALL_SIDE: u32 = 480;
/// Longest side of the large view, in pixels: every graphics driver takes a texture of this size.
pub const LARGE_SIDE: u32 = 2048;
/// Larger files are not shown, in bytes.
pub const FILE_MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Pictures that may be on their way at once.
const IN_FLIGHT_MAX: usize = 4;
/// Textures that are kept, in bytes.
const KEPT_MAX_BYTES: usize = 48 * 1024 * 1024;
/// Pictures that are kept, also as failures.
const KEPT_MAX: usize = 128;

/// Whether an attachment is of a kind that can be shown.
pub fn is_picture(file: &Attachment) -> bool {
    matches!(file.media_type.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp")
}

enum State {
    Asked(Slot),
    Decoding,
    Ready(TextureHandle, [u32; 2]),
    Failed(String),
}

struct Kept {
    state: State,
    /// The frame in which it was drawn last.
    used: u64,
}

/// What there is to draw of a picture.
pub enum Shown {
    /// It is on its way.
    Waiting,
    /// The texture, and width and height of the picture itself.
    Ready(TextureHandle, [u32; 2]),
    /// It cannot be shown; the code of an error.
    Failed(String),
}

/// Pictures that are shown or were lately.
#[derive(Default)]
pub struct Pictures {
    kept: HashMap<(FileId, u32), Kept>,
}

impl Pictures {
    /// What there is of a picture with this longest side; asks for it where there is nothing yet.
    pub fn get(&mut self, ui: &Ui, ctx: &Ctx<'_>, file: &Attachment, side: u32) -> Shown {
        if file.bytes > FILE_MAX_BYTES {
            return Shown::Failed("picture-large".to_owned());
        }
        let frame = ui.ctx().cumulative_frame_nr();
        let key = (file.file.clone(), side);
        if !self.kept.contains_key(&key) {
            if self.in_flight() >= IN_FLIGHT_MAX {
                ui.ctx().request_repaint_after_secs(0.05);
                return Shown::Waiting;
            }
            self.kept.insert(key.clone(), Kept { state: State::Asked(Slot::default()), used: frame });
        }
        let Some(kept) = self.kept.get_mut(&key) else { return Shown::Waiting };
        kept.used = frame;
        if let State::Asked(slot) = &mut kept.state {
            slot.ask(ctx.desk, Question::File(file.file.clone()));
            kept.state = match slot.answer() {
                Some(Answer::File(Some(bytes))) => {
                    let (file, bytes) = (file.file.clone(), bytes.clone());
                    ctx.request(ShellRequest::DecodePicture { file, bytes, side });
                    State::Decoding
                }
                Some(_) => State::Failed("picture-gone".to_owned()),
                None if slot.failure().is_some() => State::Failed("picture-gone".to_owned()),
                None => {
                    ui.ctx().request_repaint_after_secs(0.03);
                    return Shown::Waiting;
                }
            };
        }
        match &kept.state {
            State::Asked(_) | State::Decoding => Shown::Waiting,
            State::Ready(texture, whole) => Shown::Ready(texture.clone(), *whole),
            State::Failed(code) => Shown::Failed(code.clone()),
        }
    }

    fn in_flight(&self) -> usize {
        self.kept.values().filter(|kept| matches!(kept.state, State::Asked(_) | State::Decoding)).count()
    }

    /// Takes in what the shell has decoded. One that was given up meanwhile is dropped.
    pub fn decoded(
        &mut self,
        ctx: &egui::Context,
        file: FileId,
        side: u32,
        result: Result<DecodedPicture, String>,
    ) {
        let name = file.to_string();
        let Some(kept) = self.kept.get_mut(&(file, side)) else { return };
        kept.state = match result {
            Ok(picture) => {
                let texture = ctx.load_texture(name, picture.image, TextureOptions::LINEAR);
                State::Ready(texture, picture.size)
            }
            Err(code) => State::Failed(code),
        };
        self.make_room(ctx.cumulative_frame_nr());
    }

    /// Lets the large views go.
    pub fn forget_large(&mut self) {
        self.kept.retain(|(_, side), _| *side != LARGE_SIDE);
    }

    /// How many bytes the textures take.
    pub fn kept_bytes(&self) -> usize {
        self.kept.values().map(Kept::bytes).sum()
    }

    fn make_room(&mut self, frame: u64) {
        while self.kept.len() > KEPT_MAX || self.kept_bytes() > KEPT_MAX_BYTES {
            let settled = |kept: &Kept| matches!(kept.state, State::Ready(..) | State::Failed(_));
            let oldest = self
                .kept
                .iter()
                .filter(|(_, kept)| settled(kept) && kept.used + 2 < frame)
                .min_by_key(|(_, kept)| kept.used)
                .map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            self.kept.remove(&oldest);
        }
    }
}

impl Kept {
    fn bytes(&self) -> usize {
        match &self.state {
            State::Ready(texture, _) => texture.size().iter().product::<usize>() * 4,
            _ => 0,
        }
    }
}

/// Draws a small picture into a place, cropped to fill it; a click on it is the caller's. What cannot be shown is a
/// card with its name and the reason.
pub fn tile(ui: &Ui, ctx: &Ctx<'_>, file: &Attachment, rect: Rect, id: egui::Id) -> Response {
    let theme = ctx.theme;
    let shown = ctx.pictures.borrow_mut().get(ui, ctx, file, SMALL_SIDE);
    let name = text::one_line(&file.name);
    let response = ui.interact(rect, id, Sense::click()).on_hover_cursor(CursorIcon::PointingHand);
    let painter = ui.painter();
    painter.rect_filled(rect, theme.control_radius(), theme.sunken);
    let spoken = match &shown {
        Shown::Failed(code) => {
            let why = ctx.locale.error(code, &[]).what;
            failed(ui, ctx, rect, &name, &why);
            format!("{name}{}{why}", ctx.t("app-separator"))
        }
        Shown::Waiting => {
            let middle = Rect::from_center_size(rect.center(), Vec2::splat(22.0));
            Icon::Image.paint(painter, middle, theme.faint);
            name.clone()
        }
        Shown::Ready(texture, _) => {
            let uv = cropped(texture.size_vec2(), rect.size());
            let sized = egui::load::SizedTexture::from_handle(texture);
            egui::Image::from_texture(sized).uv(uv).corner_radius(theme.control_radius()).paint_at(ui, rect);
            let over = if response.hovered() { theme.shadow } else { Color32::TRANSPARENT };
            painter.rect(rect, theme.control_radius(), over, theme.hairline(), egui::StrokeKind::Inside);
            name.clone()
        }
    };
    let spoken = ctx.tw("picture-named", &[("name", spoken.into())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    if response.has_focus() {
        let ring = egui::Stroke::new(theme.tokens.size.focus, theme.accent);
        painter.rect_stroke(rect, theme.control_radius(), ring, egui::StrokeKind::Inside);
    }
    response.on_hover_text(name)
}

fn failed(ui: &Ui, ctx: &Ctx<'_>, rect: Rect, name: &str, why: &str) {
    let theme = ctx.theme;
    let painter = ui.painter();
    painter.rect_stroke(rect, theme.control_radius(), theme.hairline(), egui::StrokeKind::Inside);
    let centre = rect.center();
    if rect.height() < 100.0 {
        let middle = Rect::from_center_size(centre, Vec2::splat(18.0));
        Icon::Warning.paint(painter, middle, theme.warn);
        return;
    }
    let mark = Rect::from_center_size(centre - vec2(0.0, 26.0), Vec2::splat(20.0));
    Icon::Image.paint(painter, mark, theme.muted);
    let line = |y: f32, words: &str, style: Type, tone: Tone| {
        let ink = theme.ink(tone);
        let galley = text::elided(painter, theme, words, style, ink, rect.width() - 20.0);
        let at = Align2::CENTER_CENTER.anchor_size(pos2(centre.x, y), galley.size());
        painter.galley(at.min, galley, ink);
    };
    line(centre.y + 2.0, name, Type::Body, Tone::Plain);
    line(centre.y + 22.0, why, Type::Small, Tone::Warn);
}

/// The part of a picture that fills a place of another shape, from its middle.
fn cropped(picture: Vec2, place: Vec2) -> Rect {
    let scale = (place.x / picture.x.max(1.0)).max(place.y / picture.y.max(1.0)).max(f32::EPSILON);
    let part = place / (picture * scale).max(Vec2::splat(1.0));
    Rect::from_center_size(pos2(0.5, 0.5), part.min(Vec2::splat(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_cropped_from_its_middle_and_never_stretched() {
        let cases = [
            (vec2(400.0, 300.0), vec2(200.0, 150.0), vec2(1.0, 1.0)),
            (vec2(400.0, 100.0), vec2(200.0, 100.0), vec2(0.5, 1.0)),
            (vec2(100.0, 400.0), vec2(100.0, 100.0), vec2(1.0, 0.25)),
        ];
        for (picture, place, expected) in cases {
            let part = cropped(picture, place);
            assert!((part.size() - expected).length() < 0.001, "{picture:?} {place:?}: {part:?}");
            assert_eq!(part.center(), pos2(0.5, 0.5));
        }
    }
}
