"""Functions and operators as tables of overloads: what the checker and both evaluators go by."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from attribution_dsl.kinds import ANY, CLASS_OF, KIND_OF, Kind, Type
from attribution_dsl.values import ErrorKind, ErrorValue


@dataclass(frozen=True, slots=True)
class Overload:
    """One meaning of a function or operator.

    Attributes:
        parameters: The kinds it takes, of a method the target's first.
        result: The type it gives.
        apply: Takes values of exactly these kinds; gives a value or an ErrorValue; never raises.
    """

    parameters: tuple[Kind, ...]
    result: Type
    apply: Callable[..., object]


@dataclass(frozen=True, slots=True)
class Function:
    """A function, method or operator: strict, so the first error among its arguments is its value.

    Attributes:
        name: As people write it.
        overloads: Its meanings; no two take the same kinds.
        call: Takes any values, errors too; gives a value or an ErrorValue; never raises.
        inline: A Python expression that is right when all arguments have the kinds of the one
            overload, such as "{0}.startswith({1})"; None if there is none.
        prepare: Specialises the function for a literal last argument; raises ValueError with a
            message if that argument can have no meaning. None if there is nothing to gain.
    """

    name: str
    overloads: tuple[Overload, ...]
    call: Callable[..., object]
    inline: str | None = None
    prepare: Callable[[Any], Callable[[object], object]] | None = None

    def matching(self, types: list[Type]) -> list[Overload]:
        """Give the overloads that could take arguments of these static types."""
        return [
            each
            for each in self.overloads
            if len(each.parameters) == len(types)
            and all(map(_may_be, (a.kind for a in types), each.parameters))
        ]

    def result(self, types: list[Type]) -> Type | None:
        """Give the static type of a call, or None if no overload can take these arguments."""
        results = {each.result for each in self.matching(types)}
        if not results:
            return None
        return results.pop() if len(results) == 1 else ANY


def function(
    name: str,
    *overloads: Overload,
    inline: str | None = None,
    prepare: Callable[[Any], Callable[[object], object]] | None = None,
) -> Function:
    """Make a function of one or two arguments from its overloads."""
    table = {tuple(CLASS_OF[kind] for kind in each.parameters): each.apply for each in overloads}
    arity = {len(each.parameters) for each in overloads}
    caller = {1: _unary, 2: _binary}[arity.pop()](name, table)
    return Function(name, overloads, caller, inline, prepare)


def no_overload(name: str, *arguments: object) -> ErrorValue:
    """Explain why a function has no value for these arguments.

    Returns:
        The first argument that is itself an error, else an error that says what does not fit.
    """
    for each in arguments:
        if each.__class__ is ErrorValue:
            return each
    for each in arguments:
        if each.__class__ not in KIND_OF:
            message = f"a Python {type(each).__name__} is not a value of the language"
            return ErrorValue(ErrorKind.INVALID_ARGUMENT, message)
    kinds = [KIND_OF[each.__class__] for each in arguments]
    return ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, misfit(name, kinds))


def misfit(name: str, kinds: list[Kind]) -> str:
    """Say for people that a function or operator does not take these kinds."""
    known = [kind for kind in kinds if kind is not Kind.ANY]
    listed = " and ".join(map(str, known))
    if len(known) < len(kinds):
        return f"`{name}` does not take {listed} here"
    if name in _ARITHMETIC and set(kinds) == {Kind.INT, Kind.DOUBLE}:
        return f"`{name}` cannot mix {listed}: write whole numbers as doubles, such as `2.0`"
    if name == "%" and set(kinds) == {Kind.DOUBLE}:
        return "`%` takes whole numbers only, not doubles"
    return f"`{name}` does not take {listed}"


_ARITHMETIC: Final = frozenset("+-*/%")


def _may_be(argument: Kind, parameter: Kind) -> bool:
    return argument is Kind.ANY or argument is parameter


def _unary(
    name: str, table: dict[tuple[type, ...], Callable[..., object]]
) -> Callable[..., object]:
    lookup = {classes[0]: apply for classes, apply in table.items()}.get

    def call(value: object) -> object:
        apply = lookup(value.__class__)
        return no_overload(name, value) if apply is None else apply(value)

    return call


def _binary(
    name: str, table: dict[tuple[type, ...], Callable[..., object]]
) -> Callable[..., object]:
    lookup = table.get

    def call(left: object, right: object) -> object:
        apply = lookup((left.__class__, right.__class__))
        return no_overload(name, left, right) if apply is None else apply(left, right)

    return call
