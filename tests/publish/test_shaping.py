from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustsurvey.publish.pdf import fonts
from trustsurvey.publish.pdf.fonts import face
from trustsurvey.publish.pdf.shaping import Text, levels, width

SENTENCES = {
    "English": ("Trust stands at 54.3 (+3 to −2).", False),
    "Spanish": ("La confianza es de 54,3; subió «mucho».", False),
    "Vietnamese": ("Tiếng Việt: ngữ điệu, Đường", False),
    "Hindi": ("अक्टूबर 2026: स्थानीय पुलिस पर भरोसा, आँकड़े", False),
    "Amharic": ("በአካባቢው ፖሊስ ላይ ያለው እምነት ከ100 54 ነው።", False),
    "Chinese": ("居民对当地警察的信任为 54.3 分（满分 100 分）。", False),
    "Korean": ("지역 경찰에 대한 신뢰는 54.3점입니다.", False),
    "Russian": ("Доверие к полиции — 54,3", False),
    "Arabic": ("تبلغ الثقةُ بالشرطة 54.3 من 100، ولا تغيّر يمكن رصده في الأحياء.", True),
    "Persian": ("می‌خواهم اعتماد ۵۴٫۳ از ۱۰۰ باشد", True),
    "Arabic with names": ("أعلى الأحياء: \u2066Willow Bend\u2069، \u2066+3.5\u2069 (\u206695%\u2069)", True),
}


def read_back(text: Text) -> str:
    """What a reader takes from the glyphs, in logical order."""
    out = []
    start = 0
    while start < len(text.text):
        end = start + 1
        while end < len(text.text) and text.levels[end] == text.levels[start] and text.faces[end] == text.faces[start]:
            end += 1
        (run,) = text.visual(start, end)
        glyphs = reversed(run.glyphs) if text.levels[start] & 1 else run.glyphs
        out += [face(run.face).sources.get(ord(glyph), str(glyph)) for glyph in glyphs]
        start = end
    return "".join(out).replace("\u200b", "")


@pytest.mark.parametrize("language", list(SENTENCES))
def test_glyphs_read_as_the_text_they_were_made_from(language: str) -> None:
    sentence, rtl = SENTENCES[language]
    text = Text(sentence, rtl=rtl, language="ar" if rtl else "en")
    assert read_back(text) == sentence.replace("\u2066", "").replace("\u2069", "")


@pytest.mark.parametrize("language", list(SENTENCES))
def test_the_shipped_faces_have_every_character(language: str) -> None:
    assert fonts.missing(SENTENCES[language][0]) == set()


@pytest.mark.parametrize("name", fonts.chain(600, "en"))
def test_the_glyph_that_stands_for_a_raised_mark_draws_nothing(name: str) -> None:
    extents = face(name).harfbuzz.get_glyph_extents(face(name).empty)
    assert extents is None or extents.height == 0  # the joiners of Devanagari's faces are upright strokes


@pytest.mark.parametrize(("language", "words"), [("ko", "‘두려움’"), ("ko", "“신뢰” … —"), ("zh-Hans", "“信任” ‘警察’ …… ——")])
def test_quotes_beside_han_come_from_a_face_that_has_them(language: str, words: str) -> None:
    for weight in fonts.WEIGHTS:
        assert all(face(name).has(character) for name, character in zip(fonts.faces_of(words, weight, language), words, strict=True))


def test_two_dots_of_three_come_from_one_face() -> None:
    assert set(fonts.faces_of("警察：……您", 400, "zh-Hant")) == {"NotoSansTC-Regular"}


def test_a_character_that_no_face_has_is_named() -> None:
    assert fonts.missing("Trust ᚠ頼") == {"ᚠ", "頼"}


def order_of(text: str, *, rtl: bool) -> str:
    """The characters from left to right, by runs."""
    made = Text(text, rtl=rtl)
    return "".join(face(run.face).sources.get(ord(glyph), str(glyph)) for run in made.visual() for glyph in run.glyphs)


def test_isolated_figures_stay_whole_in_arabic() -> None:
    drawn = order_of("غ \u2066+3.5\u2069، \u2066−2\u2069 غ", rtl=True)
    assert drawn.index("−2") < drawn.index("+3.5"), "the second stands to the left of the first"


def test_a_list_of_latin_names_runs_from_the_right() -> None:
    drawn = order_of("\u2066Fairmount\u2069، \u2066Dockside\u2069", rtl=True)
    assert drawn.index("Dockside") < drawn.index("Fairmount")


def test_controls_are_not_drawn_and_joiners_are_kept() -> None:
    kept = "".join(c for c, _ in levels("a\u2066b\u2069\u200fc\u200cd\u202ae\u202c", 0))
    assert kept == "abc\u200cde"


@given(st.text(alphabet="abc 12+−%()\u2066\u2067\u2068\u2069سلام،", max_size=40), st.booleans())
def test_levels_hold_any_mixture(text: str, rtl: bool) -> None:
    found = levels(text, int(rtl))
    assert "".join(c for c, _ in found) == "".join(c for c in text if c not in "\u2066\u2067\u2068\u2069")
    assert all(level >= int(rtl) for _, level in found)


@given(st.lists(st.text(alphabet="abcdefghij", min_size=1, max_size=12), min_size=1, max_size=30), st.floats(3, 30))
def test_no_line_is_wider_than_its_column(words: list[str], limit: float) -> None:
    text = Text(" ".join(words))
    lines = text.lines(limit)
    assert "".join(text.text[a:b] for a, b in lines).replace(" ", "") == "".join(words)
    assert all(text.width(a, b) <= limit + 1e-9 or b - a == 1 for a, b in lines)


def test_headings_are_balanced() -> None:
    text = Text("Six neighborhoods are above the city and one is far below it today")
    plain, even = text.lines(24), text.balanced(24)
    assert len(even) == len(plain)
    assert max(text.width(*line) for line in even) <= max(text.width(*line) for line in plain)
    assert min(text.width(*line) for line in even) >= min(text.width(*line) for line in plain)


def test_chinese_breaks_between_characters_and_never_before_punctuation() -> None:
    text = Text("警察信任度调查，结果公布。")
    lines = [text.text[a:b] for a, b in text.lines(4.0)]
    assert "".join(lines) == text.text
    assert not any(line[0] in "，。" for line in lines)


def test_faces_differ_in_their_names() -> None:
    """Two faces with one PostScript name would be embedded as one."""
    names = [face(name).face.name for name in {*fonts.chain(400, "en"), *fonts.chain(600, "en")}]
    assert len(set(names)) == len(names)


def test_width_counts_kerned_glyphs() -> None:
    assert width("AV", 10) < width("A", 10) + width("V", 10)
    assert width("Index", 10, 600) > width("Index", 10, 400)
