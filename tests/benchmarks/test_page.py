"""The section that is made from what was measured."""

from typing import Any

from benchmarks.page import section


def rules(holds: bool) -> dict[str, Any]:
    def time(engine: str, mode: str, direct: float | None) -> dict[str, Any]:
        return {
            "engine": engine,
            "mode": mode,
            "ratio_to_present_direct": direct,
            "ratio_to_guarded": direct and direct * 2,
        }

    times = [
        time("attribution_dsl", "plain", 1.234),
        time("cel-expr-python", "prepared", 12.6),
        time("cel-expr-python", "plain", None),
    ]
    return {
        "machine": {"processor": "P", "cores": 2, "system": "S", "python": "Y"},
        "versions": {"zen-engine": "1.0"},
        "rounds": 3,
        "cases": [
            {"name": "one, present", "missing": False, "times": times},
            {"name": "one, missing", "missing": True, "times": times},
        ],
        "goals": [{"goal": "the goal", "measured": "2.00x", "holds": holds}],
        "cold": [{"engine": "attribution_dsl", "best": 0.0005, "median": None}],
        "first_rule": {"rule": 0.07},
    }


def attacked(*faults: str) -> dict[str, Any]:
    return {"attacks": [{"group": "g", "name": "n", "faults": faults, "refused": True}]}


def test_all_is_well() -> None:
    made = section(rules(True), attacked())
    assert "| one, present | 1.23 | 13 / - | - | - | - | - |" in made
    assert "| one, missing | 2.47 | 1.23 | 25 / - | - | - | - | - |" in made
    assert "| attribution_dsl | 500 | - |" in made
    assert "All 1 goals hold." in made
    assert "Of 1 attacks 1 are refused; none takes too long or raises." in made


def test_what_does_not_hold_is_told() -> None:
    made = section(rules(False), attacked("load: 60 ms"))
    assert "0 of 1 goals hold; these do not:\n\n- the goal: 2.00x" in made
    assert "1 have faults:\n\n- g: `n`: load: 60 ms" in made
