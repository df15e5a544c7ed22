"""Generated code of `&&` and `||`.

A chain that is the whole rule becomes statements, one `if` for each term: nothing is quicker.

Anywhere else the code is one condition, so that Python jumps from term to term without making a
value of each. A term with a fast path keeps what its slow path gives in a slot, a local that is
None until then, and only where the term turns out not to be true is its slot looked at.
"""

from typing import Final

from attribution_dsl import runtime
from attribution_dsl.emit import Code, Emitter, in_slot
from attribution_dsl.overloads import no_overload

# A longer chain becomes a tree, so that the code does not nest as deep as the chain is long.
_LONGEST: Final = 12


def all_of(emit: Emitter, terms: list[Code]) -> Code:
    """Generate `&&`: false if any term is, else the first error, else true."""
    if len(terms) > _LONGEST:
        return all_of(emit, [all_of(emit, half) for half in _halves(terms)])
    return terms[0] if len(terms) == 1 else _Chain(emit, "&&", terms).code()


def any_of(emit: Emitter, terms: list[Code]) -> Code:
    """Generate `||`: true if any term is, else the first error, else false."""
    if len(terms) > _LONGEST:
        return any_of(emit, [any_of(emit, half) for half in _halves(terms)])
    return terms[0] if len(terms) == 1 else _Chain(emit, "||", terms).code()


def statements(emit: Emitter, operator: str, terms: list[Code]) -> list[str]:
    """Generate a chain that is the whole rule.

    Args:
        emit: Hands out names.
        operator: `&&` or `||`.
        terms: At least two.

    Returns:
        Lines that end in a `return` in every case.
    """
    chain = _Statements(emit, operator)
    lines = ["failure = None"]
    for term in terms:
        lines += chain.of_term(term)
    return [*lines, f"return {chain.neutral} if failure is None else failure"]


class _Statements:
    def __init__(self, emit: Emitter, operator: str) -> None:
        self._emit = emit
        self._operator = operator
        self._decisive = "False" if operator == "&&" else "True"
        self.neutral = "True" if operator == "&&" else "False"
        self._may_have_failed = False

    def of_term(self, term: Code) -> list[str]:
        """Write what decides, or keeps the first failure."""
        if term.total:
            return self._decide(term.text)
        lines: list[str] = []
        for test, guard in term.branches:
            lines += [f"elif {guard}:", *self._indented(test)]
        for value, guard in term.errors:
            lines += [f"elif {guard}:", *self._keep(value)]
        lines += self._otherwise(term)
        self._may_have_failed = True
        return [lines[0].removeprefix("el"), *lines[1:]]

    def _decide(self, test: str) -> list[str]:
        negation = "not " if self._decisive == "False" else ""
        return [f"if {negation}({test}):", f"    return {self._decisive}"]

    def _indented(self, test: str) -> list[str]:
        if test == self.neutral:
            return ["    pass"]
        if test == self._decisive:
            return [f"    return {self._decisive}"]
        return [f"    {line}" for line in self._decide(test)]

    def _otherwise(self, term: Code) -> list[str]:
        """Write what is done where no fast path is taken, or where there is none."""
        value = self._emit.temporary()
        failure = value
        if not term.boolean:
            failure = self._emit.call(no_overload, ascii(self._operator), value)
        slow = term.slow if term.branches else term.text
        return [
            f"elif ({value} := {slow}) is not {self.neutral}:",
            f"    if {value} is {self._decisive}:",
            f"        return {self._decisive}",
            *self._keep(failure),
        ]

    def _keep(self, failure: str) -> list[str]:
        if self._may_have_failed:
            return ["    if failure is None:", f"        failure = {failure}"]
        return [f"    failure = {failure}"]


def _halves(terms: list[Code]) -> tuple[list[Code], list[Code]]:
    middle = len(terms) // 2
    return terms[:middle], terms[middle:]


class _Chain:
    def __init__(self, emit: Emitter, operator: str, terms: list[Code]) -> None:
        self._emit = emit
        self._operator = operator
        self._terms = terms
        # Per term that may be an error: that it took no slow path; its error; its value.
        self._neutral = "True" if operator == "&&" else "False"
        self._smooth: list[str] = []
        self._errors: list[str] = []
        self._values: list[str] = []

    def code(self) -> Code:
        joint = " and " if self._operator == "&&" else " or "
        condition = joint.join(map(self._test, self._terms))
        if all(term.total for term in self._terms):
            return Code(f"({condition})", boolean=True, total=True)
        settled = self._settled()
        if self._operator == "&&":
            return Code(f"(({settled}) if {condition} else False)", boolean=True)
        return Code(f"(True if {condition} else {settled})", boolean=True)

    def _test(self, term: Code) -> str:
        """Write the test whether a term does not decide (`&&`), or does (`||`)."""
        if term.total:
            return term.text
        conjunction = self._operator == "&&"
        if term.branches:
            slot = self._emit.slot()
            self._smooth.append(f"{slot} is None")
            self._errors.append(f"{slot} if {slot}.__class__ is Error else ")
            self._values.append(f"{self._neutral} if {slot} is None else {slot}")
            test = in_slot(term, slot)
            return f"({test} or {slot}.__class__ is Error)" if conjunction else test
        value, binding = self._emit.held(term)
        self._smooth.append(f"{value} is {self._neutral}")
        self._errors.append(f"{value} if {value} is not {self._neutral} else ")
        self._values.append(value)
        return f"({binding}) is not False" if conjunction else f"({binding}) is True"

    def _settled(self) -> str:
        """Write the result where no term decides: the first error, else what is neutral."""
        if all(term.boolean for term in self._terms):
            smooth = " and ".join(self._smooth)
            return f"{self._neutral} if {smooth} else {''.join(self._errors)}{self._neutral}"
        return self._emit.call(runtime.settled, ascii(self._operator), *self._values)
