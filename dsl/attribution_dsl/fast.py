"""Fast paths of operators, for the classes of values that rules mostly meet."""

from collections.abc import Callable
from typing import Final

from attribution_dsl import runtime
from attribution_dsl.emit import Code, Emitter
from attribution_dsl.operators import as_double

Slow = Callable[[object, object], object]

_MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def comparison(emit: Emitter, operator: str, left: Code, right: Code, slow: Slow) -> Code:
    """Generate a relation."""
    singleton = _is_singleton(left) or _is_singleton(right)
    if singleton and operator not in {"==", "!="}:
        text = emit.call(slow, left.text, right.text)
    elif right.is_constant and not left.is_constant:
        value, binding = emit.held(left)
        call = emit.call(slow, value, right.text)
        text = _with_constant(emit, operator, (value, binding), right, call)
    elif left.is_constant and not right.is_constant:
        value, binding = emit.held(right)
        call = emit.call(slow, left.text, value)
        text = _with_constant(emit, _MIRRORED[operator], (value, binding), left, call)
    elif left.is_constant:
        text = emit.call(slow, left.text, right.text)
    else:
        text = _of_two(emit, operator, left, right, slow, "str", "float", "int")
    return Code(text, boolean=True)


def _is_singleton(code: Code) -> bool:
    return code.value is None or isinstance(code.value, bool)


def _with_constant(
    emit: Emitter, operator: str, held: tuple[str, str], constant: Code, slow: str
) -> str:
    value, binding = held
    if _is_singleton(constant):
        return _with_singleton(operator, held, constant.text, slow)
    kind = emit.temporary()
    error = f"{value} if {kind} is Error else {slow}"
    subject = f"({kind} := ({binding}).__class__)"
    if isinstance(constant.value, int):
        # An int is compared with a double as the double nearest to it.
        double = ascii(as_double(constant.value))
        return (
            f"({value} {operator} {double} if {subject} is float"
            f" else {value} {operator} {constant.text} if {kind} is int else {error})"
        )
    cls = "str" if isinstance(constant.value, str) else "float"
    return f"({value} {operator} {constant.text} if {subject} is {cls} else {error})"


def _with_singleton(operator: str, held: tuple[str, str], constant: str, slow: str) -> str:
    value, binding = held
    found = operator == "=="
    if constant == "None":
        return f"({found} if ({binding}) is None else {slow})"
    return (
        f"({found} if ({binding}) is {constant} else {not found}"
        f" if {value} is {constant == 'False'} else {slow})"
    )


def _of_two(
    emit: Emitter, operator: str, left: Code, right: Code, slow: Slow, *classes: str
) -> str:
    a, bind_a = emit.held(left)
    b, bind_b = emit.held(right)
    kind = emit.temporary()
    alike = " or ".join(f"{kind} is {cls}" for cls in classes)
    divisible = f" and {b}" if operator == "/" else ""
    call = emit.call(slow, a, b)
    return (
        f"({a} {operator} {b} if ({kind} := ({bind_a}).__class__) is ({bind_b}).__class__ and ({alike})"
        f"{divisible} else {a} if {kind} is Error else {b} if {b}.__class__ is Error else {call})"
    )


def arithmetic(emit: Emitter, operator: str, left: Code, right: Code, slow: Slow) -> Code:
    """Generate `+ - * / %`."""
    if operator == "%" or (left.is_constant and right.is_constant):
        return Code(emit.call(slow, left.text, right.text))
    if right.is_constant:
        return Code(_arithmetic_with_constant(emit, operator, left, right, slow))
    classes = ("float", "str") if operator == "+" else ("float",)
    return Code(_of_two(emit, operator, left, right, slow, *classes))


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
    text = (
        f"({value} {operator} {found} if ({kind} := ({binding}).__class__) is str"
        f" else {value} if {kind} is Error else {call})"
    )
    return Code(text, boolean=True)


def membership(emit: Emitter, item: Code, container: Code) -> Code:
    """Generate `item in container`."""
    if not (item.is_constant and isinstance(item.value, str)):
        text = emit.call(runtime.contained, item.text, container.text)
        return Code(text, boolean=True)
    value, binding = emit.held(container)
    slow = emit.call(runtime.contained, item.text, value)
    # Found is found; not found may still be an error, if the list holds one.
    text = f"(True if ({binding}).__class__ is list and {item.text} in {value} else {slow})"
    return Code(text, boolean=True)
