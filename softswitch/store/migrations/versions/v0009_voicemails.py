"""Messages that callers leave."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "voicemails",
        sa.Column("file", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("began", sa.Double, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("heard", sa.Double),
        sa.Column("deleted", sa.Double),
    )
    op.create_index("voicemails_by_seq", "voicemails", ["seq"])
    op.create_index("voicemails_of_mailbox", "voicemails", ["mailbox"])
    op.create_index("voicemails_of_queue", "voicemails", ["queue", "began"])
    op.create_index("voicemails_of_call", "voicemails", ["call"])
