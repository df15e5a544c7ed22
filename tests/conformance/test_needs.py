"""What tests need of CEL, and the group that they are counted in."""

from typing import Any

import pytest
from conformance.needs import PROTOBUF, Group, Need, first, group_of, needs, tokens
from conformance.suite import Case, cases_of
from conformance.test_suite import one

NESTED = {"listValue": {"values": [{"mapValue": {"entries": [{"key": {"uint64Value": "1"}}]}}]}}


def case(expr: str, **fields: Any) -> Case:
    return one({"original": {"name": "a", "expr": expr, **fields}})


def variable(declared: Any) -> dict[str, Any]:
    return {"typeEnv": [{"name": "x", "ident": {"type": declared}}]}


@pytest.mark.parametrize(
    ("expr", "fields", "expected"),
    [
        ("1 + 1", {}, set()),
        ("'1u' == r'b\"x\"' // 1u", {}, set()),
        ("'key' in {'type': 1}", {}, set()),
        ("x.type == x.`content-type`", {}, set()),
        ("x.bytes", {}, set()),
        ("timestamp(0)", {}, set()),
        ("google.protobuf.Timestamp == x", {}, set()),
        ("1u", {}, {Need.UINT}),
        ("0xFFu", {}, {Need.UINT}),
        ("uint(1)", {}, {Need.UINT}),
        ("x", variable({"primitive": "UINT64"}), {Need.UINT}),
        ("x", {"value": NESTED}, {Need.UINT}),
        ("x", {"bindings": {"x": {"value": NESTED}}}, {Need.UINT}),
        ("b'x'", {}, {Need.BYTES}),
        ('bR"""\\"""', {}, {Need.BYTES}),
        ("bytes('x')", {}, {Need.BYTES}),
        ("x", variable({"listType": {"elemType": {"primitive": "BYTES"}}}), {Need.BYTES}),
        ("type(1)", {}, {Need.TYPE}),
        ("int", {"value": {"typeValue": "int"}}, {Need.TYPE}),
        ("type(1u) == type(b'')", {}, {Need.UINT, Need.BYTES, Need.TYPE}),
        ("TestAllTypes{a: 1}", {}, {Need.MESSAGE}),
        (". cel // a comment\n . expr . X", {}, {Need.MESSAGE}),
        ("google.protobuf.Any", {}, {Need.MESSAGE}),
        ("x", variable({"messageType": "a.B"}), {Need.MESSAGE}),
        ("x", {"value": {"objectValue": {"uint64Value": 1}}}, {Need.MESSAGE}),
        ("x", {"container": "cel.expr"}, {Need.MESSAGE}),
        ("x", {"container": "x"}, {Need.CONTAINER}),
        ("x", {"value": {"enumValue": {}}}, {Need.ENUM}),
        ("TestAllTypes.NestedEnum.BAR", {}, {Need.ENUM}),
        ("google.protobuf.Int32Value{value: 1}", {}, {Need.WRAPPER}),
        ("T{single_int32_wrapper: 1}", {}, {Need.WRAPPER}),
        ("x", variable({"wrapper": "INT64"}), {Need.WRAPPER}),
        ("x", {"checkOnly": True}, {Need.CHECK_ONLY}),
    ],
)
def test_needs(expr: str, fields: dict[str, Any], expected: set[Need]) -> None:
    assert needs(case(expr, **fields)) == expected


def test_dotted_names_are_one_token() -> None:
    found = [(each.kind, each.text, each.selected) for each in tokens("a . b().c + {}.d.e")]
    assert found == [
        ("name", "a.b", False),
        ("symbol", "(", False),
        ("symbol", ")", False),
        ("symbol", ".", False),
        ("name", "c", True),
        ("symbol", "+", False),
        ("symbol", "{", False),
        ("symbol", "}", False),
        ("symbol", ".", False),
        ("name", "d.e", True),
    ]


@pytest.mark.parametrize(
    ("file", "expr", "group"),
    [
        ("basic", "1", Group.CORE),
        ("basic", "1u", Group.REST),
        ("string_ext", "1", Group.STRINGS),
        ("math_ext", "1u", Group.MATH),
        ("math_ext", "T{}", Group.REST),
        ("optionals", "1", Group.OPTIONALS),
        ("macros2", "1", Group.MACROS2),
        ("sets_ext", "1", Group.SETS),
        ("block_ext", "1", Group.REST),
    ],
)
def test_groups(file: str, expr: str, group: Group) -> None:
    section = {"name": "section", "tests": [{"original": {"name": "a", "expr": expr}}]}
    (found,) = cases_of({"suites": [{"name": file, "suites": [section]}]})
    assert group_of(found, needs(found)) is group


def test_a_test_is_counted_for_one_need() -> None:
    assert first(frozenset()) is None
    assert first(frozenset({Need.BYTES, Need.MESSAGE, Need.UINT})) is Need.MESSAGE
    assert Need.UINT not in PROTOBUF
