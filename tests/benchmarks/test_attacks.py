"""What counts as a fault of an attack; the attacks themselves are not run here."""

from benchmarks import attack_cases, hostile
from benchmarks.attack_cases import attacks
from benchmarks.attacks import Outcome, _outcome

ATTACK = attack_cases.Attack("group", "name", "tr\ud800ue")


def outcome(*told: dict[str, object], ended: str = "") -> Outcome:
    return _outcome(ATTACK, told, ended, 10.0)


def test_what_is_quick_and_a_value_is_no_fault() -> None:
    found = outcome(
        {"stage": "load", "seconds": 0.05, "told": "accepted"},
        {"stage": "evaluate", "seconds": 0.001, "told": "True", "fault": "", "grown_mb": 3.0},
        {"stage": "comparison", "fault": "", "last": True},
    )
    assert found.faults == ()
    assert not found.refused
    assert found.grown_mb == 3.0
    assert found.seconds == {"load": 0.05, "evaluate": 0.001}


def test_a_refusal_is_no_fault() -> None:
    told = {"stage": "load", "seconds": 0.01, "told": "TOO_DEEP", "refused": True, "last": True}
    assert outcome(told).refused
    assert outcome(told).faults == ()


def test_what_is_slow_raises_or_differs_is_a_fault() -> None:
    assert outcome({"stage": "load", "seconds": 0.0501}).faults == ("load: 50 ms",)
    raised = {"stage": "evaluate", "seconds": 0.0, "fault": "raised KeyError"}
    assert outcome(raised).faults == ("evaluate: raised KeyError",)
    differs = {"stage": "comparison", "fault": "True is not False", "last": True}
    assert outcome(differs).faults == ("comparison: True is not False",)


def test_the_end_of_a_process_is_a_fault_of_the_stage_it_was_in() -> None:
    loaded: dict[str, object] = {"stage": "load", "seconds": 0.0}
    assert outcome(ended="ran too long").faults == ("load: ran too long of 10 s",)
    assert outcome(loaded, ended="ran too long").faults == ("evaluate: ran too long of 10 s",)


def test_the_attacks_are_many_and_each_has_its_name() -> None:
    found = list(attacks())
    assert len(found) > 1_000
    assert len({(each.group, each.name) for each in found}) == len(found)
    assert {each.data for each in found} <= {attack_cases.LARGE, attack_cases.ODD}


def test_hostile_data_is_as_deep_as_it_says() -> None:
    depth, value = 0, hostile.deep_map(7, "bottom")
    while isinstance(value, dict):
        depth, value = depth + 1, value["a"]
    assert (depth, value) == (7, "bottom")
