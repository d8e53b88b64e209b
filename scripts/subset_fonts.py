"""Make the fonts that reports ship with: static TrueType, cut down to the scripts they are for.

    npm pack vazirmatn @expo-google-fonts/noto-sans{,-devanagari,-ethiopic,-sc,-tc,-kr}   # all under the SIL Open Font License
    python scripts/subset_fonts.py FOLDER_WITH_THE_TGZ
    python scripts/subset_fonts.py --phone                                             # only the phones' font, from what is there

Each face is read out of its npm package, subset with fontTools and written to ``src/trustsurvey/publish/pdf/fonts``.
A face is refused when it has no TrueType outlines, varies, or shares a PostScript name with another: reportlab would
embed the first of two such faces for both. All together may weigh 9 MB.

Chinese and Korean are cut to the characters in common use: GB 2312, the first level of Big5, the syllables of KS X 1001; and to whatever
the catalogues and CLDR's names of languages and months hold beyond those. The heavier weights have the commonest only, since a character
that a heavier face lacks is set in the lighter one.

``src/trustsurvey/web/static/ethiopic.woff2`` is for residents' phones that have no Ethiopic letters (``web/fonts.py``): the syllables of
Amharic, which are all of the catalogue's and every other that Amharic writes, without the letters of Tigrinya, Bilen and Sebat Bet. It
may weigh 11 KB.
"""

from __future__ import annotations

import io
import sys
import tarfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po
from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "src/trustsurvey/publish/pdf/fonts"
LIMIT = 9_000_000  # bytes, all faces together
PHONE = ROOT / "src/trustsurvey/web/static/ethiopic.woff2"
PHONE_LIMIT = 11 * 1024  # bytes

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


DEVANAGARI = (0x20, 0xA0, 0x200C, 0x200D, 0x25CC, *range(0x900, 0x980), *range(0xA8E0, 0xA900), 0x20B9)
ETHIOPIC = (0x20, 0xA0, 0x200C, *range(0x1200, 0x13A0))
AMHARIC_ROWS = "ሀለሐመሠረሰሸቀበቨተቸኀነኘአከኸወዐዘዠየደጀገጠጨጰጸፀፈፐ"  # each followed by its six other vowels, and most by -wa
ETHIOPIC_RARER = (*range(0x2D80, 0x2DE0), *range(0xAB00, 0xAB30))
CHINESE_MARKS = (
    0x20, 0x200C, 0xB7, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2025, 0x2026, 0x203B, 0x25CB, 0x25CF,
    *range(0x3000, 0x3030),
    *range(0xFF01, 0xFF5F),
    0xFFE0, 0xFFE1, 0xFFE5,
)  # fmt: skip
KOREAN_MARKS = (0x20, 0x200C, *range(0x3000, 0x3018), *range(0x3131, 0x318F), *range(0xFF01, 0xFF5F))


def double_bytes(codec: str, leads: Iterable[int], trails: Iterable[int]) -> tuple[int, ...]:
    """Code points of a double-byte character set between these bytes, in its order."""
    pairs = [bytes((lead, trail)) for lead in leads for trail in trails]
    return tuple(ord(text) for pair in pairs if len(text := pair.decode(codec, "ignore")) == 1)


def used(locale: str, above: int = 0x2E80) -> tuple[int, ...]:
    """Code points, from ``above`` on, of the locale's catalogues and of its names of languages, places and months."""
    return tuple(sorted({ord(c) for text in _texts(locale) for c in text if ord(c) >= above}))


def _texts(locale: str) -> Iterator[str]:
    cldr = Locale.parse(locale)
    for names in (cldr.languages, cldr.territories, cldr.scripts, *cldr.months["format"].values(), *cldr.days["format"].values()):
        yield from names.values()
    yield from cldr.date_formats["long"].pattern
    for path in sorted((ROOT / "translations" / locale).glob("LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                yield from message.string if isinstance(message.string, list | tuple) else [message.string]


GB_TRAILS = range(0xA1, 0xFF)
BIG5_TRAILS = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
GB2312_COMMON = double_bytes("gb2312", range(0xB0, 0xD8), GB_TRAILS)  # level 1: 3,755 by pronunciation
GB2312_RARER = double_bytes("gb2312", range(0xD8, 0xF8), GB_TRAILS)  # level 2: 3,008 by radical
BIG5_COMMON = tuple(c for c in double_bytes("big5", range(0xA4, 0xC7), BIG5_TRAILS) if 0x4E00 <= c <= 0x9FFF)  # level 1: 5,401
KSX1001 = double_bytes("euc_kr", range(0xB0, 0xC9), GB_TRAILS)  # 2,350 syllables
SIMPLIFIED = (*CHINESE_MARKS, *used("zh_Hans"), *GB2312_COMMON)
TRADITIONAL = (*CHINESE_MARKS, *used("zh_Hant"), *BIG5_COMMON)
KOREAN = (*KOREAN_MARKS, *used("ko"), *KSX1001)


@dataclass(frozen=True)
class Face:
    archive: str  # how the npm package's file name begins
    member: str
    name: str
    codepoints: tuple[int, ...]
    kerning: bool = True


def google(
    package: str, family: str, regular: tuple[int, ...], semibold: tuple[int, ...] | None = None, *, kerning: bool = True
) -> tuple[Face, Face]:
    """A family's two weights out of its package."""
    archive = f"expo-google-fonts-{package}"
    return (
        Face(archive, f"package/400Regular/{family}_400Regular.ttf", f"{family}-Regular", regular, kerning),
        Face(archive, f"package/600SemiBold/{family}_600SemiBold.ttf", f"{family}-SemiBold", semibold or regular, kerning),
    )


# The kerning of Ethiopic alone would weigh 0.4 MB; its letters stand well without.
FACES = (
    *google("noto-sans", "NotoSans", LATIN_AND_CYRILLIC),
    Face("vazirmatn", "package/fonts/ttf/Vazirmatn-Regular.ttf", "Vazirmatn-Regular", ARABIC),
    Face("vazirmatn", "package/fonts/ttf/Vazirmatn-SemiBold.ttf", "Vazirmatn-SemiBold", ARABIC),
    *google("noto-sans-devanagari", "NotoSansDevanagari", DEVANAGARI),
    *google("noto-sans-ethiopic", "NotoSansEthiopic", (*ETHIOPIC, *ETHIOPIC_RARER), ETHIOPIC, kerning=False),
    *google("noto-sans-sc", "NotoSansSC", (*SIMPLIFIED, *GB2312_RARER), SIMPLIFIED),
    *google("noto-sans-tc", "NotoSansTC", TRADITIONAL),
    *google("noto-sans-kr", "NotoSansKR", KOREAN),
)
LICENCES = (
    ("expo-google-fonts-noto-sans", "package/LICENSE_FONT", "OFL-NotoSans.txt"),
    ("vazirmatn", "package/OFL.txt", "OFL-Vazirmatn.txt"),
    ("expo-google-fonts-noto-sans-devanagari", "package/LICENSE_FONT", "OFL-NotoSansDevanagari.txt"),
    ("expo-google-fonts-noto-sans-ethiopic", "package/LICENSE_FONT", "OFL-NotoSansEthiopic.txt"),
    ("expo-google-fonts-noto-sans-sc", "package/LICENSE_FONT", "OFL-NotoSansSC.txt"),
    ("expo-google-fonts-noto-sans-tc", "package/LICENSE_FONT", "OFL-NotoSansTC.txt"),
    ("expo-google-fonts-noto-sans-kr", "package/LICENSE_FONT", "OFL-NotoSansKR.txt"),
)
# Kept: joining and mark placement, without which Arabic and Vietnamese fall apart; the conjuncts of Devanagari; localised forms; kerning.
FEATURES = [
    "ccmp", "locl", "init", "medi", "fina", "isol", "rlig", "calt", "mark", "mkmk", "kern", "curs",
    "nukt", "akhn", "rphf", "rkrf", "blwf", "half", "vatu", "cjct", "pres", "abvs", "blws", "psts", "haln", "abvm", "blwm", "dist",
]  # fmt: skip


def read(folder: Path, archive: str, member: str) -> bytes:
    found = sorted(folder.glob(f"{archive}-[0-9]*.tgz"))
    if not found:
        raise SystemExit(f"{folder} holds no {archive}-*.tgz: run `npm pack` there first (see the top of this script)")
    with tarfile.open(found[-1]) as tar:
        source = tar.extractfile(member)
        if source is None:
            raise SystemExit(f"{found[-1].name} holds no {member}")
        return source.read()


def cut(face: Face, data: bytes) -> bytes:
    font = TTFont(io.BytesIO(data), recalcTimestamp=False)
    if "glyf" not in font or "fvar" in font:
        raise SystemExit(f"{face.name}: not a static TrueType face")
    features = FEATURES if face.kerning else [name for name in FEATURES if name != "kern"]
    options = subset.Options(
        layout_features=features, hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], glyph_names=False, notdef_outline=True
    )
    options.drop_tables += ["DSIG", "vhea", "vmtx", *(["GDEF"] if "GPOS" not in font else [])]  # vertical text isn't set
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=face.codepoints)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID == 6:
            record.string = face.name
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def for_phones() -> bytes:
    """WOFF2 of the Amharic syllables and marks, without hints, kerning or names but those of its authors and licence."""
    rows = {chr(ord(row) + vowel) for row in AMHARIC_ROWS for vowel in range(8)}
    spelled = {c for c in rows if c not in AMHARIC_ROWS and unicodedata.name(c, "").startswith("ETHIOPIC SYLLABLE")}
    letters = {ord(c) for c in (*AMHARIC_ROWS, *spelled)} | set(range(0x1361, 0x1368))  # ፡ to ፧
    letters |= {c for c in used("am", 0x1200) if c < 0x1380}
    font = TTFont(TARGET / "NotoSansEthiopic-Regular.ttf", recalcTimestamp=False)
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 13, 14], glyph_names=False, notdef_outline=False)
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "STAT"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    if len(out.getvalue()) > PHONE_LIMIT:
        raise SystemExit(f"{PHONE.name} would weigh {len(out.getvalue())} bytes")
    return out.getvalue()


def main(folder: Path) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    names = [face.name for face in FACES]
    if len(set(names)) != len(names):
        raise SystemExit("two faces share a PostScript name")
    total = 0
    for face in FACES:
        data = cut(face, read(folder, face.archive, face.member))
        (TARGET / f"{face.name}.ttf").write_bytes(data)
        total += len(data)
        print(f"{face.name}.ttf  {len(data) / 1024:.0f} KB")
    print(f"all  {total / 1e6:.2f} MB")
    if total > LIMIT:
        raise SystemExit(f"the faces weigh more than {LIMIT / 1e6:.0f} MB")
    for archive, member, name in LICENCES:
        (TARGET / name).write_bytes(read(folder, archive, member))
    PHONE.write_bytes(for_phones())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    if sys.argv[1] == "--phone":
        PHONE.write_bytes(for_phones())
        raise SystemExit(0)
    main(Path(sys.argv[1]))
