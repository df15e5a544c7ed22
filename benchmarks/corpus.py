"""Where fuzzing starts: the documentation's examples, the attacks, the words of the language."""

import random
import re
from pathlib import Path
from typing import Final

from benchmarks.attack_cases import attacks
from benchmarks.cases import CASES
from benchmarks.hostile import ROOTS, odd

_ROOT: Final = Path(__file__).parents[1]
_LANGUAGE: Final = _ROOT / "docs" / "language.md"
_LONGEST_SEED: Final = 400
_TOKEN: Final = re.compile(
    r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\w+(?:\.\d+)?|&&|\|\||[=!<>]=|\.\?|\[\?|\s+|.',
    re.DOTALL,
)


def seeds() -> list[str]:
    """Give the texts to start with."""
    page = _LANGUAGE.read_text("utf-8")
    examples = re.findall(r"^```(?:cel|text)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    inline = [found.replace("\\|", "|") for found in re.findall(r"`([^`\n]{2,80})`", page)]
    attacked = [each.source for each in attacks() if len(each.source) <= _LONGEST_SEED]
    rules = [case.subject.cel for case in CASES]
    # As they are, and without comments.
    bare = ["\n".join(line for line in e.splitlines() if line[:2] != "//") for e in examples]
    return sorted({*examples, *bare, *inline, *attacked, *rules})


def words() -> list[str]:
    """Give the words and signs of the language, and the names of the data."""
    found = {token for seed in seeds() for token in _TOKEN.findall(seed) if len(token) <= 24}
    return sorted(found | set(ROOTS) | set(odd()["event"]))


def dictionary() -> str:
    """Give the words as libFuzzer reads them."""
    lines = []
    for word in words():
        encoded = word.encode("utf-8", "surrogatepass")
        lines.append('"' + "".join(f"\\x{byte:02x}" for byte in encoded) + '"')
    return "\n".join(lines) + "\n"


class Mutator:
    """Changes texts token by token, so that most stay near to what can be parsed."""

    def __init__(self) -> None:
        self._seeds = [_TOKEN.findall(seed) for seed in seeds()]
        self._words = [word for word in words() if word.strip()]

    def mutate(self, source: str, seed: int) -> str:
        """Give a text near to another.

        Args:
            source: The other.
            seed: Decides all that is left to chance.
        """
        chance = random.Random(seed)  # noqa: S311 - not for secrets
        tokens = _TOKEN.findall(source) or ["true"]
        for _ in range(chance.randint(1, 4)):
            position = chance.randrange(len(tokens))
            tokens[position : position + chance.randint(0, 2)] = self._piece(chance, tokens)
            tokens = tokens or ["true"]
        return "".join(tokens)

    def _piece(self, chance: random.Random, tokens: list[str]) -> list[str]:
        choice = chance.randrange(6)
        if choice == 0:
            return []
        if choice == 1:
            return [chance.choice(self._words)]
        if choice == 2:
            other = chance.choice(self._seeds)
            start = chance.randrange(len(other)) if other else 0
            return other[start : start + chance.randint(1, 12)]
        if choice == 3:
            start = chance.randrange(len(tokens))
            return tokens[start : start + chance.randint(1, 8)]
        if choice == 4:
            other = chance.choice(self._seeds)
            return ["(", *other, ")"]
        return [f"event.{chance.choice(self._words)}"]
