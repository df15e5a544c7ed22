"""Functions and operators as tables of overloads: what the checker and both evaluators go by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from attribution_dsl.kinds import ANY, CLASS_OF, KIND_OF, Kind, Type
from attribution_dsl.values import ErrorKind, ErrorValue

Apply = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Overload:
    """One meaning of a function or operator.

    Attributes:
        parameters: The kinds it takes, of a method the target's first; ANY takes every value.
        result: The type it gives.
        apply: Takes values of exactly these kinds; gives a value or an ErrorValue; never raises.
    """

    parameters: tuple[Kind, ...]
    result: Type
    apply: Apply


class BadLiteralError(ValueError):
    """A literal argument can have no meaning, such as a broken regular expression.

    Attributes:
        code: The code of the diagnostic, such as `BAD_PATTERN`.
        message: What is wrong, for people.
        suggestion: What was probably meant, or None.
    """

    def __init__(self, code: str, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Function:
    """A function, method or operator: strict, so the first error among its arguments is its value.

    Attributes:
        name: As people write it, such as "contains" or "math.least".
        overloads: Its meanings; no two take the same kinds.
        call: Takes any values, errors too; gives a value or an ErrorValue; never raises.
        inline: A Python expression that is right when all arguments have the kinds of the one
            overload, such as "{0}.startswith({1})"; None if there is none.
        prepare: Specialises the function for a last argument that is a string literal: gives the
            function of the other arguments, which are any values. Raises BadLiteralError if the
            literal can have no meaning. None if there is nothing to gain.
        variadic: Whether the last parameter of each overload may be given once or more often.
        linear: Whether a call may take time in proportion to the length of texts and lists, so that
            a call within a comprehension is charged for it.
        more_steps: What such a call is charged besides, given its arguments, unless the last of
            them is a literal; None for nothing.
    """

    name: str
    overloads: tuple[Overload, ...]
    call: Apply
    inline: str | None = None
    prepare: Callable[[str], Apply] | None = None
    variadic: bool = False
    linear: bool = False
    more_steps: Callable[..., int] | None = None

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of arguments that it takes, of a method the target included, ascending."""
        return tuple(sorted({len(each.parameters) for each in self.overloads}))

    def takes(self, count: int) -> bool:
        """Tell whether it can be called with so many arguments."""
        return count in self.counts or (self.variadic and count > self.counts[0])

    def matching(self, types: Sequence[Type]) -> list[Overload]:
        """Give the overloads that could take arguments of these static types."""
        return [each for each in self.overloads if self._could_take(each.parameters, types)]

    def result(self, types: Sequence[Type]) -> Type | None:
        """Give the static type of a call, or None if no overload can take these arguments."""
        results = {each.result for each in self.matching(types)}
        if not results:
            return None
        return results.pop() if len(results) == 1 else ANY

    def _could_take(self, parameters: tuple[Kind, ...], types: Sequence[Type]) -> bool:
        if self.variadic and len(types) > len(parameters):
            parameters += parameters[-1:] * (len(types) - len(parameters))
        return len(parameters) == len(types) and all(
            map(_may_be, (each.kind for each in types), parameters)
        )


def function(
    name: str,
    *overloads: Overload,
    inline: str | None = None,
    prepare: Callable[[str], Apply] | None = None,
    linear: bool = False,
    more_steps: Callable[..., int] | None = None,
) -> Function:
    """Make a function from its overloads."""
    call = _caller(name, overloads)
    return Function(name, overloads, call, inline, prepare, linear=linear, more_steps=more_steps)


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


def invalid(message: str) -> ErrorValue:
    """Make the error for a value that has the right type and no meaning."""
    return ErrorValue(ErrorKind.INVALID_ARGUMENT, message)


def misfit(name: str, kinds: Sequence[Kind]) -> str:
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
    return Kind.ANY in (argument, parameter) or argument is parameter


def _caller(name: str, overloads: tuple[Overload, ...]) -> Apply:
    if any(Kind.ANY in each.parameters for each in overloads):
        return _of_any(name, overloads)
    table = {tuple(CLASS_OF[kind] for kind in each.parameters): each.apply for each in overloads}
    arities = {len(each) for each in table}
    if arities == {1}:
        return _unary(name, table)
    return _binary(name, table) if arities == {2} else _of_classes(name, table)


def _unary(name: str, table: dict[tuple[type, ...], Apply]) -> Apply:
    lookup = {classes[0]: apply for classes, apply in table.items()}.get

    def call(value: object) -> object:
        apply = lookup(value.__class__)
        return no_overload(name, value) if apply is None else apply(value)

    return call


def _binary(name: str, table: dict[tuple[type, ...], Apply]) -> Apply:
    lookup = table.get

    def call(left: object, right: object) -> object:
        apply = lookup((left.__class__, right.__class__))
        return no_overload(name, left, right) if apply is None else apply(left, right)

    return call


def _of_classes(name: str, table: dict[tuple[type, ...], Apply]) -> Apply:
    lookup = table.get

    def call(*arguments: object) -> object:
        apply = lookup(tuple([each.__class__ for each in arguments]))
        return no_overload(name, *arguments) if apply is None else apply(*arguments)

    return call


def _of_any(name: str, overloads: tuple[Overload, ...]) -> Apply:
    """Make the call of a function that takes values of every kind."""

    def call(*arguments: Any) -> object:
        if any(each.__class__ not in KIND_OF for each in arguments):
            return no_overload(name, *arguments)
        types = [Type(KIND_OF[each.__class__]) for each in arguments]
        for each in overloads:
            if len(each.parameters) == len(types) and all(
                map(_may_be, (one.kind for one in types), each.parameters)
            ):
                return each.apply(*arguments)
        return no_overload(name, *arguments)

    return call
