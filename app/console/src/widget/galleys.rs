//! Words that were laid out, kept from one frame to the next.
//!
//! egui keeps them too, but asks for a text of one's own and hashes every part of its style before it looks. A frame of
//! the desk shows some two hundred pieces of text that were there before; here they are found by a borrowed one.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash as _, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
};

use egui::{Color32, Context, FontId, Galley, Id, Painter};

use crate::hash::QuickHasher;

/// More pieces than this are kept only if the frame before showed them.
const KEPT_MAX: usize = 2048;
/// The piece whose galley tells whether egui has begun a new font texture, to which older galleys do not fit.
const MARK: &str = "·";

/// How a piece of text ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wrap {
    /// Where it is at its end.
    Never,
    /// With an ellipsis, at this width.
    Elide(f32),
    /// In the next line, at this width.
    At(f32),
}

/// What tells one piece from another.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// A number for everything else that it is set in.
    pub style: u32,
    /// Its colour.
    pub colour: Color32,
    /// How it ends.
    pub wrap: Wrap,
}

struct Piece {
    text: Box<str>,
    look: Look,
    galley: Arc<Galley>,
    shown: u64,
}

#[derive(Default)]
struct Kept {
    pieces: HashMap<u64, Piece, BuildHasherDefault<QuickHasher>>,
    frame: u64,
    mark: Option<Arc<Galley>>,
}

/// The kept words of one egui context.
#[derive(Clone, Default)]
struct Galleys(Arc<Mutex<Kept>>);

/// Begins a frame: without it, nothing is kept.
pub fn begin(ctx: &Context) {
    let galleys = ctx.data_mut(|data| data.get_temp_mut_or_default::<Galleys>(Id::NULL).clone());
    let mark = ctx.fonts_mut(|fonts| {
        fonts.layout_no_wrap(MARK.to_owned(), FontId::proportional(12.0), Color32::PLACEHOLDER)
    });
    let mut kept = galleys.0.lock().unwrap_or_else(PoisonError::into_inner);
    let before = kept.mark.replace(Arc::clone(&mark));
    if before.is_none_or(|before| !Arc::ptr_eq(&before, &mark)) {
        kept.pieces.clear();
    }
    let frame = kept.frame;
    if kept.pieces.len() > KEPT_MAX {
        kept.pieces.retain(|_, piece| piece.shown == frame);
    }
    kept.frame += 1;
}

/// The galley of a piece of text, laid out where it is not there yet.
pub fn galley(
    painter: &Painter,
    text: &str,
    look: Look,
    lay_out: impl FnOnce() -> Arc<Galley>,
) -> Arc<Galley> {
    let Some(galleys) = painter.ctx().data(|data| data.get_temp::<Galleys>(Id::NULL)) else {
        return lay_out();
    };
    let key = key(text, &look);
    let mut kept = galleys.0.lock().unwrap_or_else(PoisonError::into_inner);
    let frame = kept.frame;
    if let Some(piece) = kept.pieces.get_mut(&key)
        && piece.look == look
        && *piece.text == *text
    {
        piece.shown = frame;
        return Arc::clone(&piece.galley);
    }
    let galley = lay_out();
    let piece = Piece { text: text.into(), look, galley: Arc::clone(&galley), shown: frame };
    kept.pieces.insert(key, piece);
    galley
}

fn key(text: &str, look: &Look) -> u64 {
    let mut hasher = QuickHasher::default();
    text.hash(&mut hasher);
    let (kind, width) = match look.wrap {
        Wrap::Never => (0_u64, 0.0),
        Wrap::Elide(width) => (1, width),
        Wrap::At(width) => (2, width),
    };
    hasher.write_u64(kind << 32 | u64::from(look.style));
    hasher
        .write_u64(u64::from(width.to_bits()) << 32 | u64::from(u32::from_be_bytes(look.colour.to_array())));
    hasher.finish()
}
