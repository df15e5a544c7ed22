"""What a store is filled with, and how everything in it is named.

The process that fills a store and the one that sends events to it know the names from here.
"""

from dataclasses import dataclass
from typing import Final

WATCHED_EVENT: Final = "course_completed"
"""What the goals of all campaigns of a shape look for."""
OTHER_EVENT: Final = "lesson_opened"
"""What the goals of the campaigns look for that a person's other journeys belong to."""
UNWATCHED_EVENT: Final = "page_viewed"
"""What no goal looks for."""
OTHER_CAMPAIGNS: Final = 9
CONVERTS_EVERY: Final = 5
"""One event in so many converts, and one check in so many ends a journey."""
_COURSES: Final = 500


@dataclass(frozen=True, slots=True)
class Shape:
    """What a store holds.

    Attributes:
        people: How many there are.
        campaigns: How many have a goal on the watched event; each person has a journey in one.
        deliveries: How many each journey has, all sent.
        journeys: How many each person has; those but the first are in campaigns whose goals look
            for another event.
        achieved: Whether some have achieved their goal, so that a check ends their journey.
    """

    people: int
    campaigns: int = 10
    deliveries: int = 2
    journeys: int = 1
    achieved: bool = False

    @property
    def stored(self) -> int:
        """How many deliveries there are in all."""
        return self.people * self.journeys * self.deliveries

    @property
    def name(self) -> str:
        """A name for files."""
        name = f"{self.people}x{self.journeys}x{self.deliveries}-of-{self.campaigns}"
        return f"{name}-achieved" if self.achieved else name

    def campaign_of(self, person: int, journey: int = 0) -> str:
        """Name the campaign of a person's journey."""
        if journey:
            return f"other-{journey % OTHER_CAMPAIGNS}"
        return campaign_id(person % self.campaigns)


def campaign_id(number: int) -> str:
    """Name a campaign whose goal looks for the watched event."""
    return f"campaign-{number:05}"


def person_id(person: int) -> str:
    """Name a person."""
    return f"person-{person:07}"


def journey_id(person: int, journey: int = 0) -> str:
    """Name a journey."""
    return f"journey-{person:07}-{journey}"


def delivery_id(person: int, journey: int, delivery: int) -> str:
    """Name a delivery."""
    return f"delivery-{person:07}-{journey}-{delivery}"


def course_id(person: int) -> str:
    """Name the course that a person is on: trigger and event must agree on it."""
    return f"course-{person % _COURSES}"


def is_achieved(person: int) -> bool:
    """Tell whether a person of a shape of that kind has achieved the goal."""
    return person % CONVERTS_EVERY == 0


def goal_filter(campaign: int) -> str:
    """The rule that an event must meet; each campaign has a text of its own."""
    return f"event.course_id == trigger.course_id && event.score >= {50 + campaign / 1_000_000}"


PASSED: Final = 80.0
"""A score that meets every campaign's rule."""
FAILED: Final = 20.0
"""A score that meets none."""
