"""The index of recordings. `softswitch rebuild` fills it with those of before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "recordings",
        sa.Column("file", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("own", sa.Text, nullable=False),
        sa.Column("start", sa.Double, nullable=False),
        sa.Column("seconds", sa.Double),
        sa.Column("bytes", sa.BigInteger),
        sa.Column("deleted", sa.Double),
    )
    op.create_index("recordings_by_seq", "recordings", ["seq"])
    op.create_index("recordings_of_call", "recordings", ["call"])
