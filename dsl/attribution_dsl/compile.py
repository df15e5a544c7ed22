"""Code generation: one Python function per rule, whose body is one expression.

The expression carries fast paths for the values that rules mostly meet, guarded by exact class
checks, and calls `runtime` for all others, so that it never means anything else than `interpret`.
Errors are values. Python's exceptions, truth of objects and == between types are never relied on.

Nothing of the source reaches the text of the code but constants through `ascii()`; every name in it
is made here.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from attribution_dsl import chain, runtime, syntax
from attribution_dsl.emit import Code, Emitter, guarded
from attribution_dsl.fast import arithmetic, comparison, inlined, membership, one_of
from attribution_dsl.functions import FUNCTIONS, METHODS
from attribution_dsl.interpret import BINARY
from attribution_dsl.kinds import BOOL
from attribution_dsl.operators import ARITHMETIC, NEGATE, NOT
from attribution_dsl.results import ResultType, as_result
from attribution_dsl.roots import RootKind
from attribution_dsl.syntax import Node, path_of, path_to
from attribution_dsl.uses import uses_of

Evaluate = Callable[[Mapping[str, object]], object]


def generate(
    tree: Node, kinds: Mapping[str, RootKind], result: ResultType, interpreted: Evaluate
) -> Evaluate:
    """Compile a rule.

    Args:
        tree: A checked rule.
        kinds: What each root holds.
        result: What the rule must give.
        interpreted: Evaluates the same rule where the data is not shaped as the code expects.

    Returns:
        The function from data to result.
    """
    generator = _Generator(tree, kinds)
    code = compile(generator.source(tree, result), "<rule>", "exec")
    namespace = generator.namespace(interpreted)
    exec(code, namespace)  # noqa: S102 - made of names of our own and of ascii() of constants
    function: Evaluate = namespace["rule"]
    return function


def source_of(tree: Node, kinds: Mapping[str, RootKind], result: ResultType) -> str:
    """Show the generated code, for tests and for the curious."""
    return _Generator(tree, kinds).source(tree, result)


class _Generator:
    def __init__(self, tree: Node, kinds: Mapping[str, RootKind]) -> None:
        self._kinds = kinds
        self._uses = uses_of(tree, kinds)
        self._emit = Emitter()

    def visit(self, node: Node) -> Code:
        return _VISIT[node.__class__](self, node)

    def source(self, tree: Node, result: ResultType) -> str:
        """Write the function.

        Data that is not shaped as expected, such as a root that is missing, raises what is caught
        here: a `try` costs nothing where nothing is raised.
        """
        lines = ["    try:"]
        for name, use in self._uses.items():
            if use.local is not None:
                lines.append(f"        {use.local} = roots[{name!a}]")
            if use.whole and self._kinds[name] is RootKind.PROPERTIES:
                lines.append(f"        if {use.local}.__class__ is not dict:")
                lines.append("            return interpreted(roots)")
        lines.append(f"        return {self._result(self.visit(tree), result)}")
        lines.append("    except (KeyError, AttributeError):")
        lines.append("        return interpreted(roots)")
        slots = "".join(f"{slot} = " for slot in self._emit.slots)
        start = ["def rule(roots):", *([f"    {slots}None"] if slots else [])]
        return "\n".join([*start, *lines])

    def namespace(self, interpreted: Evaluate) -> dict[str, Any]:
        return self._emit.namespace(interpreted=interpreted)

    def _result(self, code: Code, result: ResultType) -> str:
        """Check that the rule gives what it must, as cheaply as is known to be enough."""
        emit = self._emit
        if result is ResultType.BOOL and code.boolean:
            return code.text
        check = emit.bind(partial(as_result, result=result))
        value = emit.temporary()
        if result is ResultType.BOOL:
            return (
                f"{value} if ({value} := {code.text}) is True or {value} is False"
                f" else {check}({value})"
            )
        if result is ResultType.NUMBER:
            kind = emit.temporary()
            return (
                f"{value} if ({kind} := ({value} := {code.text}).__class__) is float"
                f" or {kind} is int else {check}({value})"
            )
        return f"{check}({code.text})"

    def literal(self, node: syntax.Literal) -> Code:
        return self._emit.constant(node.value)

    def ident(self, node: syntax.Ident) -> Code:
        local = self._uses[node.name].local
        return Code(f"roots[{node.name!a}]" if local is None else local, atom=True)

    def select(self, node: syntax.Select) -> Code:
        slow = partial(self._emit.call, runtime.select)
        return self._member(node.operand, node.name, path_of(node), slow)

    def index(self, node: syntax.Index) -> Code:
        slow = partial(self._emit.call, runtime.index)
        if isinstance(node.index, syntax.Literal) and isinstance(node.index.value, str):
            return self._member(node.operand, node.index.value, path_of(node), slow)
        operand, key = self.visit(node.operand), self.visit(node.index)
        return Code(slow(operand.text, key.text, ascii(path_of(node))))

    def _member(self, operand: Node, name: str, path: str | None, slow: Callable[..., str]) -> Code:
        missing = self._emit.bind(runtime.no_such_key(path or path_to("the map", name)))
        key = ascii(name)
        if self._is_properties(operand):
            root = self.visit(operand).text
            return Code(f"{root}.get({key}, {missing})")
        value, binding = self._emit.held(self.visit(operand))
        other = slow(value, key, ascii(path))
        return Code(
            f"({value}.get({key}, {missing}) if ({binding}).__class__ is dict else {other})"
        )

    def _is_properties(self, node: Node) -> bool:
        return isinstance(node, syntax.Ident) and self._kinds[node.name] is RootKind.PROPERTIES

    def presence(self, node: syntax.Presence) -> Code:
        key = ascii(node.name)
        operand = self.visit(node.operand)
        if self._is_properties(node.operand):
            return Code(f"({key} in {operand.text})", boolean=True, total=True)
        value, binding = self._emit.held(operand)
        slow = self._emit.call(runtime.present, value, key)
        return guarded(f"{key} in {value} if ({binding}).__class__ is dict", slow)

    def unary(self, node: syntax.Unary) -> Code:
        operand = self.visit(node.operand)
        if node.operator == "-":
            value, binding = self._emit.held(operand)
            slow = self._emit.call(NEGATE.call, value)
            return Code(f"(-{value} if ({binding}).__class__ is float else {slow})")
        if operand.total:
            return Code(f"(not {operand.text})", boolean=True, total=True)
        value, binding = self._emit.held(operand)
        slow = value if operand.boolean else self._emit.call(NOT.call, value)
        text = f"(False if ({binding}) is True else True if {value} is False else {slow})"
        return Code(text, boolean=True)

    def binary(self, node: syntax.Binary) -> Code:
        if node.operator == "in":
            return self._membership(node)
        left, right = self.visit(node.left), self.visit(node.right)
        fast = arithmetic if node.operator in ARITHMETIC else comparison
        return fast(self._emit, node.operator, left, right, BINARY[node.operator])

    def _membership(self, node: syntax.Binary) -> Code:
        left = self.visit(node.left)
        if left.is_constant and isinstance(left.value, str) and self._is_properties(node.right):
            return Code(f"({left.text} in {self.visit(node.right).text})", boolean=True, total=True)
        strings = _strings(node.right)
        if strings and not left.is_constant:
            return one_of(self._emit, left, strings, "in", runtime.equal)
        return membership(self._emit, left, self.visit(node.right))

    def all_of(self, node: syntax.And) -> Code:
        return chain.all_of(self._emit, self._grouped(node.terms, "!="))

    def any_of(self, node: syntax.Or) -> Code:
        return chain.any_of(self._emit, self._grouped(node.terms, "=="))

    def _grouped(self, terms: tuple[Node, ...], operator: str) -> list[Code]:
        """Generate terms; neighbours that compare one property with strings become one look-up."""
        codes: list[Code] = []
        position = 0
        while position < len(terms):
            first = _string_comparison(terms[position], operator)
            strings: list[str] = []
            end = position
            while first is not None and end < len(terms):
                each = _string_comparison(terms[end], operator)
                if each is None or path_of(each[0]) != path_of(first[0]):
                    break
                strings.append(each[1])
                end += 1
            if first is None or len(strings) < 2:
                codes.append(self.visit(terms[position]))
                position += 1
                continue
            membership_operator = "in" if operator == "==" else "not in"
            operand = self.visit(first[0])
            codes.append(
                one_of(self._emit, operand, strings, membership_operator, BINARY[operator])
            )
            position = end
        return codes

    def conditional(self, node: syntax.Conditional) -> Code:
        condition = self.visit(node.condition)
        then, other = self.visit(node.then), self.visit(node.otherwise)
        boolean = then.boolean and other.boolean
        if condition.total:
            text = f"({then.text} if {condition.text} else {other.text})"
            return Code(text, boolean=boolean, total=then.total and other.total)
        value, binding = self._emit.held(condition)
        slow = self._emit.call(runtime.choice, value)
        return Code(
            f"({then.text} if ({binding}) is True"
            f" else {other.text} if {value} is False else {slow})",
            boolean=boolean,
        )

    def call(self, node: syntax.Call) -> Code:
        function = (FUNCTIONS if node.target is None else METHODS)[node.name]
        operands = [self.visit(each) for each in node.operands]
        boolean = all(each.result == BOOL for each in function.overloads)
        last = operands[-1]
        if len(operands) == 2 and last.is_constant and isinstance(last.value, str):
            if function.prepare is not None:
                prepared = function.prepare(last.value)
                return Code(self._emit.call(prepared, operands[0].text), boolean=boolean)
            if function.inline is not None:
                return inlined(self._emit, function, operands[0], last)
        text = self._emit.call(function.call, *(each.text for each in operands))
        return Code(text, boolean=boolean)

    def list_literal(self, node: syntax.ListLiteral) -> Code:
        items = [self.visit(each) for each in node.items]
        if all(each.is_constant for each in items):
            return Code(f"[{', '.join(each.text for each in items)}]")
        return Code(self._emit.call(runtime.make_list, *(each.text for each in items)))

    def map_literal(self, node: syntax.MapLiteral) -> Code:
        parts = [self.visit(each).text for entry in node.entries for each in entry]
        return Code(self._emit.call(runtime.make_map, *parts))


def _strings(node: Node) -> list[str]:
    """Give the items of a list literal of nothing but strings, else nothing."""
    if not isinstance(node, syntax.ListLiteral):
        return []
    values = [each.value if isinstance(each, syntax.Literal) else None for each in node.items]
    strings = [each for each in values if isinstance(each, str)]
    return strings if len(strings) == len(values) else []


def _string_comparison(node: Node, operator: str) -> tuple[Node, str] | None:
    """Take apart the comparison of something with a name with a string literal."""
    if not isinstance(node, syntax.Binary) or node.operator != operator:
        return None
    for operand, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other, syntax.Literal) and isinstance(other.value, str):
            return (operand, other.value) if path_of(operand) is not None else None
    return None


_VISIT: Final[dict[type, Callable[[_Generator, Any], Code]]] = {
    syntax.Literal: _Generator.literal,
    syntax.Ident: _Generator.ident,
    syntax.Select: _Generator.select,
    syntax.Presence: _Generator.presence,
    syntax.Index: _Generator.index,
    syntax.Unary: _Generator.unary,
    syntax.Binary: _Generator.binary,
    syntax.And: _Generator.all_of,
    syntax.Or: _Generator.any_of,
    syntax.Conditional: _Generator.conditional,
    syntax.Call: _Generator.call,
    syntax.ListLiteral: _Generator.list_literal,
    syntax.MapLiteral: _Generator.map_literal,
}
