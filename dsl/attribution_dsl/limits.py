"""What a rule may cost to load and to evaluate."""

from dataclasses import dataclass, fields

# Generated code nests up to four brackets per level, and Python's own parser stops at 200.
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on the size of a rule; what is beyond one is refused, never cut off.

    Attributes:
        source_bytes: Longest source, in bytes of UTF-8.
        depth: Most operations within each other, such as `a.b.c`, which is 2; also most brackets
            within each other. A chain of `&&` or of `||` counts once, however long. At most 40.
        nodes: Most names, literals and operations in one rule.
        comprehension_nesting: Most comprehensions within each other.
        iterations: Most steps that all comprehensions of one evaluation may take together.

    Raises:
        ValueError: A limit is below 1, or `depth` is above 40.
    """

    source_bytes: int = 4096
    depth: int = 32
    nodes: int = 500
    comprehension_nesting: int = 2
    iterations: int = 10_000

    def __post_init__(self) -> None:
        for limit in fields(self):
            if getattr(self, limit.name) < 1:
                raise ValueError(f"limit {limit.name} must be at least 1")
        if self.depth > _DEEPEST:
            raise ValueError(f"limit depth must be at most {_DEEPEST}")
