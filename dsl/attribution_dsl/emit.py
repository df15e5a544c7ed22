"""Pieces of generated code."""

from dataclasses import dataclass
from typing import Any, Final

from attribution_dsl.values import ErrorValue

_NOT_CONSTANT: Final = object()


@dataclass(frozen=True, slots=True)
class Code:
    """A Python expression, bracketed as needed to stand as an operand.

    Attributes:
        text: The expression.
        atom: Whether it is a name or a constant, so that it may be written more than once.
        boolean: Whether its value is True, False or an ErrorValue, and never anything else.
        total: Whether its value is True or False, and never anything else.
        value: What it is worth, if it is a constant.
        fast: The start of the text, "... if ...", whose values are True and False, if there is one.
        slow: What stands after its `else`.
    """

    text: str
    atom: bool = False
    boolean: bool = False
    total: bool = False
    value: object = _NOT_CONSTANT
    fast: str | None = None
    slow: str | None = None

    @property
    def is_constant(self) -> bool:
        """Whether the value is known."""
        return self.value is not _NOT_CONSTANT


def guarded(fast: str, slow: str) -> Code:
    """Make the code of a test with a fast path."""
    return Code(f"({fast} else {slow})", boolean=True, fast=fast, slow=slow)


class Emitter:
    """Hands out names: for intermediate values, and for objects that the code refers to."""

    def __init__(self) -> None:
        self._temporaries = 0
        self._bound: dict[int, tuple[str, object]] = {}
        self.slots: list[str] = []

    def temporary(self) -> str:
        """Give a new local name."""
        self._temporaries += 1
        return f"t{self._temporaries}"

    def slot(self) -> str:
        """Give a new local name that is None at the start of the function.

        Code that runs more than once in a function must set its slots to None each time.
        """
        self.slots.append(f"s{len(self.slots)}")
        return self.slots[-1]

    def held(self, code: Code) -> tuple[str, str]:
        """Give a name for a value, and the expression that evaluates and names it."""
        if code.atom and not code.is_constant:
            return code.text, code.text
        name = self.temporary()
        return name, f"{name} := {code.text}"

    def constant(self, value: Any) -> Code:
        """Write a value of null, bool, int, double or string."""
        text = ascii(value)
        boolean = isinstance(value, bool)
        bracketed = f"({text})" if text.startswith("-") else text
        return Code(bracketed, atom=True, boolean=boolean, total=boolean, value=value)

    def bind(self, target: object) -> str:
        """Give a name for an object."""
        # The object is kept beside its name, so that its id stays its own.
        name, _ = self._bound.setdefault(id(target), (f"g{len(self._bound)}", target))
        return name

    def call(self, target: object, *arguments: str) -> str:
        """Write a call of an object."""
        return f"{self.bind(target)}({', '.join(arguments)})"

    def namespace(self, **more: object) -> dict[str, Any]:
        """Give all that the code may refer to; no builtins but what is named here."""
        return {
            "__builtins__": {},
            "dict": dict,
            "float": float,
            "int": int,
            "list": list,
            "str": str,
            "Error": ErrorValue,
            "KeyError": KeyError,
            "AttributeError": AttributeError,
            **dict(self._bound.values()),
            **more,
        }
