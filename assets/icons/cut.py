#!/usr/bin/env python3
"""Cuts the Lucide icon font to the icons of the desk: python3 cut.py PACKAGE

PACKAGE is the unpacked npm package lucide-static (1.62.0 was used). Needs fonttools. Writes icons.ttf,
LICENSE.txt and ../src/icon.rs. To add an icon, add a line to ICONS and run this again.

The glyphs keep Lucide's private-use code points. They are moved down and get the line metrics of Noto Sans
SC, so that an icon beside Chinese text sits on its middle without any offset at the call.
"""

import json
import sys
from pathlib import Path

from fontTools import subset
from fontTools.misc.transform import Offset
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

# Constant, Lucide's name, what it stands for.
ICONS = """
CHAT message-square A conversation, web chat.
CHAT_TEXT message-square-text Written conversations.
CHAT_ADD message-square-plus A new conversation.
CHAT_REPLY message-square-reply A snippet or canned reply.
SOCIAL message-circle A social account.
PHONE phone The phone channel.
CALL phone-call A running call.
CALL_INCOMING phone-incoming A call comes in.
CALL_OUTGOING phone-outgoing A call going out.
CALL_MISSED phone-missed A missed call.
HANG_UP phone-off Ends a call.
ANSWER phone Answers a call.
HOLD circle-pause Puts a call on hold.
MAIL mail Mail.
WEB globe The web.
TICKET ticket A ticket.
BOOK book-open Knowledge.
ARTICLE file-text An article.
CHECK check Done; quality.
CHECK_DOUBLE check-check Delivered or read.
CHECK_CIRCLE circle-check All is well.
PLAY play Plays.
PLAY_CIRCLE circle-play Drills.
PAUSE pause Pauses.
STOP square Stops.
PLUG plug Plugins.
PUZZLE puzzle One plugin.
CHART chart-column Reports.
GAUGE gauge A measure.
ACTIVITY activity Health.
WAVEFORM audio-lines Sound.
SETTINGS settings Settings.
SLIDERS sliders-horizontal Fine tuning.
SEARCH search Search.
SEARCH_TEXT text-search Search within texts.
SEND send Sends.
PAPERCLIP paperclip Attaches.
SMILE smile Emoji.
NOTE sticky-note An internal note.
USER user A person.
USERS users A team.
USER_ADD user-plus Adds a person.
USER_CHECK user-check A person who is verified.
BELL bell Alerts.
BELL_OFF bell-off Alerts are off.
CLOCK clock Time.
TIMER timer A running limit.
ALARM alarm-clock A reminder.
CALENDAR calendar A date.
CALENDAR_CLOCK calendar-clock An appointment.
CLOSE x Closes.
CLOSE_CIRCLE circle-x Failed, clears.
PLUS plus Adds.
MINUS minus Removes.
CHEVRON_DOWN chevron-down Opens downwards.
CHEVRON_UP chevron-up Closes upwards.
CHEVRON_LEFT chevron-left Back.
CHEVRON_RIGHT chevron-right Forward.
ARROW_UP arrow-up Up.
ARROW_DOWN arrow-down Down.
ARROW_LEFT arrow-left Left.
ARROW_RIGHT arrow-right Right.
TRANSFER arrow-left-right Hands over.
FORWARD forward Forwards.
REPLY reply Replies.
QUOTE quote Quotes.
ENTER corner-down-left The Enter key.
WARNING triangle-alert A warning.
INFO info Information.
ERROR circle-alert An error.
HELP circle-question-mark Help.
SHIELD shield Safety.
SHIELD_CHECK shield-check Checked, permitted.
LAMP lightbulb The lit lamp: an offer.
SPARKLES sparkles A proposal.
WAND wand-sparkles Rewrites.
LIGHTNING zap Quick, urgent.
GIFT gift A present.
CROWN crown A valued customer.
BADGE badge-check Verified.
STAR star A favourite, a rating.
TAG tag A label.
HASH hash A number.
MENTION at-sign Mentions a colleague.
PIN pin Pinned.
PIN_OFF pin-off No longer pinned.
PLACE map-pin A place.
MIC mic The microphone.
MIC_OFF mic-off The microphone is muted.
SPEAKER volume-2 The speaker.
SPEAKER_OFF volume-x The speaker is silent.
HEADSET headset The headset, an agent.
REFRESH refresh-cw Again.
DOWNLOAD download Downloads.
UPLOAD upload Uploads.
SAVE save Saves.
TRASH trash-2 Deletes.
EDIT pencil Edits.
COMPOSE square-pen Writes.
COPY copy Copies.
LINK link A link.
EXTERNAL external-link Opens elsewhere.
FILTER funnel Filters.
FILTER_LIST list-filter Narrows a list.
SORT arrow-up-down Sorts.
MENU ellipsis More.
MENU_VERTICAL ellipsis-vertical More, in a row.
GRIP grip-vertical Drags.
LIST list A list.
LOG scroll-text A log.
HISTORY history The past.
UNDO undo-2 Undoes.
REDO redo-2 Does again.
SUN sun The light theme.
MOON moon The dark theme.
MONITOR monitor The display; follows the system.
LANGUAGE languages Language.
KEYBOARD keyboard Shortcuts.
COMMAND command Commands.
TERMINAL terminal Command line.
EYE eye Shows.
EYE_OFF eye-off Hides.
LOCK lock Locked, secret.
LOCK_OPEN lock-open Unlocked.
KEY key A secret or permission.
CPU cpu Processor time.
MEMORY memory-stick Memory.
NETWORK network Network.
DISK hard-drive Disk.
DATABASE database Data.
BUG bug A fault.
IMAGE image An image.
FILE file A file.
FOLDER folder A folder.
CAMERA camera Takes a picture.
INBOX inbox What comes in.
ARCHIVE archive Closed.
WIFI wifi Connected.
WIFI_OFF wifi-off Not connected.
POWER power Presence, on and off.
COFFEE coffee On a break.
LOG_OUT log-out Signs out.
LOADER loader-circle Waiting.
CIRCLE circle Not chosen.
CIRCLE_DOT circle-dot Chosen, recording.
SIDEBAR panel-right The side dock.
PANEL_LEFT panel-left The queue.
LAYOUT layout-dashboard The layout.
MAXIMIZE maximize Larger.
MINIMIZE minimize Smaller.
ZOOM_IN zoom-in Zooms in.
ZOOM_OUT zoom-out Zooms out.
THUMBS_UP thumbs-up Good.
THUMBS_DOWN thumbs-down Bad.
GRADUATION graduation-cap Training.
WRENCH wrench Repair.
TRUCK truck Delivery.
PACKAGE package An order.
RECEIPT receipt An invoice.
CARD credit-card Payment.
HOUSE house An address.
WASHER washing-machine A washing machine.
FLAME flame Gas, a water heater.
AIR air-vent An air conditioner.
DROPLET droplet Water, a leak.
"""

# Line metrics of Noto Sans SC and the height of the middle of a Chinese character, in 1000 units an em.
ASCENT, DESCENT, MIDDLE = 1160, -288, 380

HEADER = '''//! Icons as private-use characters of one font, cut from [Lucide](https://lucide.dev).
//!
//! Each constant is a string of one character that is drawn with the font [`FONT`]. Written by
//! `icons/cut.py`; change the list there.

/// The icon font (TrueType). Line metrics are those of Noto Sans SC, so icons sit on the middle of the text.
pub const FONT: &[u8] = include_bytes!("../icons/icons.ttf");

/// Licence of the icons.
pub const LICENCE: &str = include_str!("../icons/LICENSE.txt");

macro_rules! icons {
    ($($(#[$meaning:meta])* $name:ident = $glyph:literal;)+) => {
        $($(#[$meaning])* pub const $name: &str = $glyph;)+

        /// Every icon with its constant's name.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

icons! {
'''


def icons() -> list[tuple[str, str, str]]:
    return [tuple(line.split(" ", 2)) for line in ICONS.strip().splitlines()]


def cut(source: Path, target: Path, points: set[int]) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["GSUB", "GPOS", "GDEF"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=points)
    cutter.subset(font)
    font["name"].setName("Switchboard Icons", 1, 3, 1, 0x409)
    font["name"].setName("Switchboard Icons", 4, 3, 1, 0x409)
    font["name"].setName("SwitchboardIcons", 6, 3, 1, 0x409)
    glyphs, metrics = font["glyf"], font["hmtx"]
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(TransformPen(pen, Offset(0, MIDDLE - 500)), glyphs)
        glyphs[name] = pen.glyph()
        glyphs[name].recalcBounds(glyphs)
        metrics[name] = (metrics[name][0], getattr(glyphs[name], "xMin", 0))
    font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = ASCENT, DESCENT, 0
    font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender, font["OS/2"].sTypoLineGap = ASCENT, DESCENT, 0
    font["OS/2"].usWinAscent, font["OS/2"].usWinDescent = ASCENT, -DESCENT
    font.save(target)
    print(f"{target.name}: {len(points)} icons, {target.stat().st_size / 1e3:.1f} kB")


def main() -> None:
    package, here = Path(sys.argv[1]), Path(__file__).resolve().parent
    codepoints = json.loads((package / "font" / "codepoints.json").read_text())
    cut(package / "font" / "lucide.ttf", here / "icons.ttf", {codepoints[lucide] for _, lucide, _ in icons()})
    (here / "LICENSE.txt").write_text((package / "LICENSE").read_text())
    lines = [HEADER]
    for constant, lucide, meaning in icons():
        lines.append(f'    /// {meaning}\n    {constant} = "\\u{{{codepoints[lucide]:x}}}";\n')
    lines.append("}\n")
    (here.parent / "src" / "icon.rs").write_text("".join(lines))


if __name__ == "__main__":
    main()
