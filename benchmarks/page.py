"""Puts what was measured last of rules into their page: the ratios, the goals, the machine."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.attacks import REPORT as ATTACKS
from benchmarks.engines import ENGINES, OURS
from benchmarks.goals import COLD_SECONDS
from benchmarks.rules import REPORT as RULES

PAGE: Final = Path("docs/rules-performance.md")
HEADING: Final = "## Last measured"


def section(rules: Mapping[str, Any], attacked: Mapping[str, Any]) -> str:
    """Write the section of the page.

    Args:
        rules: The report of `rules`.
        attacked: The report of `attacks`.
    """
    machine = rules["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in rules["versions"].items())
    peers = [engine.name for engine in ENGINES if engine is not OURS]
    parts = [
        HEADING,
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}, "
        f"{machine['python']}, {rules['rounds']} rounds; {versions}. Made by `benchmarks/page.py`.",
        "Ratios to the direct lambda, all keys present; peers prepared / plain:",
        _table(["Rule and data", "Rule", *peers], _rows(rules, False, "ratio_to_present_direct")),
        "Ratios to the guarded lambda on the same data, a key missing:",
        _table(
            ["Rule and data", "Rule", "to the direct lambda, present", *peers],
            _rows(rules, True, "ratio_to_guarded"),
        ),
        _goals(rules["goals"]),
        _cold(rules),
        _attacks(attacked["attacks"]),
    ]
    return "\n\n".join(parts) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rows(rules: Mapping[str, Any], missing: bool, key: str) -> list[list[str]]:
    rows = []
    for case in rules["cases"]:
        if case["missing"] is not missing:
            continue
        row = [case["name"], _ratios(case, OURS.name, key)]
        if missing:
            row.append(_ratios(case, OURS.name, "ratio_to_present_direct"))
        row += [_ratios(case, e.name, key) for e in ENGINES if e is not OURS]
        rows.append(row)
    return rows


def _ratios(case: Mapping[str, Any], engine: str, key: str) -> str:
    found = [time[key] for time in case["times"] if time["engine"] == engine]
    return " / ".join("-" if each is None else _short(each) for each in found) or "-"


def _short(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"


def _goals(goals: Sequence[Mapping[str, Any]]) -> str:
    failed = [each for each in goals if each["holds"] is not True]
    if not failed:
        return f"All {len(goals)} goals hold."
    told = "\n".join(f"- {each['goal']}: {each['measured']}" for each in failed)
    return f"{len(goals) - len(failed)} of {len(goals)} goals hold; these do not:\n\n{told}"


def _cold(rules: Mapping[str, Any]) -> str:
    first = rules["first_rule"]
    rows = [
        [each["engine"], *("-" if s is None else f"{s * 1e6:,.0f}" for s in (_best(each)))]
        for each in rules["cold"]
    ]
    return (
        f"From source to rule, rule 2, in microseconds of that machine (goal: below "
        f"{COLD_SECONDS * 1e6:,.0f}):\n\n"
        + _table(["Engine", "best", "median"], rows)
        + f"\n\nThe first rule of a process takes {first['rule'] * 1e3:.0f} ms, with the grammar."
    )


def _best(cold: Mapping[str, Any]) -> tuple[float | None, float | None]:
    return cold["best"], cold["median"]


def _attacks(attacked: Sequence[Mapping[str, Any]]) -> str:
    faulty = [each for each in attacked if each["faults"]]
    refused = sum(each["refused"] for each in attacked)
    said = f"Of {len(attacked):,} attacks {refused:,} are refused"
    if not faulty:
        return f"{said}; none takes too long or raises."
    told = "\n".join(
        f"- {each['group']}: `{each['name']}`: {'; '.join(each['faults'])}" for each in faulty
    )
    return f"{said}; {len(faulty)} have faults:\n\n{told}"


def main() -> None:
    """Replace the last section of the page."""
    page = PAGE.read_text()
    made = section(json.loads(RULES.read_text()), json.loads(ATTACKS.read_text()))
    PAGE.write_text(page.partition(HEADING)[0].rstrip("\n") + "\n\n" + made)


if __name__ == "__main__":
    main()
