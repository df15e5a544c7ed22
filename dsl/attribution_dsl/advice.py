"""What people probably meant by a name that is not there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attribution_dsl.diagnostics import Diagnostic, closest, error
from attribution_dsl.functions import FUNCTIONS, METHODS, NEVER
from attribution_dsl.roots import Roots
from attribution_dsl.syntax import Call, Ident, path_of

_CONSTANTS: Final[Mapping[str, str]] = MappingProxyType(
    {"none": "null", "nil": "null", "undefined": "null", "null": "null"}
    | {"true": "true", "false": "false", "yes": "true", "no": "false"}
)
_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "len": "size",
        "length": "size",
        "count": "size",
        "includes": "contains",
        "match": "matches",
        "regex": "matches",
        "beginsWith": "startsWith",
        "prefix": "startsWith",
        "suffix": "endsWith",
    }
)


def unknown_name(node: Ident, roots: Roots, *, selected: bool) -> Diagnostic:
    """Refuse a name that is no root.

    Args:
        node: The name.
        roots: What could be read.
        selected: Whether something is read from it, as `evnt` in `evnt.total`.
    """
    name = node.name
    if name in roots.unavailable:
        message = f"`{name}` cannot be read here: {roots.unavailable[name]}"
        return error("ROOT_UNAVAILABLE", message, node.span)
    listed = ", ".join(f"`{each}`" for each in roots.kinds)
    message = f"there is no `{name}` here; what can be read is {listed or 'nothing'}"
    return error("UNKNOWN_NAME", message, node.span, _meant(name, roots, selected))


def _meant(name: str, roots: Roots, selected: bool) -> str | None:
    constant = _CONSTANTS.get(name.lower())
    if constant is not None and not selected:
        return f"did you mean `{constant}`?"
    near = closest(name, [*roots.kinds, *roots.unavailable])
    if near is not None and near in roots.unavailable:
        return f"if `{near}` is meant: it cannot be read here, {roots.unavailable[near]}"
    if near is not None:
        return f"did you mean `{near}`?"
    first = next(iter(roots.properties), None)
    if first is None:
        return None
    hint = "" if selected else f', or `"{name}"` for the text'
    return f"did you mean `{first}.{name}`{hint}?"


def unknown_function(call: Call) -> Diagnostic:
    """Refuse a call of what is no function, or no method."""
    name = call.name
    shown = f"`{name}()`"
    if name in NEVER:
        return error("NOT_SUPPORTED", f"{shown} is not part of the language", call.name_span)
    if call.target is None and name == "has":
        message = "`has()` takes one property, such as `has(event.coupon)`"
        return error("WRONG_ARGUMENTS", message, call.span)
    other = FUNCTIONS if call.target is None else METHODS
    what = "function" if call.target is None else "method"
    suggestion = _as_method(call) if call.target is None else _as_function(call)
    if suggestion is None:
        near = name if name in _OTHER_NAMES else closest(name, [*other, *_OTHER_NAMES])
        near = _OTHER_NAMES.get(near or "", near)
        if near in other:
            suggestion = f"did you mean `{near}`?"
    message = f"there is no {what} {shown}"
    return error("UNKNOWN_FUNCTION", message, call.name_span, suggestion)


def _as_method(call: Call) -> str | None:
    name = call.name if call.name in METHODS else closest(call.name, METHODS)
    name = _OTHER_NAMES.get(call.name, name)
    if name is None or name in FUNCTIONS or not call.arguments:
        return None
    target = path_of(call.arguments[0]) or "text"
    return f"it is a method: write `{target}.{name}(...)`"


def _as_function(call: Call) -> str | None:
    if call.name != "has" or call.target is None:
        return None
    return f"write `has({path_of(call.target) or 'event'}.name)`"
