"""The record: what goes in comes out, and nothing that isn't an answer goes in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustsurvey.errors import AnswersError
from trustsurvey.questionnaire import loader, record, routing
from trustsurvey.questionnaire.schema import Kind, Questionnaire

TRUST = loader.load(loader.source("community-trust")[0])
PULSE = loader.load(loader.source("trust-pulse")[0])


@st.composite
def answers(draw: st.DrawFn, questionnaire: Questionnaire) -> dict[str, routing.Answer]:
    """Anything a resident could send."""
    found: dict[str, routing.Answer] = {}
    for item in questionnaire.items():
        if not item.columns or not draw(st.booleans()):
            continue
        codes = [option.code for option in item.options]
        if item.kind is Kind.MULTIPLE:
            special = st.sampled_from([("?",), ("~",)])
            several = st.lists(st.sampled_from(codes), min_size=1, unique=True).map(
                lambda chosen, c=codes: tuple(sorted(chosen, key=c.index))
            )
            found[item.code] = draw(special | several)
        else:
            found[item.code] = draw(st.sampled_from([*codes, "?", "~"]))
    return found


@pytest.mark.parametrize("questionnaire", [TRUST, PULSE], ids=lambda q: q.code)
@given(data=st.data())
def test_answers_come_back(questionnaire: Questionnaire, data: st.DataObject) -> None:
    given_ = data.draw(answers(questionnaire))
    kept = routing.applicable(questionnaire, given_)
    encoded = record.encode(questionnaire, kept)
    assert len(encoded) == record.width(questionnaire) == len(record.columns(questionnaire))
    assert encoded.isascii()
    assert record.decode(questionnaire, encoded) == kept
    assert record.encode(questionnaire, record.decode(questionnaire, encoded)) == encoded


@given(st.text(alphabet="0123456789ABab-~?.", min_size=record.width(TRUST), max_size=record.width(TRUST)))
def test_a_record_decodes_or_is_refused(text: str) -> None:
    try:
        decoded = record.decode(TRUST, text)
    except AnswersError:
        return
    assert record.decode(TRUST, record.encode(TRUST, routing.applicable(TRUST, decoded))) == routing.applicable(TRUST, decoded)


def test_columns_are_named_and_in_the_order_asked() -> None:
    names = [column.name for column in record.columns(TRUST)]
    assert names[0] == "fp_respect"
    assert "want_outreach" in names
    assert "area" not in names
    assert "comment" not in names
    assert [column.index for column in record.columns(TRUST)] == list(range(50))


def test_follow_ups_that_do_not_apply_are_dropped() -> None:
    said = {"victim": "no", "reported": "no", "why_not": ("minor",)}
    assert routing.applicable(TRUST, said) == {"victim": "no"}
    said = {"victim": "yes", "reported": "yes", "why_not": ("minor",)}
    assert routing.applicable(TRUST, said) == {"victim": "yes", "reported": "yes"}


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"fp_respect": "5"}, "fp_respect"),
        ({"fp_respect": ("1",)}, "fp_respect"),
        ({"want": "outreach"}, "want"),
        ({"want": ("outreach", "~")}, "want"),
        ({"want": ("nonsense",)}, "want"),
        ({"nothing": "1"}, "nothing"),
        ({"area": "a1"}, "area"),
    ],
)
def test_what_is_no_answer_is_refused(said: dict[str, routing.Answer], place: str) -> None:
    with pytest.raises(AnswersError) as caught:
        record.encode(TRUST, said)
    assert [fault.place for fault in caught.value.faults] == [place]


def test_an_option_keeps_its_character_when_the_list_grows() -> None:
    """`home_language` is frozen: its codes stand in records for ever."""
    codes = [option.code for option in TRUST.item("home_language").options]
    assert codes == ["en", "es", "zh", "vi", "fil", "ar", "fa", "ht", "fr", "pt", "ru", "ko", "am", "so", "hi", "other"]
