"""The checker itself: it finds what is planted, and finds an order wherever there is one."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from model.driver import Json, Refused
from model.jsonform import normalised, parse_time
from model.log import Entry
from model.naive import NaiveModel
from reliability.checker import Verdict, judge
from reliability.history import Attempt
from reliability.lives import Command, Lives, definitions

START_US = parse_time("2026-03-01T00:00:00Z")
KNOWN = definitions()
LIVES = Lives(START_US)
ADA: Json = {"person_id": "ada"}


def command(name: str, an_id: str = "", status: str = "") -> Command:
    """The command of ada's life of this name and id."""
    return next(
        each
        for _, each in LIVES.commands("ada")
        if each.name == name
        and f"'{an_id}'" in f"'' {each.request}"
        and status in str(each.request)
    )


class Service:
    """Carries out commands of ada by the model, and notes what a caller sees."""

    def __init__(self) -> None:
        self.model = NaiveModel()
        self.model.log = list(KNOWN)
        self.seen: list[Attempt] = []
        self._now = 0

    def do(self, what: Command, *, begun: int | None = None, ended: int | None = None) -> Attempt:
        """Carry it out, a second and ten ticks of the callers' clock after the one before."""
        self._now += 10
        answer = self.model.call(what.name, what.request, START_US + self._now * 100_000)
        told = answer if isinstance(answer, Refused) else normalised(answer)
        begun = self._now if begun is None else begun
        ended = self._now + 5 if ended is None else ended
        self.seen.append(Attempt("ada", what.name, what.request, begun, ended, told))
        return self.seen[-1]

    def unknown(self, what: Command, *, happens: bool) -> None:
        """An attempt whose answer is lost, on the way there or on the way back."""
        if happens:
            seen = self.do(what)
            self.seen[-1] = replace(seen, ended_ns=None, outcome=None)
        else:
            self._now += 10
            self.seen.append(Attempt("ada", what.name, what.request, self._now, None, None))


def told(*commands: Command) -> Service:
    service = Service()
    for each in commands:
        service.do(each)
    return service


def verdict(attempts: Sequence[Attempt]) -> Verdict:
    return judge(attempts, KNOWN).verdict


START = command("start_journey", "j1")
SENT = command("record_delivery", "d1", "SENT")
SENT_2 = command("record_delivery", "d2", "SENT")
E1, E2 = command("evaluate", "e1"), command("evaluate", "e2")
U1, U2 = command("update_attributes", "u1"), command("update_attributes", "u2")
JOURNEYS, PERSON = (Command("ada", name, ADA) for name in ("list_journeys", "get_person"))
DELIVERIES = Command("ada", "list_deliveries", ADA)
EXIT = command("check_exit", "j1")


def test_one_after_the_other() -> None:
    seen = told(START, SENT, JOURNEYS, E1, E2, E1, EXIT, DELIVERIES, U1, U2, PERSON).seen
    judgement = judge(seen, KNOWN)
    assert judgement.verdict is Verdict.HOLDS
    assert [entry.name for entry in judgement.log[len(KNOWN) :]] == [
        *("start_journey", "record_delivery", "evaluate", "evaluate", "check_exit"),
        *("update_attributes", "update_attributes"),
    ]


def test_an_order_among_calls_that_overlap() -> None:
    """They were carried out in another order than the one in which they began or ended."""
    service = Service()
    service.do(START)
    service.do(SENT, begun=20, ended=90)
    service.do(E1, begun=18, ended=60)
    service.do(E2, begun=17, ended=50)
    service.do(EXIT, begun=16, ended=40)
    assert verdict(service.seen) is Verdict.HOLDS
    in_turn = [
        replace(each, begun_ns=100 - n * 10, ended_ns=105 - n * 10)
        for n, each in enumerate(service.seen)
    ]
    assert verdict(in_turn) is Verdict.VIOLATED


@pytest.mark.parametrize("happens", [True, False])
def test_an_outcome_that_nobody_knows(happens: bool) -> None:
    """It took effect or it did not; a retry tells, and so does a read."""
    service = told(START, SENT)
    service.unknown(E1, happens=happens)
    for each in (JOURNEYS, E1, DELIVERIES, U1, PERSON):
        service.do(each)
    again = service.seen[4].outcome
    assert isinstance(again, dict)
    assert bool(again.get("replayed")) is happens
    assert verdict(service.seen) is Verdict.HOLDS


def test_an_effect_long_after_its_caller_gave_up() -> None:
    service = told(START, SENT)
    late = service.do(E1)
    service.do(DELIVERIES)
    early = Attempt("ada", JOURNEYS.name, ADA, 25, 26, told(START).do(JOURNEYS).outcome)
    service.seen.append(early)
    service.seen[2] = replace(late, begun_ns=22, ended_ns=None, outcome=None)
    assert verdict(service.seen) is Verdict.HOLDS


def test_an_effect_before_its_cause() -> None:
    """What began after a read had ended cannot be in it."""
    service = told(START, SENT, E1, DELIVERIES)
    service.seen[2] = replace(service.seen[2], begun_ns=90, ended_ns=None, outcome=None)
    assert verdict(service.seen) is Verdict.VIOLATED


def lost_update() -> list[Attempt]:
    seen = told(U1, U2, PERSON).seen
    return [*seen[:2], replace(seen[2], outcome=told(U2, PERSON).seen[-1].outcome)]


def lost_command() -> list[Attempt]:
    """It was answered, and is as new when it is sent again."""
    first, again = told(START, SENT).seen, told(START, JOURNEYS, SENT).seen[-1]
    return [*first, replace(again, begun_ns=90, ended_ns=95)]


def lost_event() -> list[Attempt]:
    seen = told(START, SENT, E1, E2).seen
    without = told(START, SENT, JOURNEYS, E2).seen[-1]
    return [*seen[:3], without]


def doubled_conversion() -> list[Attempt]:
    """The second event is credited to the delivery that the first one has converted."""
    first, second = told(START, SENT, E1).seen, told(START, SENT, JOURNEYS, E2).seen[-1]
    return [*first, second]


def doubled_at_once() -> list[Attempt]:
    """The same of two events at the same time, at two servers."""
    service, other = told(START, SENT), told(START, SENT)
    service.do(E1, begun=50, ended=90)
    return [*service.seen, other.do(E2, begun=50, ended=90)]


def doubled_start() -> list[Attempt]:
    """Two calls with the same id at the same time, and both are new."""
    first, second = told(JOURNEYS), told(JOURNEYS, PERSON)
    return [first.do(START, begun=5, ended=90), second.do(START, begun=5, ended=90)]


def credited_twice() -> list[Attempt]:
    """Sent again, the same event converts another delivery."""
    seen = told(START, SENT, E1, SENT_2).seen
    again = told(START, SENT, JOURNEYS, SENT_2, E1).seen[-1]
    return [*seen, again]


def stale_read() -> list[Attempt]:
    seen = told(START, SENT, DELIVERIES).seen
    return [*seen[:2], replace(seen[2], outcome=told(START, DELIVERIES).seen[-1].outcome)]


def read_that_goes_back() -> list[Attempt]:
    """A second read sees less than the first; the write itself is still under way."""
    service = told(START)
    service.do(SENT, begun=15, ended=99)
    seen = service.do(DELIVERIES)
    missing = told(START, DELIVERIES).seen[-1].outcome
    return [*service.seen, replace(seen, begun_ns=60, ended_ns=70, outcome=missing)]


def reordered() -> list[Attempt]:
    """The event was answered before the delivery was told of, and is credited to it."""
    start, sent, event = told(START, SENT, E1).seen
    return [
        start,
        replace(event, begun_ns=20, ended_ns=25),
        replace(sent, begun_ns=30, ended_ns=35),
    ]


def arrival_that_goes_back() -> list[Attempt]:
    """The delivery that was told of second was sent before the first."""
    start, sent, sent_2 = told(START, SENT, SENT_2).seen
    return [
        start,
        replace(sent_2, begun_ns=40, ended_ns=45),
        replace(sent, begun_ns=50, ended_ns=55),
    ]


def told_differently() -> list[Attempt]:
    """The start of a journey is at another time in another answer."""
    seen = told(START, JOURNEYS).seen
    journey = told(PERSON, START, JOURNEYS).seen[-1]
    return [seen[0], journey]


def refused_and_done() -> list[Attempt]:
    """A refusal has changed nothing: that it did is a fault."""
    refused = told(SENT).seen
    return [*refused, told(START, SENT, DELIVERIES).seen[-1]]


def exit_undone() -> list[Attempt]:
    seen = told(START, SENT, E1, EXIT, EXIT).seen
    return [*seen[:4], replace(seen[4], outcome={})]


PLANTED: list[Callable[[], list[Attempt]]] = [
    *(lost_update, lost_command, lost_event, doubled_conversion, doubled_at_once, doubled_start),
    *(credited_twice, stale_read, read_that_goes_back, reordered, arrival_that_goes_back),
    *(told_differently, refused_and_done, exit_undone),
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_planted_anomalies_are_found(plant: Callable[[], list[Attempt]]) -> None:
    judgement = judge(plant(), KNOWN)
    assert judgement.verdict is Verdict.VIOLATED
    assert judgement.why


def test_a_search_that_is_too_long_is_not_decided() -> None:
    judgement = judge(doubled_at_once(), KNOWN, budget=3)
    assert (judgement.verdict, judgement.calls) == (Verdict.UNDECIDED, 3)


# ---- against all orders -------------------------------------------------------------------------


def overlapping(pick: random.Random) -> list[Attempt]:
    """A few calls at the same time or nearly, carried out in some order; one answer may be off."""
    pool = [command_ for _, command_ in LIVES.commands("ada") if "j1" in str(command_.request)]
    pool += [E1, E2, DELIVERIES, JOURNEYS]
    first, *rest = pick.sample(range(30), 5)
    commands = [START, SENT, *pick.choices(pool, k=3)]
    model, attempts = NaiveModel(), []
    model.log = list(KNOWN)
    pick.shuffle(commands)
    for moment, what in zip(sorted([first, *rest]), commands, strict=True):
        lost = pick.random() < 0.2
        happens = not lost or pick.random() < 0.5
        answer = model.call(what.name, what.request, START_US) if happens else {}
        outcome = answer if isinstance(answer, Refused) else normalised(answer)
        begun, ended = moment - pick.randrange(6), moment + pick.randrange(6)
        attempts.append(
            Attempt(
                "ada",
                what.name,
                what.request,
                begun,
                None if lost else ended,
                None if lost else outcome,
            )
        )
    return tampered(attempts, pick) if pick.random() < 0.8 else attempts


def tampered(attempts: list[Attempt], pick: random.Random) -> list[Attempt]:
    """The same with the answer of one call given to another call of its name, or moved in time."""
    number = pick.randrange(len(attempts))
    found = attempts[number]
    if found.ended_ns is None:
        return attempts
    alike = [each for each in attempts if each.name == found.name and each.outcome is not None]
    moved = pick.randrange(-15, 15)
    changed = replace(
        found,
        outcome=pick.choice(alike).outcome,
        begun_ns=found.begun_ns + moved,
        ended_ns=found.ended_ns + moved,
    )
    return [*attempts[:number], changed, *attempts[number + 1 :]]


def possible(attempts: Sequence[Attempt]) -> bool:
    """Whether any order at all gives the answers: all of them are tried."""
    known = [each for each in attempts if each.outcome is not None]
    unknown = [each for each in attempts if each.outcome is None]
    for bits in range(2 ** len(unknown)):
        happened = [each for number, each in enumerate(unknown) if bits >> number & 1]
        if any(fits(order) for order in permutations([*known, *happened])):
            return True
    return False


def fits(order: Sequence[Attempt]) -> bool:
    for number, later in enumerate(order):
        if any(
            later.ended_ns is not None and later.ended_ns < earlier.begun_ns
            for earlier in order[:number]
        ):
            return False
    model = NaiveModel()
    log: list[Entry] = list(KNOWN)
    model.log = log
    for each in order:
        answer = model.call(each.name, each.request, START_US)
        seen = answer if isinstance(answer, Refused) else normalised(answer)
        if each.outcome is not None and seen != each.outcome:
            return False
    return True


def test_the_search_agrees_with_trying_all_orders() -> None:
    found = {Verdict.HOLDS: 0, Verdict.VIOLATED: 0}
    for seed in range(400):
        attempts = overlapping(random.Random(seed))
        expected = Verdict.HOLDS if possible(attempts) else Verdict.VIOLATED
        assert verdict(attempts) is expected, attempts
        found[expected] += 1
    assert min(found.values()) > 50, found
