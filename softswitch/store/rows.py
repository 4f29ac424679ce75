"""Many rows at once into a table. SQLAlchemy's own `insert` makes parameters of each row anew, which costs
as much as SQLite's work; here the driver gets the rows as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

Cells = tuple[Any, ...]
"""One row: a value for each column, in the order of the table's columns."""


def put(connection: Connection, table: Table, rows: Sequence[Cells]) -> None:
    """Insert them, each in place of the one that has its primary key."""
    _run(connection, _insert(table, connection.dialect) + _in_place(table, connection.dialect), rows)


def add(connection: Connection, table: Table, rows: Sequence[Cells]) -> None:
    """Insert them; a primary key that is there already is an error."""
    _run(connection, _insert(table, connection.dialect), rows)


def _run(connection: Connection, statement: str, rows: Sequence[Cells]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


@lru_cache(maxsize=32)
def _insert(table: Table, dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES ({', '.join(mark for _ in table.columns)})"


@lru_cache(maxsize=32)
def _in_place(table: Table, dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    keys = ", ".join(quote(column.name) for column in table.primary_key)
    others = (quote(column.name) for column in table.columns if not column.primary_key)
    return f" ON CONFLICT ({keys}) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in others)}"
