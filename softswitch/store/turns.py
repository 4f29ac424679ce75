"""Whoever makes the projections anew does it alone. SQLite knows one writer at a time; PostgreSQL, which
would let the others go on, and update rows that are being replaced, has to be told.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from softswitch.errors import StoreError

LOCK = 0x736F6674
"""The number of the advisory lock, of this database."""


def alone(connection: Connection) -> None:
    """Until the end of the transaction nobody else writes projections. Raises SQLAlchemyError: it takes too
    long until the others are done.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


def beside_others(connection: Connection) -> None:
    """Projections are written in this transaction. Raises StoreError: they are just made anew."""
    if connection.dialect.name != "postgresql":
        return
    if not connection.execute(text(f"SELECT pg_try_advisory_xact_lock_shared({LOCK})")).scalar():
        raise StoreError("the record is just made anew (`softswitch rebuild`), and waits until that is done")
