"""Functions and operators as tables of overloads: what the checker and both evaluators go by."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
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
        repeats: Whether its one parameter may be given more often, in any mix with those of other
            overloads that repeat; the function then needs a `call` of its own.
    """

    parameters: tuple[Kind, ...]
    result: Type
    apply: Apply
    repeats: bool = False

    def could_take(self, kinds: Sequence[Kind]) -> bool:
        """Tell whether arguments of these kinds may fit, each parameter given once."""
        return len(kinds) == len(self.parameters) and all(map(_may_be, kinds, self.parameters))


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
        linear: Whether a call may take time in proportion to the length of texts and lists, so that
            a call within a comprehension is charged for it.
        more_steps: What such a call is charged besides, given whether the last argument is a
            literal, and the arguments; None for nothing.
    """

    name: str
    overloads: tuple[Overload, ...]
    call: Apply
    inline: str | None = None
    prepare: Callable[[str], Apply] | None = None
    linear: bool = False
    more_steps: Callable[..., int] | None = None

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of arguments that it takes, of a method the target included, ascending."""
        return tuple(sorted({len(each.parameters) for each in self.overloads}))

    @property
    def variadic(self) -> bool:
        """Whether it takes any greater number of arguments than the least as well."""
        return any(each.repeats for each in self.overloads)

    def takes(self, count: int) -> bool:
        """Tell whether it can be called with so many arguments."""
        return count in self.counts or (self.variadic and count > self.counts[0])

    def matching(self, types: Sequence[Type]) -> list[Overload]:
        """Give the overloads that could take arguments of these static types."""
        kinds = [each.kind for each in types]
        fitting = [each for each in self.overloads if each.could_take(kinds)]
        return self._mixed(kinds) if len(kinds) > 1 and not fitting else fitting

    def result(self, types: Sequence[Type]) -> Type | None:
        """Give the static type of a call, or None if no overload can take these arguments."""
        results = {each.result for each in self.matching(types)}
        if not results:
            return None
        return results.pop() if len(results) == 1 else ANY

    def _mixed(self, kinds: Sequence[Kind]) -> list[Overload]:
        """Give the overloads that repeat and could take some argument, if each could be taken."""
        repeating = [each for each in self.overloads if each.repeats]
        takers = [[each for each in repeating if each.could_take([kind])] for kind in kinds]
        return [each for each in repeating if all(takers) and any(each in some for some in takers)]


def function(
    name: str,
    *overloads: Overload,
    call: Apply | None = None,
    inline: str | None = None,
    prepare: Callable[[str], Apply] | None = None,
    linear: bool = False,
    more_steps: Callable[..., int] | None = None,
) -> Function:
    """Make a function from its overloads; without a `call`, what it does follows from them."""
    call = call or _caller(name, overloads)
    return Function(name, overloads, call, inline, prepare, linear, more_steps)


def no_overload(name: str, *arguments: object, overloads: Sequence[Overload] = ()) -> ErrorValue:
    """Explain why a function has no value for these arguments.

    Args:
        name: The function or operator.
        arguments: Any values.
        overloads: What it would take, if that is known.

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
    return ErrorValue(ErrorKind.NO_SUCH_OVERLOAD, misfit(name, kinds, overloads))


def invalid(message: str) -> ErrorValue:
    """Make the error for a value that has the right type and no meaning."""
    return ErrorValue(ErrorKind.INVALID_ARGUMENT, message)


def misfit(name: str, kinds: Sequence[Kind], overloads: Sequence[Overload] = ()) -> str:
    """Say for people that a function or operator does not take these kinds.

    Args:
        name: The function or operator.
        kinds: What it is given.
        overloads: What it takes, if a hint may be given by that.
    """
    known = [kind for kind in kinds if kind is not Kind.ANY]
    listed = " and ".join(map(str, known))
    whole = [Kind.INT if kind is Kind.DOUBLE else kind for kind in kinds]
    if Kind.DOUBLE in kinds and any(each.could_take(whole) for each in overloads):
        hint = ": `int()` makes whole numbers of doubles"
    else:
        hint = ""
    if len(known) < len(kinds):
        return f"`{name}` does not take {listed} here{hint}"
    if name in _ARITHMETIC and set(kinds) == {Kind.INT, Kind.DOUBLE}:
        return f"`{name}` cannot mix {listed}: write whole numbers as doubles, such as `2.0`"
    if name == "%" and set(kinds) == {Kind.DOUBLE}:
        return "`%` takes whole numbers only, not doubles"
    return f"`{name}` does not take {listed}{hint}"


_ARITHMETIC: Final = frozenset("+-*/%")


def _may_be(argument: Kind, parameter: Kind) -> bool:
    return Kind.ANY in (argument, parameter) or argument is parameter


def _caller(name: str, overloads: tuple[Overload, ...]) -> Apply:
    if any(Kind.ANY in each.parameters for each in overloads):
        return _of_any(name, overloads)
    table = {tuple(CLASS_OF[kind] for kind in each.parameters): each.apply for each in overloads}

    def misfits(*arguments: object) -> ErrorValue:
        return no_overload(name, *arguments, overloads=overloads)

    counts = frozenset(len(each) for each in table)
    return _CALLERS.get(counts, _of_classes)(table, misfits)


_Table = Mapping[tuple[type, ...], Apply]
_Misfits = Callable[..., ErrorValue]


def _unary(table: _Table, misfits: _Misfits) -> Apply:
    lookup = {classes[0]: apply for classes, apply in table.items()}.get

    def call(value: object) -> object:
        apply = lookup(value.__class__)
        return misfits(value) if apply is None else apply(value)

    return call


def _binary(table: _Table, misfits: _Misfits) -> Apply:
    lookup = table.get

    def call(left: object, right: object) -> object:
        apply = lookup((left.__class__, right.__class__))
        return misfits(left, right) if apply is None else apply(left, right)

    return call


def _unary_or_binary(table: _Table, misfits: _Misfits) -> Apply:
    unary = _unary({key: apply for key, apply in table.items() if len(key) == 1}, misfits)
    lookup = table.get

    def call(left: object, right: object = _ABSENT) -> object:
        if right is _ABSENT:
            return unary(left)
        apply = lookup((left.__class__, right.__class__))
        return misfits(left, right) if apply is None else apply(left, right)

    return call


def _of_classes(table: _Table, misfits: _Misfits) -> Apply:
    lookup = table.get

    def call(*arguments: object) -> object:
        apply = lookup(tuple([each.__class__ for each in arguments]))
        return misfits(*arguments) if apply is None else apply(*arguments)

    return call


_ABSENT: Final = object()
# To look at a list of arguments takes twice as long as a call that knows how many there are.
_CALLERS: Final[Mapping[frozenset[int], Callable[[_Table, _Misfits], Apply]]] = MappingProxyType(
    {
        frozenset({1}): _unary,
        frozenset({2}): _binary,
        frozenset({1, 2}): _unary_or_binary,
    }
)


def _of_any(name: str, overloads: tuple[Overload, ...]) -> Apply:
    """Make the call of a function that takes values of every kind."""

    def call(*arguments: Any) -> object:
        if any(each.__class__ not in KIND_OF for each in arguments):
            return no_overload(name, *arguments)
        kinds = [KIND_OF[each.__class__] for each in arguments]
        for each in overloads:
            if each.could_take(kinds):
                return each.apply(*arguments)
        return no_overload(name, *arguments)

    return call
