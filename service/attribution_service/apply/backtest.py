"""A goal in a file tried on what happened on a server, and the answer in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from attribution_client import (
    BacktestConversion,
    BacktestFigures,
    BacktestSummary,
    Basis,
    Campaign,
    Channel,
    Conversion,
)

from attribution_service.apply.fields import RuleSource, values
from attribution_service.apply.folder import Folder
from attribution_service.core.spans import span
from attribution_service.scenarios.definitions import CAMPAIGN
from attribution_service.scenarios.documents import FileError
from attribution_service.scenarios.times import rfc3339

_TOUCHED = {
    Basis.BASIS_RECEIVED: "sent",
    Basis.BASIS_OPENED: "opened",
    Basis.BASIS_CLICKED: "clicked",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: with the goal that is tried, and on record."""

    name: str
    tried: str
    recorded: str


def campaign_to_try(folder: Folder, campaign_id: str, place: str) -> Campaign:
    """The campaign of the files whose goal is to be tried; an empty id: the only one.

    `place` is where the files are. Raises FileError.
    """
    found = {each.id: each for each in folder.definitions if each.kind is CAMPAIGN}
    if not found:
        raise FileError(place, "defines no campaign")
    known = ", ".join(found)
    if not campaign_id and len(found) > 1:
        raise FileError(place, f"defines several campaigns: --campaign says which ({known})")
    definition = found.get(campaign_id or known)
    if definition is None:
        raise FileError(place, f"defines no campaign {campaign_id!r}, but {known}")
    campaign: Any = definition.message
    if not campaign.HasField("goal"):
        raise definition.item.wrong(f"{definition.title} has no goal to try")
    wanted: Campaign = campaign
    return wanted


def goal_lines(campaign: Campaign) -> Iterator[str]:
    """The goal as files write it."""
    for path, value in values(CAMPAIGN, campaign).items():
        if path.startswith("goal."):
            text = value.text if isinstance(value, RuleSource) else value
            yield f"{path}: {text}"


def rows(summary: BacktestSummary) -> Iterator[Row]:
    """The figures, side by side."""
    tried, recorded = summary.backtest, summary.recorded
    yield Row("deliveries that converted", f"{tried.conversions:,}", f"{recorded.conversions:,}")
    yield Row("people who converted", f"{tried.people:,}", f"{recorded.people:,}")
    if _has_value(tried) or _has_value(recorded):
        yield Row("total value", _value(tried), _value(recorded))


def _has_value(figures: BacktestFigures) -> bool:
    return figures.without_value < figures.conversions


def _value(figures: BacktestFigures) -> str:
    return f"{figures.total_value:,.2f}" if _has_value(figures) else "-"


def told(summary: BacktestSummary) -> Iterator[str]:
    """What the figures mean, in sentences."""
    yield (
        f"{summary.both:,} converted both ways; {summary.only_backtest:,} would have, and did not; "
        f"{summary.only_recorded:,} did, and would not have."
    )
    yield (
        f"{_many(summary.achieved_journeys, 'journey')} would have achieved the goal, "
        f"{summary.exits:,} of them while still under way."
    )
    yield (
        f"Judged: {_many(summary.events, 'event')}, {summary.deliveries:,} deliveries in "
        f"{_many(summary.journeys, 'journey')} of {_many(summary.people, 'person', 'people')}."
    )


def range_told(summary: BacktestSummary, *, said_end: bool) -> str:
    """The range of events that were judged."""
    start = (
        f"since {rfc3339(summary.start_time.ToMicroseconds())}"
        if summary.HasField("start_time")
        else "ever since"
    )
    end = f" until {rfc3339(summary.end_time.ToMicroseconds())}" if said_end else ""
    return start + end


def conversion_told(found: BacktestConversion) -> tuple[str, str]:
    """Whether a conversion is new, and what it is."""
    conversion = found.conversion
    return ("as recorded" if found.recorded else "new"), _sentence(conversion)


def _sentence(conversion: Conversion) -> str:
    channel = "message"
    if conversion.candidates:
        name = Channel.Name(conversion.candidates[-1].channel)
        channel = name.removeprefix("CHANNEL_").lower().replace("_", " ")
    waited_us = conversion.conversion_time.ToMicroseconds() - conversion.basis_time.ToMicroseconds()
    # The largest unit is enough for a look.
    waited = " ".join(span(waited_us).split()[:2])
    worth = f", worth {conversion.value:,g}" if conversion.HasField("value") else ""
    return (
        f"{conversion.person_id}: {channel} {conversion.delivery_id}, "
        f"{_TOUCHED[conversion.basis]} {waited} before event {conversion.event_id}{worth}"
    )


def notes_told(summary: BacktestSummary) -> Iterator[str]:
    """What to bear in mind."""
    for note in summary.notes:
        since = f" (since {rfc3339(note.time.ToMicroseconds())})" if note.HasField("time") else ""
        yield note.text + since


def _many(number: int, what: str, several: str = "") -> str:
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"
