"""What the answer of a backtest cannot know, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from attribution_service.core.backtest import Question, Tally
from attribution_service.core.refusals import shown


class NoteKind(StrEnum):
    """What a note is about."""

    EVENTS_NOT_RECORDED = "EVENTS_NOT_RECORDED"
    EVENTS_RECORDED_SINCE = "EVENTS_RECORDED_SINCE"
    ATTRIBUTES_OF_TODAY = "ATTRIBUTES_OF_TODAY"
    BOUNCES_UNDATED = "BOUNCES_UNDATED"
    SENDS_UNDATED = "SENDS_UNDATED"
    PEOPLE_DELETED = "PEOPLE_DELETED"
    SENT_AFTER_GOAL = "SENT_AFTER_GOAL"
    FILTER_WITHOUT_ANSWER = "FILTER_WITHOUT_ANSWER"
    VALUE_WITHOUT_ANSWER = "VALUE_WITHOUT_ANSWER"
    DELIVERIES_REMOVED = "DELIVERIES_REMOVED"


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about an answer; `count` 0 and `time_us` None: there is no such thing."""

    kind: NoteKind
    text: str
    count: int = 0
    time_us: int | None = None


def notes(
    question: Question,
    tally: Tally,
    *,
    watched_us: int | None,
    deleted: bool,
    removed: bool,
    reads_person: bool,
) -> tuple[Note, ...]:
    """What there is to know about an answer.

    `watched_us` is when the first goal on the events was made, None if none ever was; `deleted`
    whether people of the campaign have been deleted, `removed` whether deliveries have gone.
    """
    return (
        *_about_events(question, watched_us),
        *_about_people(deleted=deleted, reads_person=reads_person),
        *_about_deliveries(question, tally, removed=removed),
        *_about_rules(tally),
    )


def _about_events(question: Question, watched_us: int | None) -> Iterator[Note]:
    name = shown(question.event_name)
    if watched_us is None:
        yield Note(
            NoteKind.EVENTS_NOT_RECORDED,
            f"no goal of any campaign was ever about {name}, and only events that a goal is about "
            "are recorded: there was nothing to judge",
        )
    elif watched_us > question.campaign.create_us:
        yield Note(
            NoteKind.EVENTS_RECORDED_SINCE,
            f"{name} is recorded only since a goal was first about it, after this campaign was "
            "created: what came before is not known, and cannot convert here",
            time_us=watched_us,
        )


def _about_people(*, deleted: bool, reads_person: bool) -> Iterator[Note]:
    if reads_person:
        yield Note(
            NoteKind.ATTRIBUTES_OF_TODAY,
            "the goal reads `person`: attributes have no history, so those of today were read, "
            "and attributes that were sent with an event are not recorded",
        )
    if deleted:
        yield Note(
            NoteKind.PEOPLE_DELETED,
            "people of this campaign have been deleted: they are missing here on both sides, and "
            "counted in the campaign's figures",
        )


def _about_deliveries(question: Question, tally: Tally, *, removed: bool) -> Iterator[Note]:
    if removed:
        yield Note(
            NoteKind.DELIVERIES_REMOVED,
            "deliveries of this campaign have been removed, for their age or with their people: "
            "they are missing here on both sides, and events that old may be missing too",
        )
    if tally.bounced:
        yield Note(
            NoteKind.BOUNCES_UNDATED,
            f"when deliveries bounced is not recorded: {tally.bounced} that did count as bounced "
            "from the send on, unless a conversion on record shows that they had not yet",
            tally.bounced,
        )
    if tally.told_sent:
        yield Note(
            NoteKind.SENDS_UNDATED,
            f"{tally.told_sent} deliveries told their sent time, and when that was told is not "
            "recorded: they count as sent from that time on",
            tally.told_sent,
        )
    if tally.sent_after_goal:
        yield Note(
            NoteKind.SENT_AFTER_GOAL,
            f"{tally.sent_after_goal} messages were sent by journeys that had achieved the goal by "
            f"then: under the exit policy {question.campaign.current.exit_policy} they might not "
            "have been sent",
            tally.sent_after_goal,
        )


def _about_rules(tally: Tally) -> Iterator[Note]:
    if tally.filter_faults:
        yield Note(
            NoteKind.FILTER_WITHOUT_ANSWER,
            f"{tally.filter_faults} times the filter had no answer, such as for want of a "
            "property: then the goal is not achieved",
            tally.filter_faults,
        )
    if tally.value_faults:
        yield Note(
            NoteKind.VALUE_WITHOUT_ANSWER,
            f"{tally.value_faults} times the value rule gave no finite number: then a conversion "
            "has no value",
            tally.value_faults,
        )
