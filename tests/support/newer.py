"""Programs of later versions, made up: this one's migrations, and more behind them."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from attribution_service.storage import schema

_HEAD = '''"""Made up."""

import sqlalchemy as sa
from alembic import op
from attribution_service.storage import large_tables

revision = "{version}"
down_revision = "{before}"
branch_labels = None
depends_on = None
kind = "{kind}"
{floor}

def upgrade() -> None:
'''

EXPAND = 'op.add_column("deliveries", sa.Column("weight", sa.Double(), nullable=True))'
INDEX = 'large_tables.create_index("by_weight", "deliveries", ["bucket", "person_id", "weight"])'
CONTRACT = 'op.drop_column("conversions", "seen")'


def newer(folder: Path, *bodies: str) -> schema.Program:
    """A program with more migrations, 9001 and so on; those that drop something contract."""
    made = folder / "newer" / "versions"
    shutil.rmtree(made.parent, ignore_errors=True)
    shutil.copytree(schema.load().folder / "versions", made)
    before = schema.newest()
    for number, body in enumerate(bodies, 9001):
        contracts = "drop" in body
        head = _HEAD.format(
            version=number,
            before=before,
            kind="contracts" if contracts else "expands",
            floor=f'compatible_from = "{number}"\n' if contracts else "",
        )
        (made / f"{number}.py").write_text(f"{head}    {body}\n")
        before = str(number)
    return schema.load(made.parent)


def command(program: schema.Program, *arguments: str) -> Sequence[str]:
    """The command line of such a program."""
    script = (
        "from pathlib import Path; from attribution_service.storage import schema; "
        f"schema._MIGRATIONS_OF_THIS = Path({str(program.folder)!r}); "
        "from attribution_service.cli import main; main()"
    )
    return [sys.executable, "-c", script, *arguments]
