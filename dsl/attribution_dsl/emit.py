"""Pieces of generated code."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from attribution_dsl.values import NONE, ErrorValue, OptionalValue

_NOT_CONSTANT: Final = object()
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Read:
    """The read of a property that gives None where it is not there.

    Attributes:
        text: The expression; it may be evaluated more than once, being quick.
        absent: Tells, where that is None, whether the property is not there.
        missing: The name of the error for that.
    """

    text: str
    absent: str
    missing: str


@dataclass(frozen=True, slots=True)
class Operand:
    """A value with a name.

    Attributes:
        name: The name.
        binding: The expression that evaluates the value and names it.
        errors: What tells that it is an error, as in `Code`.
        read: As in `Code`.
    """

    name: str
    binding: str
    errors: Pairs
    read: Read | None


@dataclass(frozen=True, slots=True)
class Code:
    """A Python expression, bracketed as needed to stand as an operand.

    Attributes:
        text: The expression.
        atom: Whether it is a name or a constant, so that it may be written more than once.
        boolean: Whether its value is True, False or an ErrorValue, and never anything else.
        total: Whether its value is True or False, and never anything else.
        value: What it is worth, if it is a constant.
        branches: The start of the text, "test if guard else test if guard else", as pairs of test
            and guard, the tests being True or False; empty if the text does not start so.
        errors: What stands next, as pairs of the name of a value and the guard that tells that the
            value is an error.
        slow: What stands after the last `else`.
        read: How a property is read with less work than by the text, if the code is such a read.
    """

    text: str
    atom: bool = False
    boolean: bool = False
    total: bool = False
    value: object = _NOT_CONSTANT
    branches: Pairs = ()
    errors: Pairs = ()
    slow: str = ""
    read: "Read | None" = None

    @property
    def is_constant(self) -> bool:
        """Whether the value is known."""
        return self.value is not _NOT_CONSTANT


def guarded(slow: str, branches: Pairs, errors: Pairs = ()) -> Code:
    """Make the code of a test with fast paths, as `Code` describes them."""
    text = f"({_either(branches)}{_either(errors)}{slow})"
    return Code(text, boolean=True, branches=branches, errors=errors, slow=slow)


def in_slot(code: Code, slot: str) -> str:
    """Write guarded code so that what no fast path gives is kept in a slot, and True told apart."""
    return f"({_either(code.branches)}({slot} := {_either(code.errors)}{code.slow}) is True)"


def _either(pairs: Pairs) -> str:
    return "".join(f"{value} if {guard} else " for value, guard in pairs)


@dataclass(slots=True)
class Frame:
    """One Python function in the making: the rule itself, or the loop of a comprehension.

    Attributes:
        own: The names that it assigns; None of the rule itself, whose names are all its own.
        captured: The names of enclosing functions that it needs, in order of first use.
        slots: The names that must be None at the start: of the function, or of each of its turns.
    """

    own: set[str] | None
    captured: dict[str, None] = field(default_factory=dict)
    slots: list[str] = field(default_factory=list)


class Emitter:
    """Hands out names: for intermediate values, and for objects that the code refers to."""

    def __init__(self) -> None:
        self._temporaries = 0
        self._slots = 0
        self._bound: dict[int, tuple[str, object]] = {}
        self._frames = [Frame(own=None)]
        self._metered = False
        self.functions: list[str] = []

    @property
    def frame(self) -> Frame:
        """The function that is being written."""
        return self._frames[-1]

    @property
    def in_loop(self) -> bool:
        """Whether the code now stands within a loop, where what takes long is metered."""
        return self.frame.own is not None

    @property
    def metered(self) -> bool:
        """Whether anything takes from the meter."""
        return self._metered

    def meter(self) -> str:
        """Give the name of the meter, and note that it is needed where the code now stands."""
        self._metered = True
        return self.use("meter")

    @contextmanager
    def function(self, *own: str) -> Iterator[Frame]:
        """Write a function within the one being written; `own` are names that it assigns."""
        frame = Frame(set(own))
        self._frames.append(frame)
        yield frame
        self._frames.pop()

    def use(self, name: str) -> str:
        """Note that a local name is read where the code now stands."""
        for frame in reversed(self._frames):
            if frame.own is None or name in frame.own:
                break
            frame.captured[name] = None
        return name

    def define(self, name: str) -> str:
        """Note that a local name is assigned where the code now stands."""
        if self.frame.own is not None:
            self.frame.own.add(name)
        return name

    def temporary(self) -> str:
        """Give a new local name."""
        self._temporaries += 1
        return f"t{self._temporaries}"

    def slot(self) -> str:
        """Give a new local name that is None at the start of the function, or of each turn."""
        self._slots += 1
        self.frame.slots.append(f"s{self._slots}")
        return self.frame.slots[-1]

    def held(self, code: Code) -> tuple[str, str]:
        """Give a name for a value, and the expression that evaluates and names it."""
        if code.atom and not code.is_constant:
            return code.text, code.text
        name = self.temporary()
        return name, f"{name} := {code.text}"

    def operand(self, code: Code) -> Operand:
        """Give a name for a value, read with as little work as can be.

        What is in data in the place of an unsafe integer is an error too, and none of `errors` of a
        read: the slow path gives it.
        """
        if code.read is None:
            name, binding = self.held(code)
            return Operand(name, binding, ((name, f"{name}.__class__ is Error"),), None)
        name = self.temporary()
        error = (code.read.missing, f"{name} is None and {code.read.absent}")
        return Operand(name, f"{name} := {code.read.text}", (error,), code.read)

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
            "len": len,
            "Error": ErrorValue,
            "Optional": OptionalValue,
            "NONE": NONE,
            "KeyError": KeyError,
            "AttributeError": AttributeError,
            **dict(self._bound.values()),
            **more,
        }
