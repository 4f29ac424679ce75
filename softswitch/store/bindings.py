"""Phones' bindings, kept over a restart: a small SQLite file that a thread writes, once a second at most.

What is lost when the machine falls over is a second of news; a phone whose news that was registers again.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import structlog

from softswitch.jsontext import dumps
from softswitch.types import Seconds

log = structlog.get_logger(__name__)

EVERY: Seconds = 1.0
"""Between two writes."""

_PUT = "INSERT INTO bindings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET plain = excluded.plain"
_DROP = "DELETE FROM bindings WHERE key = ?"


class KeptBindings:
    """The file: a text by key. Nothing of it is read again after the start."""

    def __init__(self, path: Path) -> None:
        """Raises nothing: a file that cannot be used is set aside, and phones register again."""
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._news: dict[str, str | None] = {}
        """What is not written yet; None: it is gone."""
        self._found: set[str] = set()
        """Keys of what was read at the start."""
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[None] | None = None

    def read(self) -> Iterator[dict[str, Any]]:
        """All that was kept, read once at the start."""
        try:
            with closing(self._open()) as database:
                rows = database.execute("SELECT key, plain FROM bindings ORDER BY rowid").fetchall()
        except sqlite3.Error as error:
            log.error("phones.file_set_aside", file=str(self._path), why=str(error))
            with suppress(OSError):  # where it cannot even be moved, every write will say so again
                self._path.replace(self._path.with_suffix(".broken"))
            return
        self._found = {key for key, _ in rows}
        for key, text in rows:
            try:
                plain = json.loads(text)
            except (ValueError, TypeError) as error:
                log.warning("phones.not_restored", key=key, why=str(error))
                continue
            if isinstance(plain, dict):
                yield plain

    def keep_only(self, keys: Collection[str]) -> None:
        """Forget what was read at the start, but for these."""
        for key in self._found.difference(keys):
            self.put(key, None)
        self._found.clear()

    def put(self, key: str, plain: Mapping[str, Any] | None) -> None:
        """Keep this; None: forget it. Returns at once."""
        self._news[key] = None if plain is None else dumps(plain).decode()
        if self._timer is None and self._writing is None:
            self._timer = self._loop.call_later(EVERY, self._begin)

    def close(self) -> None:
        """Write what is left. Blocks for as long as that takes."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._news:
            self._write(self._take())

    def _begin(self) -> None:
        self._timer = None
        self._writing = self._loop.run_in_executor(None, self._write, self._take())
        self._writing.add_done_callback(self._written)

    def _take(self) -> dict[str, str | None]:
        news, self._news = self._news, {}
        return news

    def _written(self, _: asyncio.Future[None]) -> None:
        self._writing = None
        if self._news and self._timer is None:
            self._timer = self._loop.call_later(EVERY, self._begin)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=5.0)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE IF NOT EXISTS bindings (key TEXT PRIMARY KEY, plain TEXT NOT NULL)")
        return database

    def _write(self, news: Mapping[str, str | None]) -> None:
        try:
            with closing(self._open()) as database, database:
                database.executemany(_PUT, [(key, plain) for key, plain in news.items() if plain is not None])
                database.executemany(_DROP, [(key,) for key, plain in news.items() if plain is None])
        except sqlite3.Error as error:
            log.error("phones.not_kept", file=str(self._path), bindings=len(news), why=str(error))
