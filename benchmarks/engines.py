"""Every engine that is measured, behind one face; what a missing package or rule does is told.

The peers have no types and are imported only when they are asked for, so that all of them are `Any`
here and nowhere else.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any, Final

from attribution_dsl import RuleError, compile_rule

from benchmarks.cases import Data, Subject

ROOTS: Final = ("event", "trigger")


class CannotSay(Exception):
    """An engine has no way to express or to run a rule."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is timed.

    Attributes:
        call: The function that is called.
        argument: What it is called with.
        statement: The call itself, of the names `call` and `argument`; it gives the result.
    """

    call: Callable[..., Any]
    argument: object
    statement: str = "call(argument)"


Prepare = Callable[[Any, Data], Run]


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine.

    Attributes:
        name: What it is called in tables.
        package: The distribution it comes in.
        build: Gives the function from source to something that can be run. What this function does
            is what a cold rule costs; what is needed once per process is done before.
        source: The rule in the engine's syntax.
        modes: Ways to give it the data, each with what is to be timed.
    """

    name: str
    package: str
    build: Callable[[], Callable[[str], Any]]
    source: Callable[[Subject], str]
    modes: Mapping[str, Prepare]

    def version(self) -> str:
        """Give the version that is installed.

        Raises:
            CannotSay: It is not installed.
        """
        if not self.package:
            return "this"
        try:
            return version(self.package)
        except ImportError as missing:
            raise CannotSay("not installed") from missing

    def compiler(self) -> Callable[[str], Any]:
        """Give the function from source to rule.

        Raises:
            CannotSay: The engine is not installed.
        """
        try:
            return self.build()
        except ImportError as missing:
            raise CannotSay("not installed") from missing

    def compile(self, subject: Subject) -> Any:
        """Make a rule.

        Raises:
            CannotSay: The engine is not installed, or refuses the rule.
        """
        compiler = self.compiler()
        try:
            return compiler(self.source(subject))
        except RuleError as refused:
            raise CannotSay(f"refused: {refused.diagnostics[0].message}") from refused
        except Exception as refused:
            raise CannotSay(f"cannot: {type(refused).__name__}") from refused


def _build_ours() -> Callable[[str], Any]:
    return lambda source: compile_rule(source, roots=ROOTS)


def _build_cpp() -> Callable[[str], Any]:
    cel = import_module("cel_expr_python.cel")
    environment = cel.NewEnv(variables=dict.fromkeys(ROOTS, cel.Type.DYN))

    def build(source: str) -> Any:
        return environment, environment.compile(source)

    return build


def _cpp_prepared(rule: Any, data: Data) -> Run:
    environment, expression = rule
    return Run(expression.eval, environment.Activation(data), "call(argument).value()")


def _cpp_plain(rule: Any, data: Data) -> Run:
    return Run(rule[1].eval, data, "call(data=argument).value()")


def _build_rust() -> Callable[[str], Any]:
    build: Callable[[str], Any] = import_module("cel").compile
    return build


def _rust_prepared(rule: Any, data: Data) -> Run:
    return Run(rule.execute, import_module("cel").Context(variables=data))


def _rust_plain(rule: Any, data: Data) -> Run:
    return Run(rule.execute, data)


def _build_celpy() -> Callable[[str], Any]:
    celpy = import_module("celpy")
    # It logs every error of an evaluation; that is no part of what is compared.
    logging.getLogger("celpy").setLevel(logging.CRITICAL)
    logging.getLogger("celpy").propagate = False
    logging.getLogger("celpy").addHandler(logging.NullHandler())
    # The faster of its two runners.
    environment = celpy.Environment(runner_class=celpy.CompiledRunner)
    return lambda source: environment.program(environment.compile(source))


def _celpy_prepared(rule: Any, data: Data) -> Run:
    convert = import_module("celpy").json_to_cel
    return Run(rule.evaluate, {name: convert(value) for name, value in data.items()})


def _celpy_plain(rule: Any, data: Data) -> Run:
    convert = import_module("celpy").json_to_cel

    def evaluate(roots: Data) -> Any:
        return rule.evaluate({name: convert(value) for name, value in roots.items()})

    return Run(evaluate, data)


def _build_rule_engine() -> Callable[[str], Any]:
    build: Callable[[str], Any] = import_module("rule_engine").Rule
    return build


def _rule_engine_plain(rule: Any, data: Data) -> Run:
    return Run(rule.matches, data)


def _build_zen() -> Callable[[str], Any]:
    build: Callable[[str], Any] = import_module("zen").compile_expression
    return build


def _zen_prepared(rule: Any, data: Data) -> Run:
    # It knows no context that is built once; text is what it takes fastest.
    return Run(rule.evaluate, json.dumps(data))


def _zen_plain(rule: Any, data: Data) -> Run:
    return Run(rule.evaluate, data)


def _ours_plain(rule: Any, data: Data) -> Run:
    return Run(rule.evaluate, data)


def _cel(subject: Subject) -> str:
    return subject.cel


OURS: Final = Engine("attribution_dsl", "", _build_ours, _cel, {"plain": _ours_plain})
PEERS: Final = (
    Engine(
        "cel-expr-python",
        "cel-expr-python",
        _build_cpp,
        _cel,
        {"prepared": _cpp_prepared, "plain": _cpp_plain},
    ),
    Engine(
        "common-expression-language",
        "common-expression-language",
        _build_rust,
        _cel,
        {"prepared": _rust_prepared, "plain": _rust_plain},
    ),
    Engine(
        "cel-python",
        "cel-python",
        _build_celpy,
        _cel,
        {"prepared": _celpy_prepared, "plain": _celpy_plain},
    ),
    Engine(
        "rule-engine",
        "rule-engine",
        _build_rule_engine,
        lambda subject: subject.rule_engine,
        # It reads plain dicts as they are: there is nothing to prepare.
        {"plain": _rule_engine_plain},
    ),
    Engine(
        "zen-engine",
        "zen-engine",
        _build_zen,
        lambda subject: subject.zen,
        {"prepared": _zen_prepared, "plain": _zen_plain},
    ),
)
ENGINES: Final = (OURS, *PEERS)
