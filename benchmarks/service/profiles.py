"""Tables and flame graphs of what a profiled server wrote.

`python -m benchmarks.service.profiles NAME` puts the tables of all profiles that there are in
build/profiles into docs/profiles/NAME.md.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final

PROFILES: Final = Path("build/profiles")
KEPT: Final = Path("docs/profiles")
_ROWS: Final = 45
_KEPT_ROWS: Final = 20

_WIDTH: Final = 1_200
_ROW: Final = 18
_LEAST_WIDTH: Final = 0.6
_LETTER: Final = 6.6
_KINDS: Final = (
    ("attribution_service/", "own"),
    ("attribution_dsl/", "rules"),
    ("sqlalchemy/", "sql"),
    ("asyncio/", "loop"),
    ("grpc/", "loop"),
)
_STYLE: Final = """
  text { font: 11px ui-monospace, SFMono-Regular, Menlo, monospace; fill: #1f2328; }
  .ground { fill: #ffffff; } rect { stroke: #ffffff; stroke-width: 0.5; }
  .own { fill: #a5cdfb; } .rules { fill: #b6e3b6; } .sql { fill: #fbd0a0; }
  .loop { fill: #d9c8f5; } .other { fill: #d8dee4; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .ground { fill: #0d1117; } rect { stroke: #0d1117; }
    .own { fill: #1f5fae; } .rules { fill: #2c6e37; } .sql { fill: #9a5b13; }
    .loop { fill: #5b45a0; } .other { fill: #3d444d; }
  }
"""

Weighted = Sequence[tuple[tuple[str, ...], float]]
"""Stacks, a thread's name and then the outermost function first, with their seconds."""


@dataclass(frozen=True, slots=True)
class Row:
    """A function: the seconds in it alone, and with all that it calls."""

    function: str
    own: float
    total: float


def read(path: Path) -> Weighted:
    """The stacks of a profile."""
    return [(tuple(stack), seconds) for stack, seconds in json.loads(path.read_text())]


def rows(stacks: Weighted) -> list[Row]:
    """All functions, those with the most time of their own first."""
    own: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for stack, seconds in stacks:
        own[stack[-1]] += seconds  # type: ignore[assignment]
        for function in set(stack):
            total[function] += seconds  # type: ignore[assignment]
    found = [Row(name, own[name], total[name]) for name in total]
    return sorted(found, key=lambda row: (-row.own, -row.total, row.function))


def table(stacks: Weighted, title: str, most: int = _ROWS) -> str:
    """A table in text: threads, functions by their own time, and by all of it; `most` of each."""
    everything = sum(seconds for _, seconds in stacks)
    threads: Counter[str] = Counter()
    for stack, seconds in stacks:
        threads[stack[0]] += seconds  # type: ignore[assignment]
    found = rows(stacks)
    by_total = sorted(found, key=lambda row: (-row.total, row.function))
    lines = [title, f"{everything:.2f} s on a core", "", "thread"]
    lines += [f"{_share(each, everything)}  {name}" for name, each in threads.most_common()]
    lines += ["", "  self  total  function, by its own time"]
    lines += _lines(found[:most], everything)
    lines += ["", "  self  total  function, with all that it calls"]
    lines += _lines(by_total[:most], everything)
    return "\n".join(lines) + "\n"


def _lines(found: Iterable[Row], everything: float) -> list[str]:
    return [
        f"{_share(row.own, everything)} {_share(row.total, everything)}  {row.function}"
        for row in found
    ]


def _share(seconds: float, everything: float) -> str:
    return f"{100 * seconds / everything if everything else 0.0:5.1f}%"


@dataclass(slots=True)
class _Node:
    seconds: float = 0.0
    below: dict[str, "_Node"] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        return 1 + max((each.depth for each in self.below.values()), default=0)


def flame(stacks: Weighted, title: str) -> str:
    """A flame graph: each function stands on its caller, as wide as its time with all it calls."""
    root = _Node()
    for stack, seconds in stacks:
        node = root
        node.seconds += seconds
        for function in stack:
            node = node.below.setdefault(function, _Node())
            node.seconds += seconds
    height = (root.depth + 1) * _ROW + 8
    parts: list[str] = []
    if root.seconds:
        _draw(parts, root, 0.0, _WIDTH / root.seconds, root.seconds, height - 4)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}">\n'
        f"<style>{_STYLE}</style>\n"
        f'<rect width="{_WIDTH}" height="{height}" class="ground"/>\n'
        f'<text x="6" y="14">{escape(title)}: {root.seconds:.2f} s on a core</text>\n'
        f"{body}\n</svg>\n"
    )


def _draw(
    parts: list[str], node: _Node, left: float, width: float, everything: float, bottom: float
) -> None:
    """Draw what is above a node; `width` is that of a second."""
    for name, each in sorted(node.below.items()):
        wide = each.seconds * width
        if wide >= _LEAST_WIDTH:
            told = escape(f"{name} {_share(each.seconds, everything).strip()}")
            kind = next((kind for start, kind in _KINDS if name.startswith(start)), "other")
            parts.append(
                f'<g><title>{told}</title><rect x="{left:.1f}" y="{bottom - _ROW:.0f}" '
                f'width="{wide:.1f}" height="{_ROW - 1}" class="{kind}"/>'
            )
            letters = int((wide - 6) / _LETTER)
            if letters > 2:
                shown = escape(name.rpartition("/")[2][:letters])
                parts.append(f'<text x="{left + 3:.1f}" y="{bottom - 5:.0f}">{shown}</text>')
            parts.append("</g>")
            _draw(parts, each, left, width, everything, bottom - _ROW)
        left += wide


def page(found: Sequence[tuple[str, Weighted]], title: str) -> str:
    """A page with the tables of some profiles, each with its case's name."""
    parts = [f"# Profiles: {title}"]
    for name, stacks in found:
        body = table(stacks, name, _KEPT_ROWS).partition("\n")[2]
        parts.append(f"## {name}\n\n```text\n{body}```")
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Keep the profiles that there are."""
    (name,) = sys.argv[1:]
    found = [(each.stem, read(each)) for each in sorted(PROFILES.glob("*.json"))]
    KEPT.mkdir(exist_ok=True)
    (KEPT / f"{name}.md").write_text(page(found, name))


if __name__ == "__main__":
    main()
