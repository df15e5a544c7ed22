"""Fast paths of operators, for the classes of values that rules mostly meet."""

from collections.abc import Callable
from typing import Final

from attribution_dsl import runtime
from attribution_dsl.emit import Code, Emitter, guarded
from attribution_dsl.operators import as_double
from attribution_dsl.overloads import Function

Slow = Callable[[object, object], object]

_MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def comparison(emit: Emitter, operator: str, left: Code, right: Code, slow: Slow) -> Code:
    """Generate a relation."""
    singleton = _is_singleton(left) or _is_singleton(right)
    ordered = operator not in {"==", "!="}
    if (singleton and ordered) or (left.is_constant and right.is_constant):
        return Code(emit.call(slow, left.text, right.text), boolean=True)
    if right.is_constant:
        value, binding = emit.held(left)
        call = emit.call(slow, value, right.text)
        return _with_constant(emit, operator, (value, binding), right, call)
    if left.is_constant:
        value, binding = emit.held(right)
        call = emit.call(slow, left.text, value)
        return _with_constant(emit, _MIRRORED[operator], (value, binding), left, call)
    return guarded(*_of_two(emit, operator, left, right, slow, "str", "float", "int"))


def _is_singleton(code: Code) -> bool:
    return code.value is None or isinstance(code.value, bool)


def _with_constant(
    emit: Emitter, operator: str, held: tuple[str, str], constant: Code, slow: str
) -> Code:
    value, binding = held
    if _is_singleton(constant):
        return _with_singleton(operator, held, constant.text, slow)
    kind = emit.temporary()
    error = f"{value} if {kind} is Error else {slow}"
    subject = f"({kind} := ({binding}).__class__)"
    if isinstance(constant.value, int):
        # An int is compared with a double as the double nearest to it.
        double = ascii(as_double(constant.value))
        fast = (
            f"{value} {operator} {double} if {subject} is float"
            f" else {value} {operator} {constant.text} if {kind} is int"
        )
        return guarded(fast, error)
    cls = "str" if isinstance(constant.value, str) else "float"
    return guarded(f"{value} {operator} {constant.text} if {subject} is {cls}", error)


def _with_singleton(operator: str, held: tuple[str, str], constant: str, slow: str) -> Code:
    value, binding = held
    found = operator == "=="
    if constant == "None":
        return guarded(f"{found} if ({binding}) is None", slow)
    fast = (
        f"{found} if ({binding}) is {constant} else {not found} if {value} is {constant == 'False'}"
    )
    return guarded(fast, slow)


def _of_two(
    emit: Emitter, operator: str, left: Code, right: Code, slow: Slow, *classes: str
) -> tuple[str, str]:
    """Write an operation on two values of one class: its fast path, and what stands after it."""
    a, bind_a = emit.held(left)
    b, bind_b = emit.held(right)
    kind = emit.temporary()
    alike = " or ".join(f"{kind} is {cls}" for cls in classes)
    divisible = f" and {b}" if operator == "/" else ""
    same = f"({kind} := ({bind_a}).__class__) is ({bind_b}).__class__"
    fast = f"{a} {operator} {b} if {same} and ({alike}){divisible}"
    error = f"{a} if {kind} is Error else {b} if {b}.__class__ is Error"
    return fast, f"{error} else {emit.call(slow, a, b)}"


def arithmetic(emit: Emitter, operator: str, left: Code, right: Code, slow: Slow) -> Code:
    """Generate `+ - * / %`."""
    if operator == "%" or (left.is_constant and right.is_constant):
        return Code(emit.call(slow, left.text, right.text))
    if right.is_constant:
        return Code(_arithmetic_with_constant(emit, operator, left, right, slow))
    classes = ("float", "str") if operator == "+" else ("float",)
    fast, other = _of_two(emit, operator, left, right, slow, *classes)
    return Code(f"({fast} else {other})")


def _arithmetic_with_constant(
    emit: Emitter, operator: str, left: Code, right: Code, slow: Slow
) -> str:
    value, binding = emit.held(left)
    call = emit.call(slow, value, right.text)
    cls = {float: "float", str: "str"}.get(type(right.value))
    useless = cls is None or (cls == "str" and operator != "+") or right.value == 0.0
    if useless:
        return emit.call(slow, left.text, right.text)
    return f"({value} {operator} {right.text} if ({binding}).__class__ is {cls} else {call})"


def one_of(emit: Emitter, operand: Code, strings: list[str], operator: str, slow: Slow) -> Code:
    """Generate the look-up of a value among strings.

    Args:
        emit: Hands out names.
        operand: The value.
        strings: At least one.
        operator: "in" or "not in".
        slow: Compares a value that is no string with one of the strings: all give the same.
    """
    value, binding = emit.held(operand)
    kind = emit.temporary()
    found = emit.bind(frozenset(strings))
    call = emit.call(slow, value, ascii(strings[0]))
    return guarded(
        f"{value} {operator} {found} if ({kind} := ({binding}).__class__) is str",
        f"{value} if {kind} is Error else {call}",
    )


def membership(emit: Emitter, item: Code, container: Code) -> Code:
    """Generate `item in container`."""
    if not (item.is_constant and isinstance(item.value, str)):
        text = emit.call(runtime.contained, item.text, container.text)
        return Code(text, boolean=True)
    value, binding = emit.held(container)
    slow = emit.call(runtime.contained, item.text, value)
    # Found is found; not found may still be an error, if the list holds one.
    return guarded(f"True if ({binding}).__class__ is list and {item.text} in {value}", slow)


def inlined(emit: Emitter, function: Function, target: Code, argument: Code) -> Code:
    """Generate a call of a test of two strings, the second of them constant."""
    value, binding = emit.held(target)
    slow = emit.call(function.call, value, argument.text)
    text = str(function.inline).format(value, argument.text)
    return guarded(f"{text} if ({binding}).__class__ is str", slow)
