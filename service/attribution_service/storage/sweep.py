"""How far one step of retention goes: the same on every store."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import NamedTuple

from attribution_service.storage.interface import Place, Sweep

_KEY = 3  # bucket, person, delivery: how the key of an interaction begins


class Looked(NamedTuple):
    """What is old among the records of a step; the next one goes on behind `place`, None: never."""

    old: list[Place]
    place: Place | None
    looked: int


def looked(found: Sequence[tuple[Place, bool]], sweep: Sweep) -> Looked:
    """What goes of the next records by their key, of which each is old or not."""
    old = [place for place, is_old in found if is_old]
    if len(old) > sweep.most:
        return Looked(old[: sweep.most], old[sweep.most - 1], len(found))
    ended = len(found) < sweep.looks
    return Looked(old, None if ended else found[-1][0], len(found))


def fitting(step: Looked, interactions: Sequence[Place], sweep: Sweep) -> Looked:
    """The step cut to the deliveries whose interactions go with it.

    `interactions` are the keys of theirs in order, one more than may go if there are so many. If
    the first delivery alone has more, none goes, and some of its interactions do.
    """
    if len(interactions) <= sweep.most:
        return step
    first_left = interactions[sweep.most][:_KEY]
    old = list(takewhile(lambda place: place < first_left, step.old))
    return Looked(old, old[-1] if old else sweep.after, step.looked)


def going(step: Looked, interactions: Iterable[Place], sweep: Sweep) -> list[Place]:
    """Which of these interactions go in a step that was cut to what fits."""
    if not step.old:
        return list(interactions)[: sweep.most]
    last = step.old[-1]
    return [place for place in interactions if place[:_KEY] <= last]
