"""From places in a rule to places in the file that holds it."""

from pathlib import Path

import pytest
import yaml
from attribution_service.lint.places import FilePlace, Where, scalar, whole
from attribution_service.scenarios.documents import parse
from hypothesis import given, settings
from hypothesis import strategies as st


def where(text: str) -> tuple[str, Where]:
    """The value at the key `rule`, and where it stands."""
    item = parse(text.encode(), Path("a.yaml")).fields("the file")["rule"]
    value = item.text("the rule")
    return value, scalar(text, *item.extent, value)


@pytest.mark.parametrize(
    ("text", "part", "line", "column"),
    [
        ("rule: a == b", "b", 1, 12),
        ("{rule: a == b}", "b", 1, 13),
        ("rule: 'a == ''x'' && b'", "b", 1, 22),
        ('rule: "a == \\"x\\" && b"', "b", 1, 22),
        ('rule: "\\x61\\u0061\\U00000061\\t b"', "b", 1, 31),
        ("rule: a &&\n  b", "b", 2, 3),
        ("rule: a\n\n\n  b", "b", 4, 3),
        ("rule: 'a &&\n\n  b'", "b", 3, 3),
        ('rule: "a && \\\n  b"', "b", 2, 3),
        ('rule: "a &&\n    b"', "b", 2, 5),
        ("rule: |\n  a &&\n    b", "b", 3, 5),
        ("rule: |\n  a\n \n\n  b\n", "b", 5, 3),
        ("rule: |-  # why\n    a\n    && b", "b", 3, 8),
        ("rule: |2\n   a\n  b", "b", 3, 3),
        ("rule: >-\n  a &&\n  b", "b", 3, 3),
        ("rule: >\n  a\n\n  b", "b", 4, 3),
        ("rule: >\n  a\n    c\n  b", "b", 4, 3),
        ("rule: &x !!str a b", "b", 1, 18),
        ("rule: &x |\n  b", "b", 2, 3),
        ("x: &x a b\nrule: *x", "b", 1, 9),
        ("rule: |\r\n  a\r\n\r\n  b\r\n", "b", 4, 3),
        ("rule: a\r\n  b\r\n", "b", 2, 3),
        ("\ufeffrule: a b", "b", 1, 9),
        ("rule: 😀 b", "b", 1, 9),
        ("rule: é\n  b", "b", 2, 3),
    ],
)
def test_places_in_yaml(text: str, part: str, line: int, column: int) -> None:
    value, found = where(text)
    start = value.index(part)
    place = found.place(start, start + 1)
    assert place == FilePlace(line, column, line, column + 1)


def test_a_piece_of_several_lines() -> None:
    value, found = where("rule: |\n  a &&\n  b\n")
    assert found.place(0, value.index("b") + 1) == FilePlace(2, 3, 3, 4)


def test_nothing_has_a_place_too() -> None:
    _, found = where("rule: ' '")
    assert found.place(0, 0) == FilePlace(1, 8, 1, 8)
    _, found = where("rule: ''")
    assert found.place(0, 1).line == 1


def test_what_is_not_understood_has_only_a_line() -> None:
    found = scalar("\nrule: abc", 7, 10, "abx")
    assert found.offsets is None
    assert found.place(1, 2) == FilePlace(2)


def test_a_whole_file() -> None:
    assert whole("a\n😀b", 0).place(3, 4) == FilePlace(2, 2, 2, 3)
    assert whole("\ufeffab", 1).place(1, 2) == FilePlace(1, 2, 1, 3)
    assert whole("", 0).place(0, 0) == FilePlace(1, 1, 1, 1)


_TEXTS = st.text(st.sampled_from("ab '\"\\:#\n\té&|>-😀"), max_size=40)


@settings(max_examples=400, deadline=None)
@given(_TEXTS, st.sampled_from([None, "'", '"', "|", ">"]), st.sampled_from([20, 10_000]))
def test_every_way_that_yaml_has(value: str, style: str | None, width: int) -> None:
    """What is written at a place is the character itself, unless it is escaped or folded."""
    text = yaml.dump({"rule": value}, default_style=style, width=width, allow_unicode=True)
    loaded, found = where(text)
    assert loaded == value
    assert found.offsets is not None
    assert len(found.offsets) == len(value) + 1
    assert list(found.offsets) == sorted(found.offsets)
    for character, offset in zip(value, found.offsets, strict=False):
        if not character.isspace():
            assert text[offset] in {character, "\\"}
