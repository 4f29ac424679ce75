"""The web server: uvicorn on the switch's own loop, with a socket that was bound before calls were taken."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import structlog
import uvicorn

from softswitch.config.settings import WebSettings
from softswitch.errors import EndpointError
from softswitch.types import Seconds
from softswitch.web.application import Parts, application
from softswitch.web.board import Http, Viewers
from softswitch.web.counting import Counting
from softswitch.web.live import Live
from softswitch.web.operations import Heard
from softswitch.web.sockets import SAID, Connection

log = structlog.get_logger(__name__)

CONNECTIONS = 400
"""At once; more get 503. Viewers of events and of the board are among them."""

PATIENCE: Seconds = 2.0
"""How long requests may go on when the switch ends."""

SETTING = "web.listen"


class _Uvicorn(uvicorn.Server):
    """Signals are the switch's."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebServer:
    """Bound at once, so that whoever connects waits; serves between `__aenter__` and `__aexit__`."""

    def __init__(self, settings: WebSettings, parts: Parts, journal: Heard) -> None:
        """Takes a while, and may be done in a thread. Raises EndpointError: the address cannot be bound."""
        self._settings = settings
        self._socket = _bind(settings)
        counting = Counting()
        operations = parts.operations
        self._live = Live(parts.pages, lambda: operations.loaded, lambda: operations.newest)
        self._counting, self._journal = counting, journal
        self._board = None if parts.board is None else Viewers(parts.board)
        self._unsubscribe: list[Callable[[], None]] = []
        config = uvicorn.Config(
            application(settings, parts, counting, self._live, self._board),
            lifespan="off",
            http=Http,
            ws=Connection,
            ws_max_size=SAID,
            ws_per_message_deflate=False,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=int(PATIENCE),
        )
        config.load()
        self._server = _Uvicorn(config)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Serve."""
        hearers = [self._counting.hear] if self._board is None else [self._counting.hear, self._board.hear]
        self._unsubscribe = [self._journal.subscribe(hear) for hear in hearers]
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="web server")
        log.info("web.serving", at=f"http://{self._settings.shown}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what is being answered, for a moment."""
        self._live.close()
        if self._board is not None:
            self._board.close()
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.wait([self._task], timeout=2 * PATIENCE)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.close()

    @property
    def viewers(self) -> int:
        """How many look on at events."""
        return self._live.count

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.server_state.connections)

    def close(self) -> None:
        """Let go of the address."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._socket.close()


def _bind(settings: WebSettings) -> socket.socket:
    kind = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(kind, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        why = error.strerror or str(error)
        raise EndpointError(
            f"the web server cannot listen at {settings.shown}: {why}. Is another switch or web server "
            "running there? Stop it, or give `web.listen` another port.",
            SETTING,
        ) from error
    listener.setblocking(False)
    return listener
