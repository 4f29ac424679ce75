"""Every ringing of an agent, in place of those alone that were not answered. `softswitch rebuild` fills in
those of before.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the table, with what is known."""
    op.create_table(
        "offers",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("call", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("queue", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
    )
    op.execute(
        "INSERT INTO offers (seq, call, agent, queue, at, result) "
        "SELECT seq, call, agent, '', at, 'no-answer' FROM missed"
    )
    op.create_index("offers_of_agent", "offers", ["agent", "at", "queue", "result"])
    op.drop_table("missed")
