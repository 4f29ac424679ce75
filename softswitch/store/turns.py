"""Whoever puts the projections right does it alone, for a moment at a time. SQLite knows one writer at a
time; PostgreSQL, which would let the others go on beside, has to be told.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

LOCK = 0x736F6674
"""The number of the advisory lock, of this database."""

REWRITTEN = "rewritten"
"""In `notes`: changes whenever persons are taken out of events, so that who has read them before notices."""


def alone(connection: Connection) -> None:
    """Until the end of the transaction, which begins here, nobody else writes projections. Raises
    SQLAlchemyError: it takes too long until the others are done.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def beside_others(connection: Connection) -> None:
    """Projections are written in this transaction. Raises SQLAlchemyError: somebody puts them right for too
    long.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock_shared({LOCK})"))
