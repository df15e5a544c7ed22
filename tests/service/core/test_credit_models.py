"""Credit models: what each candidate gets, and that it is exactly one conversion in all."""

from fractions import Fraction

import pytest
from attribution_service.core import credit_models
from attribution_service.core.credit_models import (
    WHOLE,
    CreditModel,
    CreditSettings,
    CreditTally,
    Touch,
    shared_out,
)
from attribution_service.core.refusals import Refusal
from hypothesis import given
from hypothesis import strategies as st

DAY_US = 86_400_000_000


def touches(*basis_us: int) -> list[Touch]:
    return [Touch(f"a{number}", at) for number, at in enumerate(basis_us)]


@pytest.mark.parametrize(
    ("settings", "count", "expected"),
    [
        (CreditSettings(CreditModel.FIRST_TOUCH), 3, [WHOLE, 0, 0]),
        (CreditSettings(CreditModel.LAST_TOUCH), 3, [0, 0, WHOLE]),
        (CreditSettings(CreditModel.LINEAR), 2, [WHOLE // 2, WHOLE // 2]),
        # What is left over goes to the later ones.
        (CreditSettings(CreditModel.LINEAR), 3, [333_333_333, 333_333_333, 333_333_334]),
        (CreditSettings(CreditModel.LINEAR), 7, [142_857_142] + [142_857_143] * 6),
        (CreditSettings(CreditModel.POSITION_BASED), 1, [WHOLE]),
        (CreditSettings(CreditModel.POSITION_BASED), 2, [WHOLE // 2, WHOLE // 2]),
        (CreditSettings(CreditModel.POSITION_BASED), 3, [400_000_000, 200_000_000, 400_000_000]),
        (
            CreditSettings(CreditModel.POSITION_BASED),
            5,
            [400_000_000, 66_666_666, 66_666_667, 66_666_667, 400_000_000],
        ),
        (CreditSettings(CreditModel.POSITION_BASED, 1, 30, 10), 2, [750_000_000, 250_000_000]),
        (CreditSettings(CreditModel.POSITION_BASED, 1, 0, 0), 2, [WHOLE // 2, WHOLE // 2]),
        (CreditSettings(CreditModel.POSITION_BASED, 1, 0, 0), 3, [0, WHOLE, 0]),
        (CreditSettings(CreditModel.POSITION_BASED, 1, 0, 100), 3, [0, 0, WHOLE]),
        (CreditSettings(CreditModel.POSITION_BASED, 1, 100, 0), 2, [WHOLE, 0]),
    ],
)
def test_models(settings: CreditSettings, count: int, expected: list[int]) -> None:
    assert shared_out(touches(*range(count)), settings) == expected


def test_a_half_life_halves() -> None:
    settings = CreditSettings(CreditModel.TIME_DECAY, half_life_us=DAY_US)
    assert shared_out(touches(0, DAY_US), settings) == [333_333_333, 666_666_667]
    assert shared_out(touches(0, 2 * DAY_US), settings) == [200_000_000, 800_000_000]
    assert shared_out(touches(5, 5, 5, 5), settings) == [WHOLE // 4] * 4
    older = shared_out(touches(0, DAY_US // 2), settings)
    assert abs(Fraction(older[1], older[0]) ** 2 - 2) < Fraction(1, 10**7)


def test_what_is_very_old_gets_nothing() -> None:
    settings = CreditSettings(CreditModel.TIME_DECAY, half_life_us=1)
    assert shared_out(touches(-(2**60), 0), settings) == [0, WHOLE]


@st.composite
def all_settings(draw: st.DrawFn) -> CreditSettings:
    first = draw(st.integers(0, 100))
    return CreditSettings(
        model=draw(st.sampled_from(CreditModel)),
        half_life_us=draw(st.integers(1, 3_650 * DAY_US)),
        first_percent=first,
        last_percent=draw(st.integers(0, 100 - first)),
    )


@given(st.lists(st.integers(-(2**58), 2**58), min_size=1, max_size=40), all_settings())
def test_credits_of_a_conversion_are_exactly_one(
    times: list[int], settings: CreditSettings
) -> None:
    found = shared_out(touches(*sorted(times)), settings)
    assert len(found) == len(times)
    assert sum(found) == WHOLE
    assert min(found) >= 0
    if settings.model is CreditModel.TIME_DECAY:
        assert found == sorted(found)


def test_a_tally_sums_exactly() -> None:
    tally = CreditTally(CreditSettings(CreditModel.LINEAR))
    for _ in range(10):
        tally.add([Touch("b", 1), Touch("a", 2)], 0.1)
    tally.add([Touch("b", 1)], None)
    assert [(item.action_id, item.billionths, item.value) for item in tally.by_action()] == [
        ("a", 5 * WHOLE, 0.5),
        ("b", 6 * WHOLE, 0.5),
    ]


def test_one_action_may_be_a_candidate_twice() -> None:
    tally = CreditTally(CreditSettings(CreditModel.POSITION_BASED))
    tally.add([Touch("a", 1), Touch("b", 2), Touch("a", 3)], 10.0)
    assert [(item.billionths, item.value) for item in tally.by_action()] == [
        (800_000_000, 8.0),
        (200_000_000, 2.0),
    ]


def test_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit_models, "MAX_CREDITED_CONVERSIONS", 2)
    tally = CreditTally(CreditSettings(CreditModel.LINEAR))
    for _ in range(2):
        tally.add(touches(1), None)
    with pytest.raises(Refusal, match=r"more than 2 conversions"):
        tally.add(touches(1), None)
