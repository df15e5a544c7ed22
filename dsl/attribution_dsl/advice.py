"""What people probably meant by a name that is not there."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attribution_dsl.diagnostics import Diagnostic, closest, error
from attribution_dsl.functions import FUNCTIONS, METHODS, NAMESPACES, NEVER
from attribution_dsl.macros import MACROS, misnamed
from attribution_dsl.roots import Roots
from attribution_dsl.syntax import Call, Ident, Index, Literal, Select, literal_text, path_of

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
        "test": "matches",
        "regex": "matches",
        "beginsWith": "startsWith",
        "prefix": "startsWith",
        "suffix": "endsWith",
        "lower": "lowerAscii",
        "toLower": "lowerAscii",
        "toLowerCase": "lowerAscii",
        "lowercase": "lowerAscii",
        "upper": "upperAscii",
        "toUpper": "upperAscii",
        "toUpperCase": "upperAscii",
        "uppercase": "upperAscii",
        "strip": "trim",
        "substr": "substring",
        "slice": "substring",
        "getDay": "getDayOfWeek",
        "getYear": "getFullYear",
        "str": "string",
        "float": "double",
        "number": "double",
        "integer": "int",
        "boolean": "bool",
        "date": "timestamp",
        "datetime": "timestamp",
        "ifNull": "orValue",
        "default": "orValue",
        "any": "exists",
        "some": "exists",
        "every": "all",
        "where": "filter",
        "select": "map",
        "max": "math.greatest",
        "min": "math.least",
    }
)
"""What other languages call it."""
_USAGE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "all": "list.all(x, x > 0)",
        "exists": 'list.exists(x, x == "a")',
        "exists_one": 'list.exists_one(x, x == "a")',
        "existsOne": "list.existsOne(i, x, i == x)",
        "map": "list.map(x, x + 1)",
        "filter": "list.filter(x, x > 0)",
        "transformList": "list.transformList(i, x, i + x)",
        "transformMap": "map.transformMap(k, v, v + 1)",
        "transformMapEntry": "map.transformMapEntry(k, v, {v: k})",
        "optMap": "optional.optMap(x, x + 1)",
        "optFlatMap": "optional.optFlatMap(x, x.?name)",
        "or": "event.?a.or(event.?b)",
        "orValue": 'event.?plan.orValue("free")',
    }
)
"""How each macro is written."""


def unknown_name(node: Ident, roots: Roots, *, selected: bool, advise: bool) -> Diagnostic:
    """Refuse a name that is no root.

    Args:
        node: The name.
        roots: What could be read.
        selected: Whether something is read from it, as `evnt` in `evnt.total`.
        advise: Whether to look for what was meant, which takes time.
    """
    name = node.name
    if name in roots.unavailable:
        message = f"`{name}` cannot be read here: {roots.unavailable[name]}"
        return error("ROOT_UNAVAILABLE", message, node.span)
    listed = ", ".join(f"`{each}`" for each in roots.kinds)
    message = f"there is no `{name}` here; what can be read is {listed or 'nothing'}"
    suggestion = _meant(name, roots, selected) if advise else None
    return error("UNKNOWN_NAME", message, node.span, suggestion)


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


def unknown_function(call: Call, *, advise: bool) -> Diagnostic:
    """Refuse a call of what is no function, or no method, or a macro that is written wrongly.

    Args:
        call: The call.
        advise: Whether to look for what was meant, which takes time.
    """
    name = call.name
    shown = f"`{name}()`"
    if name in NEVER:
        return error("NOT_SUPPORTED", f"{shown} is not part of the language", call.name_span)
    if name == "has" and call.target is None:
        return _misused_has(call)
    if call.target is not None and name in _USAGE:
        return _misused_macro(call)
    if isinstance(call.target, Ident) and call.target.name in NAMESPACES:
        return _unknown_in_namespace(call, call.target.name)
    what = "function" if call.target is None else "method"
    message = f"there is no {what} {shown}"
    suggestion = None
    if advise:
        elsewhere = _as_method(call) if call.target is None else _as_function(call)
        suggestion = elsewhere or _near(call)
    return error("UNKNOWN_FUNCTION", message, call.name_span, suggestion)


def names_variables(call: Call) -> bool:
    """Tell whether the call of no function was probably meant as a macro that names variables."""
    name = _OTHER_NAMES.get(call.name, call.name)
    return name in MACROS and (call.target is not None or len(call.arguments) > 1)


_INSTEAD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "get": 'read it with brackets, as in `map["name"]`, or `map[?"name"].orValue(1)`',
        "hasKey": 'write `"name" in map`',
        "containsKey": 'write `"name" in map`',
        "has_key": 'write `"name" in map`',
        "keys": 'macros go through the keys of a map, as in `map.exists(k, k == "a")`',
        "values": "write it as in `map.exists(k, v, v > 0)`",
        "equals": "write `a == b`",
        "equalsIgnoreCase": 'write `a.lowerAscii() == "text"`',
        "isNull": "write `a == null`, or `!has(a)` for what is absent",
        "between": "write `a >= 1 && a < 5`",
    }
)
"""What is written in place of methods of other languages."""


def _misused_has(call: Call) -> Diagnostic:
    message = "`has()` takes one property, such as `has(event.coupon)`"
    fix = None
    read = call.arguments[0] if len(call.arguments) == 1 else None
    if isinstance(read, Select) and read.optional:
        fix = f"did you mean `has({path_of(read.operand) or 'x'}.{read.name})`?"
    elif isinstance(read, Select):
        fix = "it is a macro: write it without the dot before"
    if isinstance(read, Index):
        fix = "for a name in brackets write `name in map`"
        outer = path_of(read.operand)
        if outer is not None and isinstance(read.index, Literal):
            fix = f"write `{literal_text(read.index.value)} in {outer}`"
    return error("WRONG_ARGUMENTS", message, call.span, fix)


def _misused_macro(call: Call) -> Diagnostic:
    usage = f"write it as in `{_USAGE[call.name]}`"
    shapes = MACROS.get(call.name, ())
    for shape in shapes:
        if len(call.arguments) == shape.variables + shape.bodies:
            wrong = misnamed(call.arguments, shape)
            if wrong is not None:
                message = f"`{call.name}()` names its variable first, and this is no new name"
                return error("WRONG_ARGUMENTS", message, wrong.span, usage)
    if call.name == "exists_one" and len(call.arguments) == 3:
        usage = f"with two names it is another: `{_USAGE['existsOne']}`"
    counts = [each.variables + each.bodies for each in shapes] or [1]
    takes = " or ".join(map(str, counts))
    plural = "" if counts == [1] else "s"
    message = f"`{call.name}()` takes {takes} argument{plural}, not {len(call.arguments)}"
    return error("WRONG_ARGUMENTS", message, call.span, usage)


def _unknown_in_namespace(call: Call, namespace: str) -> Diagnostic:
    full = f"{namespace}.{call.name}"
    meant = "optional.of" if full in {"optional.some", "optional.just"} else full
    near = closest(meant, [each for each in FUNCTIONS if each.startswith(f"{namespace}.")])
    suggestion = None if near is None else f"did you mean `{near}`?"
    return error("UNKNOWN_FUNCTION", f"there is no function `{full}()`", call.name_span, suggestion)


def _near(call: Call) -> str | None:
    """Find what is called alike, or called so in other languages."""
    other = [*FUNCTIONS] if call.target is None else [*METHODS, *_USAGE, *FUNCTIONS]
    in_namespace = [each for each in FUNCTIONS if each.endswith(f".{call.name}")]
    known = call.name in _OTHER_NAMES or call.name in other
    name = call.name if known else closest(call.name, [*other, *_OTHER_NAMES])
    name = in_namespace[0] if in_namespace else _OTHER_NAMES.get(name or "", name)
    if name is not None and name in MACROS and call.name != name:
        return f"write it as in `{_USAGE[name]}`"
    if name in FUNCTIONS and call.target is not None and name not in METHODS:
        more = ", ..." if call.arguments else ""
        return f"it is a function: write `{name}({path_of(call.target) or 'x'}{more})`"
    return None if name is None else f"did you mean `{name}`?"


def _as_method(call: Call) -> str | None:
    if call.name in {"now", "today"} and not call.arguments:
        return "the time of arrival is `now`, without brackets"
    only = call.arguments[0] if len(call.arguments) == 1 else None
    if call.name in {"exists", "exist", "isset", "defined"} and isinstance(only, Select):
        return f"did you mean `has({path_of(only) or 'event.name'})`?"
    wanted = _OTHER_NAMES.get(call.name, call.name)
    methods = [*METHODS, *_USAGE]
    name = wanted if wanted in methods else closest(wanted, methods)
    if name is None or name in FUNCTIONS or not call.arguments:
        return None
    if name in MACROS:
        return f"it is a method: write it as in `{_USAGE[name]}`"
    target = path_of(call.arguments[0]) or "text"
    more = "..." if len(call.arguments) > 1 else ""
    return f"it is a method: write `{target}.{name}({more})`"


def _as_function(call: Call) -> str | None:
    if call.name in _INSTEAD:
        return _INSTEAD[call.name]
    if call.name in {"isEmpty", "empty"} and not call.arguments:
        return f"write `size({path_of(call.target) if call.target else 'x'}) == 0`"
    if call.name != "has" or call.target is None:
        return None
    return f"write `has({path_of(call.target) or 'event'}.name)`"
