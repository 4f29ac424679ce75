"""Mails on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "mails",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("made", sa.Double, nullable=False),
        sa.Column("to", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("again", sa.Double),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("sent", sa.Double),
    )
    op.create_index("mails_by_again", "mails", ["again"])
