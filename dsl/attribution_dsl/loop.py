"""Generated code of the macros that go through lists and maps: one Python function for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from attribution_dsl import loops, runtime
from attribution_dsl.emit import Code, Emitter, Frame
from attribution_dsl.meter import OVER_BUDGET, steps_of

_DECISIVE = {"all": "False", "exists": "True"}
_ONE = frozenset({"exists_one", "existsOne"})


@dataclass(frozen=True, slots=True)
class Loop:
    """A comprehension whose parts are generated.

    Attributes:
        macro: Which one.
        variables: The local names of its variables.
        parts: The code of its body, a filter first if there are two.
        frame: The function that the parts stand in.
        nested: Whether it stands within another loop.
    """

    macro: str
    variables: Sequence[str]
    parts: Sequence[Code]
    frame: Frame
    nested: bool = False


def define(emit: Emitter, loop: Loop, iterations: int | None) -> str:
    """Write the function of a loop.

    Args:
        emit: Hands out names and keeps the functions.
        loop: What to write.
        iterations: The most turns, if nothing else takes from the budget; None if something does,
            so that what is left is in `meter`.

    Returns:
        The name of the function. It takes the list or map, and then what the frame has captured.
    """
    name = f"c{len(emit.functions)}"
    start, turn, end = _fold(emit, loop)
    if iterations is None:
        items, after = "items", []
        turn = ["if not meter.left:", f"    return {_over(emit)}", "meter.left -= 1", *turn]
    else:
        items = f"items if len(items) <= {iterations} else items[:{iterations}]"
        after = [f"if len(items) > {iterations}:", f"    return {_over(emit)}"]
    slots = "".join(f"{slot} = " for slot in loop.frame.slots)
    if slots:
        turn = [f"{slots}None", *turn]
    lines = [
        f"def {name}({', '.join(['items', *loop.frame.captured])}):",
        *_indented(_range(emit, loop), 1),
        *_indented(start, 1),
        f"    for {', '.join(loop.variables)} in {items}:",
        *_indented(turn, 2),
        *_indented([*after, end], 1),
    ]
    emit.functions.append("\n".join(lines))
    return name


def _indented(lines: Sequence[str], levels: int) -> list[str]:
    return [f"{'    ' * levels}{line}" for line in lines]


def _over(emit: Emitter) -> str:
    return emit.bind(OVER_BUDGET)


def _range(emit: Emitter, loop: Loop) -> list[str]:
    """Write how what is gone through is made a list."""
    pairs = len(loop.variables) == 2
    macro = ascii(loop.macro)
    if loop.nested:
        made = emit.call(loops.within_loop, "meter", macro, "items", str(len(loop.variables)))
    else:
        made = emit.call(loops.pairs if pairs else loops.elements, macro, "items")
    lines = [f"items = {made}", "if items.__class__ is Error:", "    return items"]
    return lines if pairs else ["if items.__class__ is not list:", *_indented(lines, 1)]


def _fold(emit: Emitter, loop: Loop) -> tuple[list[str], list[str], str]:
    """Write what stands before the loop, in each turn, and at the end."""
    *filters, body = loop.parts
    if loop.macro in _DECISIVE:
        return _decided(emit, loop, body)
    if loop.macro in _ONE:
        count = ["found += 1"]
        return ["found = 0"], _if_true(emit, loop, body, count), "return found == 1"
    if loop.macro == "filter":
        keep = [f"add({loop.variables[0]})"]
        return ["made = []", "add = made.append"], _if_true(emit, loop, body, keep), "return made"
    start, turn = _collected(emit, loop, body)
    if filters:
        turn = _if_true(emit, loop, filters[0], turn)
    return start, turn, "return made"


def _decided(emit: Emitter, loop: Loop, body: Code) -> tuple[list[str], list[str], str]:
    decisive = _DECISIVE[loop.macro]
    neutral = "True" if decisive == "False" else "False"
    value = emit.temporary()
    turn = [f"if ({value} := {body.text}) is {decisive}:", f"    return {decisive}"]
    if body.total:
        return [], turn, f"return {neutral}"
    if "meter" in loop.frame.captured:
        # What is within has taken the last step.
        turn += [f"if {value} is {_over(emit)}:", f"    return {value}"]
    error = value if body.boolean else emit.call(loops.not_bool, ascii(loop.macro), value)
    turn += [f"if {value} is not {neutral} and failure is None:", f"    failure = {error}"]
    return ["failure = None"], turn, f"return {neutral} if failure is None else failure"


def _if_true(emit: Emitter, loop: Loop, condition: Code, then: list[str]) -> list[str]:
    """Write what is done where a condition is true; what is no bool ends the loop."""
    value = emit.temporary()
    error = emit.call(loops.not_bool, ascii(loop.macro), value)
    return [
        f"if ({value} := {condition.text}) is True:",
        *_indented(then, 1),
        f"elif {value} is not False:",
        f"    return {error}",
    ]


def _collected(emit: Emitter, loop: Loop, body: Code) -> tuple[list[str], list[str]]:
    value = emit.temporary()
    if loop.macro in {"map", "transformList"}:
        turn = [
            f"if ({value} := {body.text}).__class__ is Error:",
            f"    return {value}",
            f"add({value})",
        ]
        return ["made = []", "add = made.append"], turn
    if loop.macro == "transformMap":
        insert = emit.call(runtime.insert, "made", loop.variables[0], value)
        first = [f"if ({value} := {body.text}).__class__ is Error:", f"    return {value}"]
    else:
        insert = emit.call(loops.insert_all, "made", value)
        first = [
            f"if not meter.take({emit.call(steps_of, f'{value} := {body.text}')}):",
            f"    return {_over(emit)}",
        ]
    failure = [f"if (failure := {insert}) is not None:", "    return failure"]
    return ["made = {}"], [*first, *failure]
