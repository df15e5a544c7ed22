"""The rules for migrations that old and new servers survive side by side, read from the files."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from attribution_service.storage import schema

VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"
# Before the first release there was nobody to survive them.
FREE = 8
# What programs that do not know of it would trip over.
TAKES_AWAY = {
    "alter_column",
    "create_check_constraint",
    "create_exclude_constraint",
    "create_foreign_key",
    "create_unique_constraint",
    "drop_column",
    "drop_constraint",
    "drop_table",
    "rename_table",
}


def files() -> list[Path]:
    return sorted(VERSIONS.glob("[0-9]*.py"))


@pytest.mark.parametrize("file", files(), ids=lambda file: file.name[:4])
def test_migrations_keep_the_rules(file: Path) -> None:
    assert list(faults(file.read_text())) == []


def test_every_version_is_known_by_its_file() -> None:
    assert [file.name[:4] for file in files()] == sorted(s.version for s in schema.load().steps)


def faults(source: str) -> Iterator[str]:
    """What a migration does that it must not."""
    tree = ast.parse(source)
    said = {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    kind = said.get("kind")
    if kind not in ("expands", "contracts"):
        yield "does not say whether it expands or contracts"
    if int(str(said["revision"])) <= FREE:
        return
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = {first_text(call) for call in calls if name(call) == "op.create_table"}
    for call in calls:
        called = name(call)
        if kind == "expands" and called.removeprefix("op.") in TAKES_AWAY:
            yield f"{called} contracts"
        if kind == "expands" and called == "op.add_column" and demands(call):
            yield "a new column that old programs cannot fill contracts"
        if called == "op.create_index" and second_text(call) not in made:
            yield "an index of a table that may be large is made by large_tables.create_index"
        if called == "large_tables.create_index" and any(
            name(other).startswith("op.") for other in calls
        ):
            yield "an index of a large table is made in a migration of its own"


def name(call: ast.Call) -> str:
    return ast.unparse(call.func)


def first_text(call: ast.Call) -> str:
    return ast.unparse(call.args[0])


def second_text(call: ast.Call) -> str:
    return ast.unparse(call.args[1])


def demands(call: ast.Call) -> bool:
    """Whether a column must be filled and has no default."""
    column = call.args[1]
    if not isinstance(column, ast.Call):
        return True
    given = {word.arg: ast.unparse(word.value) for word in column.keywords}
    return given.get("nullable") != "True" and "server_default" not in given


HEAD = 'revision = "0042"\nkind = "{}"\ndef upgrade():\n    {}\n'


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        ("", "pass", "does not say"),
        ("expands", 'op.drop_column("people", "moves")', "op.drop_column contracts"),
        ("expands", 'op.alter_column("people", "moves", nullable=True)', "alter_column contracts"),
        ("expands", 'op.add_column("people", sa.Column("a", sa.Text()))', "cannot fill"),
        (
            "expands",
            'op.add_column("people", sa.Column("a", sa.Text(), nullable=False))',
            "cannot fill",
        ),
        ("expands", 'op.create_index("i", "people", ["a"])', "large_tables.create_index"),
        ("contracts", 'op.create_index("i", "people", ["a"])', "large_tables.create_index"),
        (
            "expands",
            'large_tables.create_index("i", "people", ["a"]); op.execute("SELECT 1")',
            "of its own",
        ),
    ],
)
def test_faults_are_found(kind: str, body: str, told: str) -> None:
    assert any(told in fault for fault in faults(HEAD.format(kind, body)))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("expands", 'op.add_column("people", sa.Column("a", sa.Text(), nullable=True))'),
        (
            "expands",
            'op.add_column("p", sa.Column("a", sa.Text(), nullable=False, server_default=""))',
        ),
        ("expands", 'op.create_table("new"); op.create_index("i", "new", ["a"])'),
        ("expands", 'large_tables.create_index("i", "people", ["a"])'),
        ("contracts", 'op.drop_column("people", "moves")'),
    ],
)
def test_what_is_right_passes(kind: str, body: str) -> None:
    assert not list(faults(HEAD.format(kind, body)))
