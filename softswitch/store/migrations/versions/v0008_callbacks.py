"""Callbacks. Those that were wanted before are not in the record: there were none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("needs", sa.Text, nullable=False),
        sa.Column("preferred", sa.Text, nullable=False),
        sa.Column("standing", sa.Double, nullable=False),
        sa.Column("wanted", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("again", sa.Double),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("ended", sa.Double),
        sa.Column("waited", sa.Double),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("calls", sa.Text, nullable=False),
    )
    op.create_index("callbacks_by_wanted", "callbacks", ["wanted"])
    op.create_index("callbacks_by_result", "callbacks", ["result"])
