"""What a comparison has found, as it goes from one process to another and to people."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One rule and one set of data about which the evaluators disagree.

    Attributes:
        seed: With `rule` and `data` what makes it again.
        rule: The number of the rule.
        data: The number of the set of data; None if it is about loading.
        source: The rule, as small as it could be made.
        roots: The data that it reads.
        found: What each evaluator gives.
    """

    seed: int
    rule: int
    data: int | None
    source: str
    roots: str
    found: dict[str, str]

    def __str__(self) -> str:
        lines = [f"rule {self.rule}, data {self.data}, seed {self.seed}", f"  {self.source}"]
        if self.roots:
            lines.append(f"  data: {self.roots}")
        lines += [f"  {who}: {value}" for who, value in self.found.items()]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Report:
    """Counts, and what there is to look into.

    Attributes:
        counts: How often what happened; `summary` has the names.
        disagreements: The first of them.
        crashes: The numbers of the rules during which the process of the C++ engine died.
    """

    counts: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)
    crashes: list[int] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Take in what another part has found."""
        self.counts.update(other.counts)
        self.disagreements.extend(other.disagreements)
        self.crashes.extend(other.crashes)

    def to_json(self) -> dict[str, Any]:
        """Give what JSON can hold."""
        found = [asdict(each) for each in self.disagreements]
        return {"counts": dict(self.counts), "disagreements": found, "crashes": self.crashes}

    @classmethod
    def from_json(cls, json: dict[str, Any]) -> Self:
        """Read what `to_json` gave."""
        found = [Disagreement(**each) for each in json["disagreements"]]
        return cls(Counter(json["counts"]), found, json["crashes"])

    @property
    def evaluations(self) -> int:
        """How many times a rule was evaluated by all three."""
        return self.counts["values"] + self.counts["errors"]

    def summary(self) -> str:
        """Tell people."""
        counts, whole = self.counts, max(self.evaluations, 1)
        lines = [f"{self.evaluations:,} evaluations of {counts['rules']:,} rules"]
        for name in ("values", "errors"):
            share = counts[name] / whole
            lines += [f"  {name}: {counts[name]:,} ({share:.1%})"]
        lines.append(f"  true: {counts['true']:,}, false: {counts['false']:,}")
        rest = sorted(counts.keys() - {"rules", "values", "errors", "true", "false"})
        lines += [f"  {name}: {counts[name]:,}" for name in rest]
        if self.crashes:
            lines.append(f"  the C++ engine crashed at rules {self.crashes}")
        lines.append(f"{counts['disagreements']:,} disagreements")
        lines += [str(each) for each in self.disagreements[:_SHOWN]]
        return "\n".join(lines)
