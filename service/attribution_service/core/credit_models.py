"""Other ways to share out the credit for a conversion, from the candidates that it keeps (C14).

What is recorded is the last touch, always; these are views of it, worked out when a report is
read. Credits are whole billionths, so that those of one conversion sum to exactly one, and sums of
them are exact too.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from attribution_service.core.refusals import Reason, Refusal

WHOLE = 1_000_000_000
MAX_CREDITED_CONVERSIONS = 100_000
DEFAULT_HALF_LIFE_US = 7 * 86_400_000_000
DEFAULT_PERCENT = 40
# Weights that decay are in fixed point, of so many bits behind the point; parts of half-lives too.
_SCALE_BITS = 96
_PART_BITS = 48
_PERCENT = 100


class CreditModel(StrEnum):
    """How the credit is shared out among the candidates, oldest touch first."""

    FIRST_TOUCH = "FIRST_TOUCH"
    LAST_TOUCH = "LAST_TOUCH"
    LINEAR = "LINEAR"
    TIME_DECAY = "TIME_DECAY"
    POSITION_BASED = "POSITION_BASED"


@dataclass(frozen=True, slots=True)
class CreditSettings:
    """A model and its numbers: the half-life is TIME_DECAY's, the percents POSITION_BASED's."""

    model: CreditModel
    half_life_us: int = DEFAULT_HALF_LIFE_US
    first_percent: int = DEFAULT_PERCENT
    last_percent: int = DEFAULT_PERCENT


@dataclass(frozen=True, slots=True)
class Touch:
    """A candidate, as far as models look at it."""

    action_id: str
    basis_us: int


@dataclass(frozen=True, slots=True)
class ActionCredit:
    """What an action is credited with: billionths of conversions, and a part of their value."""

    action_id: str
    billionths: int
    value: float


def shared_out(touches: Sequence[Touch], settings: CreditSettings) -> list[int]:
    """The credit of each candidate in billionths, which sum to exactly one conversion.

    Each gets its part rounded down; what is then left over, less than a billionth for each, goes by
    single billionths to those that lost most by it, of equal ones to the later touch.
    """
    weights = _weights(touches, settings)
    whole = sum(weights)
    shares = [divmod(weight * WHOLE, whole) for weight in weights]
    found = [share for share, _ in shares]
    left = WHOLE - sum(found)
    by_loss = sorted(range(len(found)), key=lambda n: (shares[n][1], n), reverse=True)
    for position in by_loss[:left]:
        found[position] += 1
    return found


def _weights(touches: Sequence[Touch], settings: CreditSettings) -> list[int]:
    """How the credit is to be shared out; only the proportions matter, and some weight is above 0.

    `touches` are in the order of the touches, and there is at least one.
    """
    count = len(touches)
    match settings.model:
        case CreditModel.FIRST_TOUCH:
            return [1] + [0] * (count - 1)
        case CreditModel.LAST_TOUCH:
            return [0] * (count - 1) + [1]
        case CreditModel.LINEAR:
            return [1] * count
        case CreditModel.TIME_DECAY:
            last_us = touches[-1].basis_us
            return [_decayed(last_us - touch.basis_us, settings.half_life_us) for touch in touches]
        case CreditModel.POSITION_BASED:
            return _by_position(count, settings.first_percent, settings.last_percent)


def _decayed(age_us: int, half_life_us: int) -> int:
    """A weight that halves with each half-life; only proportions matter, so the last weighs 1.

    In integers, so that it is the same on every machine: 2 to the power of a sum is a product of
    roots of 2, one for each bit of the part of a half-life.
    """
    halvings, rest_us = divmod(age_us, half_life_us)
    part = (rest_us << _PART_BITS) // half_life_us
    weight = 1 << _SCALE_BITS
    for root in _ROOTS:
        if part & 1:
            weight = weight * root >> _SCALE_BITS
        part >>= 1
    return weight >> min(halvings, _SCALE_BITS + 1)


def _roots() -> tuple[int, ...]:
    """1/2 to the power of 1/2, 1/4, 1/8 ..., the last one first, rounded down."""
    roots = [math.isqrt(1 << 2 * _SCALE_BITS - 1)]
    while len(roots) < _PART_BITS:
        roots.append(math.isqrt(roots[-1] << _SCALE_BITS))
    return tuple(reversed(roots))


_ROOTS = _roots()


def _by_position(count: int, first: int, last: int) -> list[int]:
    """The first and the last get their percents, and those between share the rest alike.

    Two share in proportion of their percents, alike if both are 0; one gets all.
    """
    if count == 1:
        return [1]
    between = count - 2
    if not between:
        return [first, last] if first or last else [1, 1]
    rest = _PERCENT - first - last
    return [first * between, *[rest] * between, last * between]


class CreditTally:
    """Sums up credits by action, exactly."""

    def __init__(self, settings: CreditSettings) -> None:
        self._settings = settings
        self._conversions = 0
        self._billionths: Counter[str] = Counter()
        # Of each action, sums of numerators by denominator: doubles are fractions of powers of 2.
        self._values: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def add(self, touches: Sequence[Touch], value: float | None) -> None:
        """Count a conversion. Raises Refusal beyond the number that are shared out at once."""
        self._conversions += 1
        if self._conversions > MAX_CREDITED_CONVERSIONS:
            raise _too_many()
        numerator, denominator = (0.0 if value is None else value).as_integer_ratio()
        for touch, billionths in zip(touches, shared_out(touches, self._settings), strict=True):
            self._billionths[touch.action_id] += billionths
            self._values[touch.action_id][denominator] += numerator * billionths

    def by_action(self) -> tuple[ActionCredit, ...]:
        """What each action is credited with, in byte order of their ids."""
        return tuple(
            ActionCredit(action_id, billionths, self._value(action_id))
            for action_id, billionths in sorted(self._billionths.items())
        )

    def _value(self, action_id: str) -> float:
        """The double nearest to the exact sum."""
        parts = self._values[action_id].items()
        return float(
            sum(Fraction(numerator, denominator * WHOLE) for denominator, numerator in parts)
        )


def _too_many() -> Refusal:
    return Refusal(
        Reason.LIMIT_REACHED,
        f"the range has more than {MAX_CREDITED_CONVERSIONS} conversions to share out: "
        "take a shorter one",
        {"limit": str(MAX_CREDITED_CONVERSIONS)},
    )
