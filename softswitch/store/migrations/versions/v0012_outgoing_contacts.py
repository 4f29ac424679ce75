"""Which number outside a call went to: earlier contacts of a caller are also those that agents began."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

SPAN = 1000
"""Calls at a time."""

READ = sa.text("SELECT id, seq, record FROM calls WHERE seq > :after ORDER BY seq LIMIT :span")
NONE = '"outside":""'
"""In the record of most calls."""

WRITE = sa.text("UPDATE calls SET outside = :number WHERE id = :id")


def upgrade() -> None:
    """Add the column, and fill it for the calls that there are."""
    op.add_column("calls", sa.Column("outside", sa.Text, nullable=False, server_default=""))
    bind, after = op.get_bind(), -1
    while rows := bind.execute(READ, {"after": after, "span": SPAN}).all():
        after = rows[-1].seq
        numbers = ((row.id, json.loads(row.record).get("outside")) for row in rows if NONE not in row.record)
        if found := [{"id": id, "number": number} for id, number in numbers if number]:
            bind.execute(WRITE, found)
    op.create_index("calls_by_outside", "calls", ["outside"])
