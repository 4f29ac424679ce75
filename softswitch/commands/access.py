"""`softswitch users` and `softswitch tokens`: asked of the running switch, or done here while none runs."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from softswitch.accounts import Accounts, handlers
from softswitch.commands.table import console, print_json, when
from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
from softswitch.errors import NobodyAnswers, StoreError
from softswitch.fitting import Cell, Fitting
from softswitch.ports import JsonValue
from softswitch.store.access import access_to
from softswitch.store.database import database_url, default_url, migrate, open_database, why
from softswitch.store.journal import Journal
from softswitch.store.reading import URL_FILE
from softswitch.store.record import Record

Ask = Callable[..., Any]


def do(folder: Path, command: str, **arguments: JsonValue) -> Any:
    """A command of `accounts.handlers`. Raises ControlError, StoreError."""
    try:
        return ask(folder / SOCKET, command, **arguments)
    except NobodyAnswers:
        quiet = structlog.make_filtering_bound_logger(logging.ERROR)
        structlog.configure(wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
        return asyncio.run(_without_a_switch(folder, command, arguments))


async def _without_a_switch(folder: Path, command: str, arguments: dict[str, JsonValue]) -> Any:
    """The same on the record itself: nobody else writes it."""
    file = folder / URL_FILE
    if not file.exists():
        raise StoreError(f"no switch has ever run on {folder}; start one, or name its folder with --data DIR")
    url = file.read_text().strip() or None
    record = Record(folder, url)
    try:
        _prepare(url or default_url(folder))
        with access_to(folder, url) as store:
            return await handlers(Accounts(store, Journal(record)))[command](**arguments)
    finally:
        record.close()


def _prepare(url: str) -> None:
    """The tables are those of this version then. Raises StoreError."""
    engine = open_database(database_url(url))
    try:
        migrate(engine)
    except SQLAlchemyError as error:
        raise StoreError(f"the record's database does not work: {why(error)}") from None
    finally:
        engine.dispose()


def print_users(folder: Path, json: bool) -> None:
    """Everybody with a password."""
    found = do(folder, "users_list")
    if json:
        print_json(found)
        return
    console().print(users(found) if found else "there is no user yet")


def users(found: Sequence[Mapping[str, Any]]) -> Fitting:
    """One line for each."""
    rows = [(one["name"], one["role"], one["agent"] or "") for one in found]
    return Fitting(("user", "role", "agent"), rows)


def print_tokens(folder: Path, json: bool) -> None:
    """Every token, but for its text."""
    found = do(folder, "tokens_list")
    if json:
        print_json(found)
        return
    console().print(tokens(found) if found else "there is no token yet")


def tokens(found: Sequence[Mapping[str, Any]]) -> Fitting:
    """One line for each."""
    return Fitting(TOKENS, [_token(one) for one in found], LESS_OF_TOKENS)


TOKENS = ("token", "label", "role", "made", "by", "revoked")
LESS_OF_TOKENS = ("by", "made", "revoked")
"""What goes below its row on a narrow terminal, the first first."""


def _token(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    made, revoked = _moment(one["created"]), _moment(one["revoked"])
    return (one["id"], one["label"], one["role"], made, one["by"], revoked)


def _moment(at: float | None) -> str:
    return "" if at is None else when(at, datetime.now())
