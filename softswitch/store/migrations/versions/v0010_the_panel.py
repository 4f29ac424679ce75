"""What agents write on calls, what rang and was not answered, and bulletins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "call_notes",
        sa.Column("call", sa.Text, primary_key=True),
        sa.Column("agent", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("disposition", sa.Text, nullable=False),
    )
    op.create_index("call_notes_of_agent", "call_notes", ["agent", "at"])
    op.create_table(
        "missed",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("missed_of_agent", "missed", ["agent", "at"])
    op.create_table(
        "bulletins",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("queues", sa.Text, nullable=False),
        sa.Column("until", sa.Double),
        sa.Column("withdrawn", sa.Double),
    )
    op.create_table(
        "bulletin_reads",
        sa.Column("bulletin", sa.Text, primary_key=True),
        sa.Column("agent", sa.Text, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
    )
