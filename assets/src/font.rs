//! The fonts of the desk: Noto Sans SC in two weights, cut by `fonts/cut.py`, under the SIL Open
//! Font License.
//!
//! They hold GB 2312 and what surrounds it (8,888 characters) and are always loaded first; the system's fonts fill
//! in the rest. Their digits all have one width, so clocks and counts stand still without any font feature
//! (a test says so).

/// Noto Sans SC, regular, weight 400 (TrueType).
pub const REGULAR: &[u8] = include_bytes!("../fonts/NotoSansSC-Regular.ttf");

/// Noto Sans SC, semi-bold, weight 600 (TrueType).
pub const STRONG: &[u8] = include_bytes!("../fonts/NotoSansSC-SemiBold.ttf");

/// Quotation marks, ellipsis and dash as wide as English sets them, regular; made by `fonts/marks.py`.
pub const MARKS_REGULAR: &[u8] = include_bytes!("../fonts/Marks-Regular.ttf");

/// The same, semi-bold.
pub const MARKS_STRONG: &[u8] = include_bytes!("../fonts/Marks-SemiBold.ttf");

/// Licence of the fonts.
pub const LICENCE: &str = include_str!("../fonts/OFL.txt");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use skrifa::{
        FontRef, MetadataProvider,
        instance::{LocationRef, Size},
    };

    use super::*;
    use crate::{Language, demo, icon, knowledge, locale_files};

    fn fonts() -> [(&'static str, FontRef<'static>); 2] {
        [("regular", FontRef::new(REGULAR).unwrap()), ("strong", FontRef::new(STRONG).unwrap())]
    }

    #[test]
    fn digits_have_one_width() {
        for (name, font) in fonts() {
            let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
            let widths: BTreeSet<u32> = ('0'..='9')
                .map(|digit| metrics.advance_width(font.charmap().map(digit).unwrap()).unwrap() as u32)
                .collect();
            assert_eq!(widths.len(), 1, "{name}: {widths:?}");
        }
    }

    #[test]
    fn every_character_we_write_is_in_both_weights() {
        let locales = Language::both().into_iter().flat_map(locale_files).map(|(_, source)| source);
        let texts = locales
            .chain(demo::sources().chain(knowledge::SOURCES.iter().copied()).map(|(_, source)| source));
        let written: BTreeSet<char> =
            texts.flat_map(str::chars).filter(|letter| !letter.is_control()).collect();
        assert!(written.len() > 800, "only {} characters", written.len());
        for (name, font) in fonts() {
            let charmap = font.charmap();
            let lacking: String = written.iter().filter(|letter| charmap.map(**letter).is_none()).collect();
            assert!(lacking.is_empty(), "{name} lacks {lacking}");
        }
    }

    #[test]
    fn everyday_chinese_and_signs_are_in_both_weights() {
        for (name, font) in fonts() {
            let charmap = font.charmap();
            let everyday = include_str!("pinyin.txt").chars().filter(|letter| !letter.is_control());
            let signs =
                "—…·「」《》“”‘’、。，！？￥¥€£℃°×÷±≤≥≠→←↑↓⇧⌘⏎✓●○■□▲▼★☆①②ⅠⅡ㎡─│┌┐└┘├┤┬┴┼█äöüßéèçñøåāáǎà";
            let lacking: String =
                everyday.chain(signs.chars()).filter(|letter| charmap.map(*letter).is_none()).collect();
            assert!(lacking.is_empty(), "{name} lacks {lacking}");
        }
    }

    #[test]
    fn every_icon_is_drawn_and_sits_on_the_middle_of_the_text() {
        let icons = FontRef::new(icon::FONT).unwrap();
        let location = LocationRef::default();
        let metrics = icons.glyph_metrics(Size::unscaled(), location);
        for (name, glyph) in icon::ALL {
            let mut letters = glyph.chars();
            let (letter, rest) = (letters.next().unwrap(), letters.next());
            assert!(rest.is_none() && ('\u{e000}'..='\u{f8ff}').contains(&letter), "{name}");
            let glyph = icons.charmap().map(letter).unwrap_or_else(|| panic!("{name} has no glyph"));
            let bounds = metrics.bounds(glyph).unwrap_or_else(|| panic!("{name} has no bounds"));
            assert!(bounds.x_max > bounds.x_min, "{name} is empty");
            assert!(bounds.y_min >= -120.0 && bounds.y_max <= 880.0, "{name}: {bounds:?}");
        }
        let (text, icon) =
            (fonts()[0].1.metrics(Size::unscaled(), location), icons.metrics(Size::unscaled(), location));
        assert_eq!(
            (text.ascent, text.descent, text.units_per_em),
            (icon.ascent, icon.descent, icon.units_per_em)
        );
    }

    #[test]
    fn english_marks_are_narrow_and_sit_on_the_line_of_the_text() {
        let location = LocationRef::default();
        for ((name, text), bytes) in fonts().into_iter().zip([MARKS_REGULAR, MARKS_STRONG]) {
            let marks = FontRef::new(bytes).unwrap();
            let width = |font: &FontRef<'_>, letter| {
                let glyph = font.charmap().map(letter).unwrap_or_else(|| panic!("{name} lacks {letter}"));
                font.glyph_metrics(Size::unscaled(), location).advance_width(glyph).unwrap()
            };
            for letter in "‘’“”…·".chars() {
                let (english, chinese) = (width(&marks, letter), width(&text, letter));
                assert!(english < 950.0 && english < chinese, "{name} {letter}: {english} {chinese}");
            }
            assert!(marks.charmap().map('a').is_none(), "letters come from the text font");
            let (own, text) =
                (marks.metrics(Size::unscaled(), location), text.metrics(Size::unscaled(), location));
            assert_eq!(
                (own.ascent, own.descent, own.units_per_em),
                (text.ascent, text.descent, text.units_per_em)
            );
        }
    }

    #[test]
    fn licences_are_with_the_fonts() {
        assert!(LICENCE.contains("SIL OPEN FONT LICENSE Version 1.1"));
        assert!(icon::LICENCE.contains("ISC License"));
    }
}
