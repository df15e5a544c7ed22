"""Fast paths of operators, for the classes of values that rules mostly meet."""

from collections.abc import Callable

from attribution_dsl.emit import Code, Emitter, Operand, Pairs, guarded
from attribution_dsl.meter import CHARACTERS_PER_STEP
from attribution_dsl.operators import MIRRORED, as_double
from attribution_dsl.overloads import Function

Slow = Callable[[str, str], str]
"""Writes the call of an operator of two values of any kinds."""


def comparison(emit: Emitter, operator: str, left: Code, right: Code, slow: Slow) -> Code:
    """Generate a relation."""
    singleton = _is_singleton(left) or _is_singleton(right)
    ordered = operator not in {"==", "!="}
    if (singleton and ordered) or (left.is_constant and right.is_constant):
        return Code(slow(left.text, right.text), boolean=True)
    if right.is_constant:
        held = emit.operand(left)
        call = slow(held.name, right.text)
        return _with_constant(emit, operator, held, right, call)
    if left.is_constant:
        held = emit.operand(right)
        call = slow(left.text, held.name)
        return _with_constant(emit, MIRRORED[operator], held, left, call)
    a, b = emit.operand(left), emit.operand(right)
    if b.read is not None and not ordered:
        return _equality_with_read(operator, a, b, slow(a.name, b.name))
    return _of_two_unknown(operator, a, b, slow(a.name, b.name))


def _is_singleton(code: Code) -> bool:
    return code.value is None or isinstance(code.value, bool)


def _with_constant(emit: Emitter, operator: str, held: Operand, constant: Code, slow: str) -> Code:
    value = held.name
    if _is_singleton(constant):
        return _with_singleton(operator, held, constant.text, slow)
    test = f"{value} {operator} {constant.text}"
    if isinstance(constant.value, int):
        kind = emit.temporary()
        # An int is compared with a double as the double nearest to it.
        double = ascii(as_double(constant.value))
        doubles = (
            f"{value} {operator} {double}",
            f"({kind} := ({held.binding}).__class__) is float",
        )
        return guarded(slow, (doubles, (test, f"{kind} is int")), held.errors)
    cls = "str" if isinstance(constant.value, str) else "float"
    return guarded(slow, ((test, f"({held.binding}).__class__ is {cls}"),), held.errors)


def _with_singleton(operator: str, held: Operand, constant: str, slow: str) -> Code:
    value = held.name
    found = operator == "=="
    if constant == "None":
        if held.read is not None:
            null = f"({held.binding}) is None and not ({held.read.absent})"
        else:
            null = f"({held.binding}) is None"
        return guarded(slow, ((str(found), null),), held.errors)
    same = (str(found), f"({held.binding}) is {constant}")
    other = (str(not found), f"{value} is {constant == 'False'}")
    return guarded(slow, (same, other), held.errors)


def _of_two_unknown(operator: str, a: Operand, b: Operand, slow: str) -> Code:
    """Generate a relation of two values: ids mostly, which are strings, so these come first."""
    test = f"{a.name} {operator} {b.name}"
    strings = (test, f"({a.binding}).__class__ is ({b.binding}).__class__ is str")
    doubles = f"{test} if {a.name}.__class__ is {b.name}.__class__ is float"
    errors = _errors_of_two(a, b, b.name)
    return guarded(f"{doubles} else {slow}", (strings,), errors)


def _equality_with_read(operator: str, a: Operand, b: Operand, slow: str) -> Code:
    """Generate the equality with a property: strings that are equal need least work.

    The property is read a second time where the other value is no string.
    """
    found = operator == "=="
    equal = (str(found), f"({a.binding}).__class__ is str and {a.name} == ({b.binding})")
    strings = (str(not found), f"{a.name}.__class__ is str and {b.name}.__class__ is str")
    errors = _errors_of_two(a, b, f"({b.binding})")
    doubles = f"{a.name} {operator} {b.name} if {a.name}.__class__ is {b.name}.__class__ is float"
    return guarded(f"{doubles} else {slow}", (equal, strings), errors)


def _errors_of_two(a: Operand, b: Operand, second: str) -> Pairs:
    """Tell which of two values is an error, the first if both are.

    Args:
        a: The first.
        b: The second.
        second: How the second is written: by its name, or by what reads it once more.
    """
    # What stands in data as an error is told by the slow path, and comes first.
    first = f" and {a.name}.__class__ is not Error" if a.read is not None else ""
    if b.read is None:
        return a.errors + tuple((value, f"{guard}{first}") for value, guard in b.errors)
    return (*a.errors, (b.read.missing, f"{second} is None and {b.read.absent}{first}"))


def _of_two(
    emit: Emitter, operator: str, left: Code, right: Code, slow: Slow, *classes: str
) -> str:
    """Write an operation on two values of one class."""
    a, bind_a = emit.held(left)
    b, bind_b = emit.held(right)
    kind = emit.temporary()
    alike = " or ".join(f"{kind} is {cls}" for cls in classes)
    divisible = f" and {b}" if operator == "/" else ""
    same = f"({kind} := ({bind_a}).__class__) is ({bind_b}).__class__"
    error = f"{a} if {kind} is Error else {b} if {b}.__class__ is Error"
    other = f"{error} else {slow(a, b)}"
    return f"({a} {operator} {b} if {same} and ({alike}){divisible} else {other})"


def arithmetic(emit: Emitter, operator: str, left: Code, right: Code, slow: Slow) -> Code:
    """Generate `+ - * / %`."""
    if operator == "%" or (left.is_constant and right.is_constant):
        return Code(slow(left.text, right.text))
    if right.is_constant:
        return Code(_arithmetic_with_constant(emit, operator, left, right, slow))
    # Within a loop texts are metered.
    classes = ("float", "str") if operator == "+" and not emit.in_loop else ("float",)
    return Code(_of_two(emit, operator, left, right, slow, *classes))


def _arithmetic_with_constant(
    emit: Emitter, operator: str, left: Code, right: Code, slow: Slow
) -> str:
    value, binding = emit.held(left)
    call = slow(value, right.text)
    cls = {float: "float", str: "str"}.get(type(right.value))
    useless = (
        cls is None or (cls == "str" and (operator != "+" or emit.in_loop)) or right.value == 0.0
    )
    if useless:
        return slow(left.text, right.text)
    return f"({value} {operator} {right.text} if ({binding}).__class__ is {cls} else {call})"


def one_of(
    emit: Emitter, operand: Code, strings: list[str], operator: str, slow_equality: Slow
) -> Code:
    """Generate the look-up of a value among strings.

    Args:
        emit: Hands out names.
        operand: The value.
        strings: At least one.
        operator: "in" or "not in".
        slow_equality: Compares a value that is no string with any of the strings.
    """
    held = emit.operand(operand)
    found = emit.bind(frozenset(strings))
    slow = slow_equality(held.name, ascii(strings[0]))
    test = f"{held.name} {operator} {found}"
    return guarded(slow, ((test, f"({held.binding}).__class__ is str"),), held.errors)


def membership(emit: Emitter, item: Code, container: Code, slow: Slow) -> Code:
    """Generate `item in container`."""
    if emit.in_loop or not (item.is_constant and isinstance(item.value, str)):
        return Code(slow(item.text, container.text), boolean=True)
    value, binding = emit.held(container)
    # Found is found; not found may still be an error, if the list holds one.
    found = f"({binding}).__class__ is list and {item.text} in {value}"
    return guarded(slow(item.text, value), (("True", found),))


def inlined(emit: Emitter, function: Function, target: Code, argument: Code, slow: Slow) -> Code:
    """Generate a call of a test of two strings, the second of them constant."""
    value, binding = emit.held(target)
    test = str(function.inline).format(value, argument.text)
    guard = f"({binding}).__class__ is str"
    if function.linear and emit.in_loop:
        # What is shorter takes no steps from the meter.
        guard += f" and len({value}) < {CHARACTERS_PER_STEP}"
    return guarded(slow(value, argument.text), ((test, guard),))
