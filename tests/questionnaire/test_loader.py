"""The loader: what ships loads, and every fault is named at once with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustsurvey.errors import NotFound, QuestionnaireError
from trustsurvey.questionnaire import loader
from trustsurvey.questionnaire.schema import CODES, MAX_OPTIONS, Kind

GOOD = """\
questionnaire: short
version: 1
language: en
title: Short
minutes: 1
scales:
  how: [Never, Sometimes, Always]
  ten: {from: 0, to: 10}
sections:
  - code: place
    title: Where
    items:
      - {code: area, type: area, text: "Where?", options: {outside: "Elsewhere"}}
  - code: all
    title: All
    items:
      - {code: one, scale: how, text: "One?"}
      - {code: two, scale: ten, text: "Two?", ends: [low, high]}
      - {code: three, type: choice, text: "Three?", options: {yes: "Yes", no: "No"}}
      - {code: four, type: multiple, at_most: 2, show_if: "three == yes", text: "Four?", options: {a: "A", b: "B", c: "C"}, exclusive: [c]}
scoring:
  domains:
    trust: {title: Trust, items: [one]}
  index: {code: trust_index, title: Index, at_least: 1}
  single: {two: Two}
  proportions:
    said_yes: {title: Yes, is: three == yes}
  shares: [four]
weighting: {margins: [three]}
groups: [three]
"""


def faults(text: str) -> list[str]:
    with pytest.raises(QuestionnaireError) as caught:
        loader.load(text, file="q.yaml")
    return [str(fault) for fault in caught.value.faults]


def test_every_questionnaire_that_ships_loads() -> None:
    assert loader.library() == ("community-trust", "trust-pulse")
    for code in loader.library():
        found = loader.load(loader.source(code)[0])
        assert found.code == code
        assert len(found.scoring.domains) == 7


def test_the_wording_is_the_design(shared) -> None:
    from ruamel.yaml import YAML

    design = YAML(typ="safe").load((shared / "design" / "community-trust.yaml").read_text())
    ours = loader.load(loader.source("community-trust")[0])
    texts = {item["code"]: item["text"] for section in design["sections"] for item in section["items"]}
    assert texts == {item.code: item.text for item in ours.items()}
    assert design["scoring"]["domains"] == {domain.code: list(domain.items) for domain in ours.scoring.domains}
    for item in design["sections"][-2]["items"][:2]:
        assert item["options"] == {option.code: option.text for option in ours.item(item["code"]).options}


def test_the_pulse_asks_in_the_same_words() -> None:
    long = {item.code: item for item in loader.load(loader.source("community-trust")[0]).items()}
    for item in loader.load(loader.source("trust-pulse")[0]).items():
        assert item == long[item.code]


def test_a_good_file_loads() -> None:
    found = loader.load(GOOD)
    assert [item.kind for item in found.items()] == [Kind.AREA, Kind.SCALE, Kind.NUMBER, Kind.CHOICE, Kind.MULTIPLE]
    assert len(found.hash) == 64
    assert loader.load(GOOD + "\n# a comment\n").hash == found.hash, "comments and layout are not wording"
    assert loader.load(GOOD.replace("One?", "One more?")).hash != found.hash


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("scale: how,", "scale: hoe,", "q.yaml:17:21", "there is no scale 'hoe'"),
        ("type: choice", "type: text", "q.yaml:19:23", "Free text is asked for only in the one sealed comment"),
        (
            '{yes: "Yes"',
            '{yes: "Yes", ' + ", ".join(f'y{year}: "{year}"' for year in range(1940, 2000)),
            "q.yaml:19",
            "62 options: at most 60",
        ),
        ("at_most: 2", "at_mst: 2", "q.yaml:20:38", "there is no setting named 'at_mst'"),
        ("at_most: 2", "at_most: 3", "q.yaml:20:38", "at most 1 to 2"),
        ("exclusive: [c]", "exclusive: [d]", "q.yaml:20:125", "there is no option 'd'"),
        ('three == yes", text', 'three == maybe", text', "q.yaml:20:50", "'three' has no option 'maybe'"),
        ('three == yes", text', 'three = yes", text', "q.yaml:20:50", "is not a condition"),
        ('three == yes", text', 'later == yes", text', "q.yaml:20:50", "there is no item 'later'"),
        ("code: two", "code: one", "q.yaml:18:10", "the item code 'one' is taken"),
        ("code: two", "code: ticket", "q.yaml:18:10", "is taken"),
        ("ends: [low, high]", "ends: [low]", "q.yaml:18:47", "entry 2 of 'ends' is missing"),
        (", ends: [low, high]", "", "q.yaml:18:21", "needs `ends`"),
        ("items: [one]", "items: [three]", "q.yaml:23:35", "'three' is not an item with a scale"),
        ("at_least: 1", "at_least: 2", "q.yaml:24:44", "the index has 1 domains"),
        ("shares: [four]", "shares: [one]", "q.yaml:28:12", "not an item of type multiple"),
        ("margins: [three]", "margins: [four]", "q.yaml:29:23", "not an item of type choice"),
        ("said_yes", "two", "q.yaml:21:1", "the measure 'two' is named twice"),
        ("type: area, ", "type: choice, ", "q.yaml:10:5", "begins with its one item of type area"),
        ("version: 1", "version: none", "q.yaml:2:1", "valid integer"),
        ("title: Short\n", "", "q.yaml:1:1", "'title' is missing"),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, place: str, says: str) -> None:
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1))
    assert any(fault.startswith(place) and says in fault for fault in found), found


def test_faults_of_shape_and_of_sense_come_together() -> None:
    text = GOOD.replace("type: choice", "type: text").replace("scale: how,", "scale: hoe,").replace("shares: [four]", "shares: [one]")
    found = faults(text)
    assert len(found) == 3, found


def test_more_than_sixty_options_are_refused() -> None:
    many = ", ".join(f"o{n}: '{n}'" for n in range(61))
    found = faults(GOOD.replace('{yes: "Yes", no: "No"}', "{yes: Y, " + many + "}"))
    assert any("at most 60" in fault for fault in found)
    assert len(CODES) > MAX_OPTIONS, "every option has a character of its own"


@pytest.mark.parametrize(
    "text", ["", "- a\n- b", "a: [b\nc: d", "key: value: more", "\t- x", "questionnaire: x\nquestionnaire: y", "&a [*a]"]
)
def test_what_is_no_questionnaire_says_so(text: str) -> None:
    assert faults(text)


@given(st.text(max_size=200))
def test_no_text_makes_it_raise_anything_else(text: str) -> None:
    with pytest.raises(QuestionnaireError):
        loader.load(text)


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(list(" :{}[]\"'-#\n\t,x0&*!|>%@`~")), st.booleans())
def test_no_slip_of_the_finger_makes_it_raise_anything_else(at: int, character: str, insert: bool) -> None:
    text = GOOD[:at] + character + GOOD[at if insert else at + 1 :]
    try:
        found = loader.load(text)
    except QuestionnaireError:
        return
    assert found.hash


def test_an_unknown_one_names_those_there_are() -> None:
    with pytest.raises(NotFound, match="community-trust, trust-pulse"):
        loader.source("nothing")


def test_an_installation_own_wins(tmp_path) -> None:
    (tmp_path / "community-trust.yaml").write_text(GOOD)
    assert loader.source("community-trust", [tmp_path]) == (GOOD, str(tmp_path / "community-trust.yaml"))
