//! Small throw-away builders that draw the desk's own controls. The caller owns every value.

mod button;
mod card;
mod chip;
mod field;
pub mod galleys;
pub mod icon;
mod spacing;
mod splitter;
pub mod text;

pub use button::{Button, IconButton, Segment};
pub use card::{Card, card_title, empty_state, facts_row};
pub use chip::{badge, chip, chip_with, dot, keycap, keycap_width, paint_keycap};
pub use field::{Area, Field};
pub use icon::Icon;
pub use spacing::{space, space_x, space_y};
pub use splitter::name_splitter;
pub use text::{elided, job, label, line, paint_elided, paint_line, paragraph, wrapped};
