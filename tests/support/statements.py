"""Reads the statements that go to PostgreSQL: of which buckets each table is asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from attribution_service.storage import tables
from pglast import ast, parse_sql
from pglast.enums import A_Expr_Kind, BoolExprType

_PARAMETER = re.compile(r"%\((\w+)\)s")
_SPREAD = {table.name for table in tables.BY_BUCKET}
# Where a bucket is named: a parameter, or the column of a table by its alias.
Term = int | str


@dataclass(frozen=True, slots=True)
class Asked:
    """A table that is spread and the buckets that it is asked for; None: it is asked for all."""

    table: str
    buckets: frozenset[int] | None


def asked(text: str, given: Mapping[str, Any]) -> list[Asked]:
    """The tables of people and buckets in a statement, each as often as it is there."""
    names: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    (raw,) = parse_sql(_PARAMETER.sub(numbered, text))
    values = [given[name] for name in names]
    found: list[Asked] = []
    for query in _queries(raw.stmt):
        found += _Query(query, values).asked()
    return found


@dataclass(slots=True)
class _Query:
    """One level of a statement: its tables, and which buckets its conditions hold equal."""

    node: Any
    values: Sequence[Any]
    aliases: dict[str, str] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    equal: list[tuple[Any, Any]] = field(default_factory=list)

    def asked(self) -> list[Asked]:
        if isinstance(self.node, ast.InsertStmt):
            return self._inserted()
        for each in _sources(self.node):
            self._add(each)
        self._hold(getattr(self.node, "whereClause", None))
        return [
            Asked(table, self._buckets(f"{alias}.bucket", set()))
            for alias, table in self.aliases.items()
            if table in _SPREAD
        ]

    def _inserted(self) -> list[Asked]:
        table = self.node.relation.relname
        if table not in _SPREAD:
            return []
        position = [column.name for column in self.node.cols].index("bucket")
        select = self.node.selectStmt
        if select.valuesLists:
            rows = [row[position] for row in select.valuesLists]
            return [Asked(table, frozenset(_int(self._value(row)) for row in rows))]
        inner = _Query(select, self.values)
        inner.asked()
        value = select.targetList[position].val
        return [Asked(table, inner.of(value))]

    def of(self, value: Any) -> frozenset[int] | None:
        """The buckets that an expression may be."""
        if isinstance(value, ast.ColumnRef):
            return self._buckets(self._name(value), set())
        return _ints(self._value(value))

    def _add(self, source: Any) -> None:
        alias: Any = getattr(source, "alias", None)
        if isinstance(source, ast.JoinExpr):
            self._add(source.larg)
            self._add(source.rarg)
            self._hold(source.quals)
        elif isinstance(source, ast.RangeVar):
            table = str(source.relname)
            self.aliases[alias.aliasname if alias else table] = table
        elif isinstance(source, ast.RangeFunction):
            functions: Any = source.functions
            for column, value in zip(alias.colnames or (), functions[0][0].args, strict=False):
                self.given[f"{alias.aliasname}.{column.sval}"] = self._value(value)

    def _hold(self, condition: Any) -> None:
        kind = type(condition)
        if kind is ast.BoolExpr and condition.boolop == BoolExprType.AND_EXPR:
            for each in condition.args:
                self._hold(each)
        elif (
            kind is ast.A_Expr
            and condition.kind == A_Expr_Kind.AEXPR_OP
            and condition.name[0].sval == "="
        ):
            self.equal.append((condition.lexpr, condition.rexpr))

    def _buckets(self, name: str, seen: set[str]) -> frozenset[int] | None:
        """What the conditions say a column to be, over other columns that are equal to it."""
        if name in self.given:
            return _ints(self.given[name])
        seen.add(name)
        for one, other in [*self.equal, *((b, a) for a, b in self.equal)]:
            if not isinstance(one, ast.ColumnRef) or self._name(one) != name:
                continue
            if not isinstance(other, ast.ColumnRef):
                return _ints(self._value(other))
            if self._name(other) not in seen:
                found = self._buckets(self._name(other), seen)
                if found is not None:
                    return found
        return None

    def _name(self, column: Any) -> str:
        parts = [part.sval for part in column.fields]
        if len(parts) == 1:
            spread = [alias for alias, table in self.aliases.items() if table in _SPREAD]
            parts = [spread[0] if len(spread) == 1 else "", *parts]
        return ".".join(parts)

    def _value(self, node: Any) -> Any:
        if isinstance(node, ast.TypeCast):
            return self._value(node.arg)
        if isinstance(node, ast.ParamRef):
            return self.values[int(node.number or 0) - 1]
        if isinstance(node, ast.A_Const):
            return getattr(node.val, "ival", None)
        return None


def _queries(node: Any) -> Iterator[Any]:
    """All levels of a statement; what an insert selects is a level of its own."""
    if isinstance(node, (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt)):
        yield node
    if isinstance(node, ast.Node):
        for name in node:
            yield from _queries(getattr(node, name))
    elif isinstance(node, (list, tuple)):
        for each in node:
            yield from _queries(each)


def _sources(node: Any) -> Iterator[Any]:
    yield from getattr(node, "fromClause", None) or ()
    yield from getattr(node, "usingClause", None) or ()
    if isinstance(node, (ast.UpdateStmt, ast.DeleteStmt)):
        yield node.relation


def _ints(value: Any) -> frozenset[int] | None:
    if isinstance(value, int):
        return frozenset((value,))
    if isinstance(value, list):
        return frozenset(map(_int, value))
    return None


def _int(value: Any) -> int:
    assert isinstance(value, int)
    return value
