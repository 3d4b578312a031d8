#!/usr/bin/env python3
"""Cuts Noto Sans SC to what the desk needs: python3 cut.py PACKAGE

PACKAGE is the unpacked npm package @expo-google-fonts/noto-sans-sc (0.4.3 was used), which holds the
static instances as TrueType files. Needs fonttools. Writes the cut fonts beside this script.

Kept: all of GB 2312 (levels 1 and 2, and its symbols, Greek, Cyrillic and kana), characters of common
names that GB 2312 lacks, Latin with accents, punctuation, arrows, mathematics, box drawing, shapes.
The digits of Noto Sans SC all have one width, so clocks and counts need no font feature.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

WEIGHTS = {
    "400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "600SemiBold/NotoSansSC_600SemiBold.ttf": "NotoSansSC-SemiBold.ttf",
}

RANGES = [
    (0x20, 0x7E),      # ASCII
    (0xA0, 0x17F),     # Latin-1 and Latin Extended-A
    (0x1CD, 0x1DC),    # pinyin tones
    (0x2C7, 0x2D9),    # tone marks
    (0x2010, 0x206F),  # punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x214F),  # letter-like
    (0x2150, 0x218F),  # fractions, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematics
    (0x2300, 0x23FF),  # keys
    (0x2460, 0x24FF),  # circled numbers
    (0x2500, 0x25FF),  # boxes, blocks, shapes
    (0x2600, 0x27BF),  # signs, check marks
    (0x3000, 0x303F),  # Chinese punctuation
    (0x3040, 0x30FF),  # kana
    (0x3200, 0x33FF),  # enclosed characters, units
    (0xFE30, 0xFE4F),  # Chinese punctuation, vertical and wavy
    (0xFF00, 0xFFEF),  # full width
]

# Characters that people carry in their names, places or words today and GB 2312 lacks.
NAMES = (
    "喆堃玥珺琰煊昇赟翀璟祎珅婳彧旸沄浠烜甯瑄禛骞镕煜垚瑀珩琤韫頔峣玙玚璠玭珏琲瑆璘昱晖晞暄曈朤枞栩楠槿沅洺淏淼湦溦漪澍濛灏炅炘烨焜焱熠燊"
    "犇珣琛琨琬瑗璇璐甪畅皓砼祺稹筠筱粿绀绮羿翊翎翯芃芊芮苒苡茜荞莳菡萱葳蓁蔺薇藜蘅虓袆觐詝诜谌豫贠赜跶軎轶邡郗鄞鄢酆釉钊钰铄铖铭锘锴镔闫阇阚陟隰隽霁霂霏靓靖韬颀颢飏馨驎骁骅骐鲲鸢麒黛龑"
    "囧怼嗨呗噻嗯哒咯嘞啰哎唉嘛喽呦嘿嗷"
    "砦畲涠漷浉垟墘埭塬坭埗"
    "铪锫镎镅锎氘氚氪氙磺烷烯炔酰羟巯"
)


def wanted() -> set[int]:
    points = {point for first, last in RANGES for point in range(first, last + 1)}
    for row in range(1, 88):
        for cell in range(1, 95):
            try:
                points.add(ord(bytes([0xA0 + row, 0xA0 + cell]).decode("gb2312")))
            except UnicodeDecodeError:
                pass
    return points | {ord(letter) for letter in NAMES}


def cut(source: Path, target: Path) -> None:
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.hinting = False
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT", "gasp", "prep"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.glyph_names = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}
    assert len(widths) == 1, f"digits have widths {widths}"
    font.save(target)
    print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    package, here = Path(sys.argv[1]), Path(__file__).resolve().parent
    for source, target in WEIGHTS.items():
        cut(package / source, here / target)
    (here / "OFL.txt").write_text((package / "LICENSE_FONT").read_text())


if __name__ == "__main__":
    main()
