//! Small throw-away builders that draw the desk's own controls. The caller owns every value.

mod button;
mod card;
mod chip;
mod field;
pub mod icon;
pub mod text;

pub use button::{Button, IconButton, Segment};
pub use card::{Card, card_title, empty_state, facts_row};
pub use chip::{badge, chip, chip_with, dot, keycap, keycap_width, paint_keycap};
pub use field::{Area, Field};
pub use icon::Icon;
pub use text::{elided, job, label, paint_elided, paint_line, paragraph, wrapped};
