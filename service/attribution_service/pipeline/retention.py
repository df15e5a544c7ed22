"""Retention: what is old is removed, in small steps between the batches of commands."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum

import structlog

from attribution_service.core.retention import DAY_US, MIN_DELIVERY_DAYS
from attribution_service.storage.interface import START, Place, Store, Sweep, Swept

log = structlog.get_logger()

MAX_KEEP_DAYS = 36_500
MIN_RECEIPT_DAYS = 1
_HOUR_US = 3_600_000_000
_SECOND_US = 1_000_000
_LOOK_SECONDS = 60.0
_COUNTED = (
    *("looked", "deliveries", "interactions", "conversions", "newsletter_journeys"),
    "receipts",
)


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """For how many days deliveries and receipts are kept; None: for good.

    A walk over all of them begins at most every `walk_us`. Of its steps, none follows another
    within `pause_us`, so that commands have the service to themselves meanwhile; after a fault the
    next one waits for `after_fault_us`. All of these are times of the pipeline's clock.
    """

    delivery_days: int | None = None
    receipt_days: int | None = None
    walk_us: int = 6 * _HOUR_US
    pause_us: int = _SECOND_US // 10
    after_fault_us: int = 60 * _SECOND_US

    @property
    def is_on(self) -> bool:
        """Whether anything is ever to be removed."""
        return self.delivery_days is not None or self.receipt_days is not None

    def __post_init__(self) -> None:
        """Raises ValueError if a number of days is out of its limits."""
        _check("delivery_days", self.delivery_days, MIN_DELIVERY_DAYS)
        _check("receipt_days", self.receipt_days, MIN_RECEIPT_DAYS)


def _check(name: str, days: int | None, least: int) -> None:
    if days is not None and not least <= days <= MAX_KEEP_DAYS:
        raise ValueError(f"{name} is {days}: give {least} to {MAX_KEEP_DAYS}, or None")


class _Kind(Enum):
    DELIVERIES = "deliveries"
    RECEIPTS = "receipts"


class Retention:
    """Walks over deliveries, then receipts, one step at a time; for the pipeline's thread alone.

    Where it stands is kept in memory: after a restart it begins anew, and finds what is left.
    """

    def __init__(self, store: Store, settings: RetentionSettings) -> None:
        self._store = store
        self._settings = settings
        self._kinds = [
            (kind, days * DAY_US)
            for kind, days in (
                (_Kind.DELIVERIES, self._settings.delivery_days),
                (_Kind.RECEIPTS, self._settings.receipt_days),
            )
            if days is not None
        ]
        self._left: list[tuple[_Kind, int]] = []
        self._place: Place = START
        self._counts: Counter[str] = Counter()
        self._begun_us = 0
        self._due_us: int | None = None

    def is_due(self, now_us: int) -> bool:
        """Whether a step is to be carried out."""
        return self._due_us is None or now_us >= self._due_us

    def rest_seconds(self, now_us: int) -> float:
        """When to look again whether a step is due: when it will be, within a minute in any case.

        The clock may be moved meanwhile.
        """
        rest_us = 0 if self._due_us is None else max(0, self._due_us - now_us)
        return min(rest_us / _SECOND_US, _LOOK_SECONDS)

    def step(self, now_us: int) -> None:
        """Carry out one step; what fails is logged and tried again.

        No command that is carried out later may have arrived before `now_us`: it could need what
        is removed here.
        """
        if not self._left:
            self._begin(now_us)
        try:
            swept = self._sweep(now_us)
        except Exception as fault:
            log.error("retention_failed", fault=str(fault), exc_info=True)
            self._due_us = now_us + self._settings.after_fault_us
            return
        self._note(swept)
        self._due_us = now_us + self._settings.pause_us
        if swept.place is not None:
            self._place = swept.place
            return
        self._left.pop(0)
        self._place = START
        if not self._left:
            self._due_us = max(self._due_us, self._begun_us + self._settings.walk_us)
            self._end(now_us)

    def _begin(self, now_us: int) -> None:
        self._left, self._place, self._begun_us = list(self._kinds), START, now_us
        self._counts = Counter(dict.fromkeys(("steps", *_COUNTED), 0))
        log.info(
            "retention_started",
            delivery_days=self._settings.delivery_days,
            receipt_days=self._settings.receipt_days,
        )

    def _sweep(self, now_us: int) -> Swept:
        kind, keep_us = self._left[0]
        sweep = Sweep(now_us - keep_us, self._place)
        with self._store.transaction() as transaction:
            if kind is _Kind.DELIVERIES:
                swept = transaction.sweep_deliveries(sweep)
            else:
                swept = transaction.sweep_receipts(sweep)
            if swept.removed:
                # What was judged as old must not be young again after a restart.
                transaction.write_latest_arrival(now_us)
        return swept

    def _note(self, swept: Swept) -> None:
        self._counts["steps"] += 1
        for name in _COUNTED:
            self._counts[name] += getattr(swept, name)

    def _end(self, now_us: int) -> None:
        seconds = (now_us - self._begun_us) / _SECOND_US
        log.info("retention_ended", seconds=seconds, **self._counts)
