"""Make the fonts that reports ship with: static TrueType, cut down to the scripts they are for.

    npm pack @expo-google-fonts/noto-sans vazirmatn      # the sources; both under the SIL Open Font License
    python scripts/subset_fonts.py FOLDER_WITH_THE_TGZ

Each face is read out of its npm package, subset with fontTools and written to ``src/trustsurvey/publish/pdf/fonts``.
A face is refused when it has no TrueType outlines, varies, or shares a PostScript name with another: reportlab would
embed the first of two such faces for both.
"""

from __future__ import annotations

import io
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent.parent / "src/trustsurvey/publish/pdf/fonts"

LATIN_AND_CYRILLIC = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),  # Latin-1, Latin Extended-A and -B
    *range(0x250, 0x2B0),  # IPA: letters of West African languages
    *range(0x2B0, 0x370),  # modifiers and combining marks
    *range(0x400, 0x530),  # Cyrillic with its supplement
    *range(0x1E00, 0x1F00),  # Latin Extended Additional: Vietnamese
    *range(0x2000, 0x2070),  # dashes, quotes, joiners
    *range(0x20A0, 0x20C1),  # currencies
    0x2070, 0x2074, 0x207F, 0x2080, 0x2113, 0x2116, 0x2122,
    0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x25CC,
)  # fmt: skip
ARABIC = (
    0x20, 0xA0, 0xAB, 0xBB, 0x2010, 0x2011, 0x2013, 0x2014,
    *range(0x600, 0x700),
    *range(0x750, 0x780),
    0x200C, 0x200D,
)  # fmt: skip


@dataclass(frozen=True)
class Face:
    archive: str  # how the npm package's file name begins
    member: str
    name: str
    codepoints: tuple[int, ...]


FACES = (
    Face("expo-google-fonts-noto-sans", "package/400Regular/NotoSans_400Regular.ttf", "NotoSans-Regular", LATIN_AND_CYRILLIC),
    Face("expo-google-fonts-noto-sans", "package/600SemiBold/NotoSans_600SemiBold.ttf", "NotoSans-SemiBold", LATIN_AND_CYRILLIC),
    Face("vazirmatn", "package/fonts/ttf/Vazirmatn-Regular.ttf", "Vazirmatn-Regular", ARABIC),
    Face("vazirmatn", "package/fonts/ttf/Vazirmatn-SemiBold.ttf", "Vazirmatn-SemiBold", ARABIC),
)
LICENCES = (
    ("expo-google-fonts-noto-sans", "package/LICENSE_FONT", "OFL-NotoSans.txt"),
    ("vazirmatn", "package/OFL.txt", "OFL-Vazirmatn.txt"),
)
# Kept: joining and mark placement, without which Arabic and Vietnamese fall apart; localised forms; kerning.
FEATURES = ["ccmp", "locl", "init", "medi", "fina", "isol", "rlig", "calt", "mark", "mkmk", "kern", "curs"]


def read(folder: Path, archive: str, member: str) -> bytes:
    found = sorted(folder.glob(f"{archive}-*.tgz"))
    if not found:
        raise SystemExit(f"{folder} holds no {archive}-*.tgz: run `npm pack` there first (see the top of this script)")
    with tarfile.open(found[-1]) as tar:
        source = tar.extractfile(member)
        if source is None:
            raise SystemExit(f"{found[-1].name} holds no {member}")
        return source.read()


def cut(face: Face, data: bytes) -> bytes:
    font = TTFont(io.BytesIO(data))
    if "glyf" not in font or "fvar" in font:
        raise SystemExit(f"{face.name}: not a static TrueType face")
    options = subset.Options(
        layout_features=FEATURES, hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], glyph_names=False, notdef_outline=True
    )
    options.drop_tables += ["DSIG", "GDEF"] if "GPOS" not in font else ["DSIG"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=face.codepoints)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID == 6:
            record.string = face.name
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def main(folder: Path) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    names = [face.name for face in FACES]
    if len(set(names)) != len(names):
        raise SystemExit("two faces share a PostScript name")
    for face in FACES:
        data = cut(face, read(folder, face.archive, face.member))
        (TARGET / f"{face.name}.ttf").write_bytes(data)
        print(f"{face.name}.ttf  {len(data) / 1024:.0f} KB")
    for archive, member, name in LICENCES:
        (TARGET / name).write_bytes(read(folder, archive, member))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
