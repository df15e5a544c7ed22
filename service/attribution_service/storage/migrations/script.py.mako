"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None
# What it does to programs that do not know it: "expands", or "contracts" with compatible_from = the
# oldest version whose programs may use what it leaves.
kind = "expands"


def upgrade() -> None:
    """Make the change."""
    ${upgrades if upgrades else "raise NotImplementedError"}
