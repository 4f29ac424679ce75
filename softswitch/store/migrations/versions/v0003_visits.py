"""What reports are made of: stays in queues, conversations, and the times of agents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "visits",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("call", "queue", "priority")),
        sa.Column("joined", sa.Double, nullable=False),
        sa.Column("within", sa.Double),
        sa.Column("waited", sa.Double, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("outcome", "agent")),
        sa.Column("talk", sa.Double),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("held", "wrap_up")),
        sa.Column("position", sa.Integer),
        *(sa.Column(name, sa.Double) for name in ("estimate", "told_after")),
    )
    op.create_index("visits_of_queue", "visits", ["queue", "joined"])
    op.create_table(
        "talks",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("call", "agent", "queue")),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("talk", sa.Double),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("held", "wrap_up")),
    )
    columns = ["agent", "start", "queue", "talk", "held", "wrap_up"]
    op.create_index("talks_of_agent", "talks", columns)
    op.create_table(
        "stints",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("agent", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("end", sa.Double),
    )
    op.create_index("stints_by_end", "stints", ["end"])
