#!/usr/bin/env python3
"""Makes the quotation marks, the ellipsis, the dash and the middle dot of English out of those of Noto Sans SC: python3 marks.py

Chinese sets these characters in a square as wide as a Chinese character; English sets them as wide as they are.
Unicode has one number for both, so the font decides. The outlines stay as they are, only the room around them
changes; the ellipsis is three full stops. Needs fonttools. Writes beside this script, from what cut.py made.
"""

from pathlib import Path

from fontTools import subset
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

QUOTES = (0x2018, 0x2019, 0x201C, 0x201D)
ELLIPSIS, FULL_STOP, DASH, DOT = 0x2026, 0x2E, 0x2014, 0xB7
# Room left and right of a mark, in units of a thousandth of the size.
SIDE = 40


def copied(glyphs, name, shifts):
    pen = TTGlyphPen(None)
    for shift in shifts:
        recording = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(recording)
        recording.replay(TransformPen(pen, (1, 0, 0, 1, shift, 0)))
    return pen.glyph()


def make(source: Path, target: Path, weight: str) -> None:
    options = subset.Options()
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF"]
    options.notdef_outline = True
    options.glyph_names = True
    options.recalc_timestamp = False
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[*QUOTES, ELLIPSIS, FULL_STOP, DASH, DOT])
    cutter.subset(font)
    glyphs, names, outlines, widths = font.getGlyphSet(), font.getBestCmap(), font["glyf"], font["hmtx"]
    step = widths[names[FULL_STOP]][0]
    ellipsis = copied(glyphs, names[FULL_STOP], [0, step, 2 * step])
    made = {}
    for point in (*QUOTES, DASH, DOT):
        name = names[point]
        outline = outlines[name]
        made[name] = copied(glyphs, name, [SIDE - outline.xMin])
        widths[name] = (outline.xMax - outline.xMin + 2 * SIDE, SIDE)
    made[names[ELLIPSIS]] = ellipsis
    for name, outline in made.items():
        outlines[name] = outline
        outline.recalcBounds(outlines)
    widths[names[ELLIPSIS]] = (3 * step, outlines[names[ELLIPSIS]].xMin)
    # The full stop was needed only to build with.
    for table in font["cmap"].tables:
        table.cmap.pop(FULL_STOP, None)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = "Switchboard Marks" + ("" if record.nameID == 1 else f" {weight}")
        elif record.nameID == 6:
            record.string = f"SwitchboardMarks-{weight}"
    font.save(target)
    print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size} bytes")


def main() -> None:
    here = Path(__file__).resolve().parent
    for weight in ("Regular", "SemiBold"):
        make(here / f"NotoSansSC-{weight}.ttf", here / f"Marks-{weight}.ttf", weight)


if __name__ == "__main__":
    main()
