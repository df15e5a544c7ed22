"""Which scenarios cite which rule of docs/semantics.md; fails on a rule that none cites.

usage: coverage_rules.py [--rules FILE] [--scenarios FOLDER]
"""

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]

# Where a rule is stated: its number in bold, and the sentence that it is known by.
_RULE = re.compile(r"\*\*([A-Z]\d+)\. (.+?)\*\*", re.DOTALL)

# Of each rule the names of the scenarios that cite it, by file.
Cited = Mapping[str, Mapping[str, Sequence[str]]]


def rules_in(text: str) -> list[str]:
    """The numbers of all rules that a page states, in its order. Raises ValueError."""
    numbers = [number for number, _ in _RULE.findall(text)]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    if twice:
        raise ValueError(f"stated twice: {', '.join(twice)}")
    if not numbers:
        raise ValueError("states no rules")
    return numbers


def citations(folder: Path) -> Cited:
    """What the scenario files of a folder cite."""
    cited: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(folder.glob("*.yaml")):
        for scenario in yaml.safe_load(path.read_text())["scenarios"]:
            for number in scenario.get("rules", ()):
                cited[number][path.name].append(str(scenario["name"]))
    return cited


def lines(numbers: Sequence[str], cited: Cited) -> list[str]:
    """The table: a line for each rule and file, with the names of the scenarios."""
    found = ["rule  scenarios  file, names"]
    for number in numbers:
        files = cited.get(number) or {"-": []}
        for place, (file, names) in enumerate(files.items()):
            shown = "" if place else number
            found.append(f"{shown:<4}  {len(names):>9}  {': '.join([file, *_joined(names)])}")
    return found


def _joined(names: Sequence[str]) -> list[str]:
    return ["; ".join(names)] if names else []


def faults(numbers: Sequence[str], cited: Cited) -> list[str]:
    """What is wrong: rules that no scenario cites, and citations of rules that are not there."""
    missing = [f"{number}: no scenario cites it" for number in numbers if number not in cited]
    unknown = [
        f"{number}: cited by {', '.join(files)}, and no such rule is stated"
        for number, files in sorted(cited.items())
        if number not in numbers
    ]
    return missing + unknown


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a rule has no scenario, or a scenario cites what is no rule."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rules", type=Path, default=ROOT / "docs" / "semantics.md")
    parser.add_argument("--scenarios", type=Path, default=ROOT / "tests" / "scenarios")
    given = parser.parse_args(arguments)
    try:
        numbers = rules_in(given.rules.read_text())
    except ValueError as fault:
        sys.stderr.write(f"{given.rules.name}: {fault}\n")
        return 1
    cited = citations(given.scenarios)
    sys.stdout.write("\n".join(lines(numbers, cited)) + "\n")
    wrong = faults(numbers, cited)
    sys.stderr.write("".join(f"{fault}\n" for fault in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
