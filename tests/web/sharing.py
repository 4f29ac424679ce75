"""What is dear to make and the same for many tests: a web application, and an empty database."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from fastapi import FastAPI

from softswitch.config.settings import WebSettings
from softswitch.store.database import database_url, default_url, empty_log, migrate, open_database
from softswitch.web import login
from softswitch.web.application import Parts, application
from softswitch.web.attempts import Attempts
from softswitch.web.counting import Counting
from softswitch.web.live import Live

SECRET = "s" * 64

INNER = ("operator", "usher", "overseer", "amending")
"""Parts of parts, there for good; whatever else routes take when they are made would be out of date."""


class Present:
    """Stands for a part: that of the test which runs. So does what routes take of it when they are made."""

    def __init__(self, shared: Shared, now: Callable[[], Any]) -> None:
        self._shared, self._now = shared, now

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._now(), name)
        if self._shared.app is not None:
            return found
        if not callable(found):
            assert name in INNER, (
                f"routes keep {name!r} as it was when they were made: ask for it in each request"
            )
            return Present(self._shared, lambda: getattr(self._now(), name))
        if inspect.iscoroutinefunction(found):

            @functools.wraps(found)
            async def awaited(*given: Any, **named: Any) -> Any:
                return await getattr(self._now(), name)(*given, **named)

            return awaited

        @functools.wraps(found)
        def called(*given: Any, **named: Any) -> Any:
            return getattr(self._now(), name)(*given, **named)

        return called


class Shared:
    """One application for many tests: it takes a quarter of a second to make, and keeps little.

    Its parts are those of the test which runs, and who failed to log in is forgotten before each.
    """

    def __init__(self, settings: WebSettings) -> None:
        self.app: FastAPI | None = None
        self._settings = settings
        self._attempts: list[Attempts] = []

    def lend(self, parts: Parts, counting: Counting, live: Live) -> FastAPI:
        """The application, as good as new."""
        assert (parts.secret, parts.board) == (SECRET, None)
        self._parts, self._counting, self._live = parts, counting, live
        self.app = self.app or self._made()
        for attempts in self._attempts:
            attempts._seen.clear()
        self.app.middleware_stack = self.app.openapi_schema = None
        return self.app

    def _made(self) -> FastAPI:
        names = [field.name for field in dataclasses.fields(Parts)]
        told: Any = {name: Present(self, lambda name=name: getattr(self._parts, name)) for name in names}
        parts = Parts(**{**told, "secret": SECRET, "board": None})
        counting: Any = Present(self, lambda: self._counting)
        live: Any = Present(self, lambda: self._live)
        with patch.object(login, "Attempts", self._attempts_of):
            return application(self._settings, parts, counting, live)

    def _attempts_of(self, *limits: Any) -> Attempts:
        self._attempts.append(Attempts(*limits))
        return self._attempts[-1]


shared = functools.cache(Shared)


@functools.cache
def empty_database() -> bytes:
    """A file of SQLite with all tables and nothing in them."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(database_url(default_url(Path(folder))))
        migrate(engine)
        empty_log(engine)
        engine.dispose()
        return (Path(folder) / "record.db").read_bytes()
