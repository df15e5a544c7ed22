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

from attribution_dsl import chain, meter, runtime, syntax
from attribution_dsl.emit import Code, Emitter, Read, guarded
from attribution_dsl.fast import Slow, arithmetic, comparison, inlined, membership, one_of
from attribution_dsl.functions import FUNCTIONS, METHODS
from attribution_dsl.interpret import BINARY
from attribution_dsl.kinds import BOOL
from attribution_dsl.loop import Loop, define
from attribution_dsl.macros import OF_OPTIONAL
from attribution_dsl.meter import CHARACTERS_PER_STEP, ITEMS_PER_STEP, Meter
from attribution_dsl.operators import ARITHMETIC, NEGATE, NOT
from attribution_dsl.overloads import no_overload
from attribution_dsl.results import ResultType, as_result
from attribution_dsl.roots import RootKind
from attribution_dsl.syntax import Node, path_of, path_to, with_depth
from attribution_dsl.uses import uses_of

Evaluate = Callable[[Mapping[str, object]], object]


def generate(
    tree: Node,
    kinds: Mapping[str, RootKind],
    iterations: int,
    result: ResultType,
    interpreted: Evaluate,
) -> Evaluate:
    """Compile a rule.

    Args:
        tree: A checked rule.
        kinds: What each root holds.
        iterations: How many steps its comprehensions may take together.
        result: What the rule must give.
        interpreted: Evaluates the same rule where the data is not shaped as the code expects.

    Returns:
        The function from data to result.
    """
    generator = _Generator(tree, kinds, iterations)
    code = compile(generator.source(tree, result), "<rule>", "exec")
    namespace = generator.namespace(interpreted)
    exec(code, namespace)  # noqa: S102 - made of names of our own and of ascii() of constants
    function: Evaluate = namespace["rule"]
    return function


class _Generator:
    def __init__(self, tree: Node, kinds: Mapping[str, RootKind], iterations: int) -> None:
        self._kinds = kinds
        self._iterations = iterations
        self._loops = _loops_in(tree)
        self._uses = uses_of(tree, kinds)
        self._emit = Emitter()
        self._scope: dict[str, str] = {}
        self._variables = 0

    def visit(self, node: Node) -> Code:
        return _VISIT[node.__class__](self, node)

    def source(self, tree: Node, result: ResultType) -> str:
        """Write the function, after those of its loops.

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
        lines += [f"        {line}" for line in self._body(tree, result)]
        lines.append("    except (KeyError, AttributeError):")
        lines.append("        return interpreted(roots)")
        slots = "".join(f"{slot} = " for slot in self._emit.frame.slots)
        start = ["def rule(roots):", *([f"    {slots}None"] if slots else [])]
        if self._emit.metered:
            start.append(f"    meter = {self._emit.call(Meter, str(self._iterations))}")
        return "\n".join([*self._emit.functions, *start, *lines])

    def _body(self, tree: Node, result: ResultType) -> list[str]:
        if isinstance(tree, syntax.And | syntax.Or) and result is not ResultType.NUMBER:
            operator, equality = ("&&", "!=") if isinstance(tree, syntax.And) else ("||", "==")
            terms = self._grouped(tree.terms, equality)
            if len(terms) > 1:
                return chain.statements(self._emit, operator, terms)
            return [f"return {terms[0].text}"]
        return [f"return {self._result(self.visit(tree), result)}"]

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
        if local is None:
            return Code(f"roots[{node.name!a}]", atom=True)
        return Code(self._emit.use(local), atom=True)

    def local(self, node: syntax.Local) -> Code:
        return Code(self._emit.use(self._scope[node.name]), atom=True)

    def select(self, node: syntax.Select) -> Code:
        if node.optional:
            slow = partial(self._emit.call, runtime.optional_select)
            return self._optional_member(node.operand, node.name, path_of(node), slow)
        slow = partial(self._emit.call, runtime.select)
        return self._member(node.operand, node.name, path_of(node), slow)

    def index(self, node: syntax.Index) -> Code:
        if node.optional:
            return self._optional_index(node)
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
            read = Read(f"{root}.get({key})", f"{key} not in {root}", missing)
            return Code(f"{root}.get({key}, {missing})", read=read)
        value, binding = self._emit.held(self.visit(operand))
        other = slow(value, key, ascii(path))
        return Code(
            f"({value}.get({key}, {missing}) if ({binding}).__class__ is dict else {other})"
        )

    def _optional_member(
        self, operand: Node, name: str, path: str | None, slow: Callable[..., str]
    ) -> Code:
        if not self._is_properties(operand):
            return Code(slow(self.visit(operand).text, ascii(name), ascii(path)))
        root, value = self.visit(operand).text, self._emit.temporary()
        # Data holds no optional values, so NONE can stand for what is not there.
        found = self._emit.call(runtime.some, value)
        return Code(f"(NONE if ({value} := {root}.get({name!a}, NONE)) is NONE else {found})")

    def _optional_index(self, node: syntax.Index) -> Code:
        slow = partial(self._emit.call, runtime.optional_index)
        if isinstance(node.index, syntax.Literal) and isinstance(node.index.value, str):
            return self._optional_member(node.operand, node.index.value, path_of(node), slow)
        operand, key = self.visit(node.operand), self.visit(node.index)
        return Code(slow(operand.text, key.text, ascii(path_of(node))))

    def _is_properties(self, node: Node) -> bool:
        return isinstance(node, syntax.Ident) and self._kinds[node.name] is RootKind.PROPERTIES

    def presence(self, node: syntax.Presence) -> Code:
        key = ascii(node.name)
        operand = self.visit(node.operand)
        if self._is_properties(node.operand):
            return Code(f"({key} in {operand.text})", boolean=True, total=True)
        value, binding = self._emit.held(operand)
        slow = self._emit.call(runtime.present, value, key)
        return guarded(slow, ((f"{key} in {value}", f"({binding}).__class__ is dict"),))

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
        scalar = left.is_constant or right.is_constant
        return fast(self._emit, node.operator, left, right, self._slow(node.operator, scalar))

    def _slow(self, operator: str, scalar: bool = False) -> Slow:
        """Give what writes the call of a binary operator of any values.

        Args:
            operator: Its symbol.
            scalar: Whether one of the values is known to be no list and no map.
        """
        quick = scalar and operator in {"==", "!="}
        if self._emit.in_loop and operator in meter.BINARY and not quick:
            return lambda *values: self._emit.call(
                meter.BINARY[operator], self._emit.meter(), *values
            )
        return partial(self._emit.call, BINARY[operator])

    def _membership(self, node: syntax.Binary) -> Code:
        left = self.visit(node.left)
        if left.is_constant and isinstance(left.value, str) and self._is_properties(node.right):
            return Code(f"({left.text} in {self.visit(node.right).text})", boolean=True, total=True)
        strings = _strings(node.right)
        # A longer list would take steps from the meter.
        short = len(strings) < ITEMS_PER_STEP or not self._emit.in_loop
        if strings and short and not left.is_constant:
            return one_of(self._emit, left, strings, "in", self._slow("==", scalar=True))
        return membership(self._emit, left, self.visit(node.right), self._slow("in"))

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
                if each is None or each[0] != first[0]:
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
                one_of(
                    self._emit,
                    operand,
                    strings,
                    membership_operator,
                    self._slow(operator, scalar=True),
                )
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
        last = operands[-1].value if node.arguments else None
        metered = function.linear and self._emit.in_loop
        if isinstance(last, str) and function.prepare is not None and not metered:
            return self._prepared(function.prepare(last), operands[:-1], boolean)
        texts = [each.text for each in operands]
        if metered:
            limits = (self._emit.meter(), self._emit.bind(function), str(node.ends_in_literal))
            slow = partial(self._emit.call, meter.call, *limits)
        else:
            slow = partial(self._emit.call, function.call)
        short = isinstance(last, str) and (len(last) < CHARACTERS_PER_STEP or not metered)
        if short and function.inline is not None:
            return inlined(self._emit, function, operands[0], operands[1], slow)
        return Code(slow(*texts), boolean=boolean)

    def _prepared(self, call: Callable[..., object], operands: list[Code], boolean: bool) -> Code:
        if operands:
            return Code(self._emit.call(call, *(each.text for each in operands)), boolean=boolean)
        # Nothing is left that data decides.
        return Code(self._emit.bind(call()), atom=True)

    def fallback(self, node: syntax.Fallback) -> Code:
        emit = self._emit
        value, binding = emit.held(self.visit(node.target))
        other = self.visit(node.alternative).text
        name = ascii("orValue" if node.unwrap else "or")
        if not node.unwrap:
            other = emit.call(runtime.as_optional, name, other)
        some = f"{value}.value" if node.unwrap else value
        slow = emit.call(no_overload, name, value)
        return Code(
            f"({other} if ({binding}) is NONE"
            f" else {some} if {value}.__class__ is Optional else {slow})"
        )

    def comprehension(self, node: syntax.Comprehension) -> Code:
        target = self.visit(node.target)
        self._variables += len(node.variables)
        names = [f"v{self._variables - place}" for place, _ in enumerate(node.variables)]
        outer = self._scope
        self._scope = outer | dict(zip(node.variables, names, strict=True))
        if node.macro in OF_OPTIONAL:
            code = self._of_optional(node, target, names[0])
        else:
            code = self._loop(node, target, names)
        self._scope = outer
        return code

    def _loop(self, node: syntax.Comprehension, target: Code, names: list[str]) -> Code:
        nested = self._emit.in_loop
        with self._emit.function(*names) as frame:
            parts = [self.visit(each) for each in node.body]
            if self._loops > 1 or node.macro == "transformMapEntry":
                self._emit.meter()
            alone = "meter" not in frame.captured
            loop = Loop(node.macro, names, parts, frame, nested)
            name = define(self._emit, loop, self._iterations if alone else None)
        captured = [*map(self._emit.use, frame.captured)]
        sought = _sought(node) if alone else None
        if sought is not None:
            return self._search(sought, target, lambda items: _call(name, items, *captured))
        boolean = node.macro in {"all", "exists", "exists_one", "existsOne"}
        return Code(_call(name, target.text, *captured), boolean=boolean)

    def _search(self, text: str, target: Code, loop: Callable[[str], str]) -> Code:
        """Generate `target.exists(x, x == text)`: the loop is needed only where it is not found."""
        held = self._emit.operand(target)
        few = f"len({held.name}) <= {self._iterations}"
        found = f"({held.binding}).__class__ is list and {few} and {text!a} in {held.name}"
        return guarded(loop(held.name), (("True", found),), held.errors)

    def _of_optional(self, node: syntax.Comprehension, target: Code, name: str) -> Code:
        emit = self._emit
        value, binding = emit.held(target)
        emit.define(name)
        body = self.visit(node.body[0]).text
        if node.macro == "optFlatMap":
            made = emit.call(runtime.as_optional, ascii(node.macro), body)
        else:
            made = emit.call(runtime.some, body)
        slow = emit.call(no_overload, ascii(node.macro), value)
        # The pair is always true: it is there to give the value its name.
        named = f"{value}.__class__ is Optional and ({name} := {value}.value,)"
        return Code(f"(NONE if ({binding}) is NONE else {made} if {named} else {slow})")

    def list_literal(self, node: syntax.ListLiteral) -> Code:
        items = [self.visit(each.value) for each in node.items]
        text = f"[{', '.join(each.text for each in items)}]"
        optional = tuple(place for place, each in enumerate(node.items) if each.optional)
        if not optional and all(each.is_constant for each in items):
            return Code(text)
        return Code(self._emit.call(runtime.make_list, text, repr(optional)))

    def map_literal(self, node: syntax.MapLiteral) -> Code:
        parts = [self.visit(part).text for each in node.entries for part in (each.key, each.value)]
        optional = tuple(place for place, each in enumerate(node.entries) if each.optional)
        return Code(self._emit.call(runtime.make_map, f"[{', '.join(parts)}]", repr(optional)))


def _sought(node: syntax.Comprehension) -> str | None:
    """Give the text that a macro looks for among strings, if it does no more."""
    found = _string_comparison(node.body[0], "==") if node.macro == "exists" else None
    if found is None or len(node.variables) > 1:
        return None
    operand, text = found
    return text if operand == syntax.Local(node.variables[0], operand.span) else None


def _call(name: str, *arguments: str) -> str:
    return f"{name}({', '.join(arguments)})"


def _loops_in(tree: Node) -> int:
    """Count the comprehensions that take steps."""
    return sum(
        isinstance(node, syntax.Comprehension) and node.macro not in OF_OPTIONAL
        for node, _ in with_depth(tree)
    )


def _strings(node: Node) -> list[str]:
    """Give the items of a list literal of nothing but strings, else nothing."""
    if not isinstance(node, syntax.ListLiteral):
        return []
    literals = [each.value for each in node.items if not each.optional]
    values = [each.value if isinstance(each, syntax.Literal) else None for each in literals]
    if len(values) < len(node.items):
        return []
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
    syntax.Local: _Generator.local,
    syntax.Select: _Generator.select,
    syntax.Presence: _Generator.presence,
    syntax.Index: _Generator.index,
    syntax.Unary: _Generator.unary,
    syntax.Binary: _Generator.binary,
    syntax.And: _Generator.all_of,
    syntax.Or: _Generator.any_of,
    syntax.Conditional: _Generator.conditional,
    syntax.Call: _Generator.call,
    syntax.Fallback: _Generator.fallback,
    syntax.Comprehension: _Generator.comprehension,
    syntax.ListLiteral: _Generator.list_literal,
    syntax.MapLiteral: _Generator.map_literal,
}
