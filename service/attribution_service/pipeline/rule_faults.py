"""Rules that had no answer are counted and logged, so that a mistake in one is seen."""

from collections import Counter

import structlog

from attribution_service.core.answers import RuleFault

log = structlog.get_logger()

_MOST_KEYS = 10_000


class RuleFaultLog:
    """Counts each fault of each rule, and logs the first, the second, the fourth, the eighth ...

    A rule that is wrong for every event is heard of at once and does not flood the log.
    """

    def __init__(self) -> None:
        self._counts: Counter[RuleFault] = Counter()

    def note(self, fault: RuleFault) -> None:
        """Count a fault, and log it if it is time to."""
        if len(self._counts) >= _MOST_KEYS and fault not in self._counts:
            self._counts.clear()
        self._counts[fault] += 1
        count = self._counts[fault]
        if count & (count - 1) == 0:
            log.warning(
                "rule_without_answer",
                campaign_id=fault.campaign_id,
                revision=fault.revision,
                rule=fault.rule,
                what=fault.what,
                path=fault.path,
                count=count,
            )
