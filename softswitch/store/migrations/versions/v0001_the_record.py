"""The record: events, calls, and where the loading stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("call", sa.Text),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("events_of_call", "events", ["call"])
    op.create_table(
        "calls",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("start", "end")),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("number", "dialled", "queue", "agent", "outcome")
        ),
        sa.Column("wait", sa.Double, nullable=False),
        sa.Column("talk", sa.Double),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_index("calls_by_start", "calls", ["start"])
    op.create_index("calls_by_seq", "calls", ["seq"])
    op.create_index("calls_by_number", "calls", ["number"])
    op.create_table(
        "notes",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
