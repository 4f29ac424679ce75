"""The switch's side of the control socket."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from softswitch.control.wire import MAX_REQUEST, check_path, encode
from softswitch.errors import ControlError, SoftswitchError
from softswitch.ports import JsonValue
from softswitch.promises import Progress, Promise, changes
from softswitch.types import Seconds

Handler = Callable[..., Awaitable[JsonValue] | AsyncGenerator[JsonValue, None]]
"""Takes a request's arguments by name; a coroutine answers once, an async generator streams."""

MAX_CLIENTS = 32
"""Connections at once."""

PATIENCE: Seconds = 10.0
"""How long a client may take to read what it asked for."""

IDLE: Seconds = 60.0
"""How long a client may stay connected without asking."""

TURNED_AWAY: Seconds = 1.0
"""How long it may when there are too many."""

log = structlog.get_logger(__name__)


class Server:
    """Answers commands on a UNIX socket that only the owner may use (mode 0600).

    async with Server(folder / SOCKET, {"status": running.status}):
        ...

    With `progress`, nobody hears of a change before that is on record. Whatever a client sends, it gets an
    answer, and nothing it does or leaves undone holds up the switch.
    """

    def __init__(self, path: Path, handlers: Mapping[str, Handler], progress: Progress | None = None) -> None:
        self._path = path
        self._progress = progress
        self._handlers = handlers
        self._clients: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen. Raises ControlError: its path is too long, not writable, or a live switch's."""
        self._server = await asyncio.start_unix_server(
            self._welcome, sock=_listen(self._path), limit=MAX_REQUEST
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serve = self._serve if len(self._clients) < MAX_CLIENTS else self._turn_away
        client = asyncio.get_running_loop().create_task(serve(reader, writer), name="control client")
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await _read(reader):
                if line is TOO_LONG:
                    await _send(writer, _refusal(f"a request has {MAX_REQUEST} bytes at most"))
                    return
                await self._answer(line, writer)
        except _ClientGone:
            pass
        finally:
            if writer.transport.get_write_buffer_size():
                writer.transport.abort()
            writer.close()

    async def _turn_away(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Too many clients: hear this one out first, since closing on unread words loses the answer."""
        with suppress(_ClientGone):
            await _read(reader, TURNED_AWAY)
            await _send(writer, _refusal(f"{MAX_CLIENTS} commands are being answered already; try again"))
        writer.close()

    async def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        promise = None if self._progress is None else Promise(self._progress)

        async def say(message: JsonValue) -> None:
            if promise is not None:
                await promise.kept()
            await _send(writer, message)

        result: JsonValue = None
        try:
            handler, arguments = self._understand(line)
            promise = promise if changes(handler) else None
            answer = handler(**arguments)
            if isinstance(answer, AsyncGenerator):
                async with aclosing(answer):
                    async for item in answer:
                        await say({"item": item})
            else:
                result = await answer
        except _ClientGone:
            raise
        except SoftswitchError as error:
            await say(_refusal(str(error)))
        except Exception as error:
            log.exception("ControlCommandFailed", request=line[:200].decode(errors="replace"))
            await say(_refusal(f"the command failed inside the switch: {error!r}; its log has more"))
        else:
            await say({"ok": True, "result": result})

    def _understand(self, line: bytes) -> tuple[Handler, dict[str, Any]]:
        """The handler and arguments of a request; raises ControlError that says what is wrong with it."""
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            raise ControlError("the request is no JSON; a line is {command: ..., arguments: ...}") from None
        if not isinstance(request, dict) or not isinstance(request.get("command"), str):
            raise ControlError('the request is no JSON object with a text "command"')
        name, arguments = request["command"], request.get("arguments") or {}
        handler = self._handlers.get(name)
        if handler is None:
            near = get_close_matches(name, self._handlers, n=1)
            hint = (
                f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(self._handlers))}"
            )
            raise ControlError(f"unknown command {name[:100]!r}{hint}")
        if not isinstance(arguments, dict):
            raise ControlError(f"the arguments of {name!r} are no JSON object")
        try:
            signature(handler).bind(**arguments)
        except TypeError as error:
            raise ControlError(f"wrong arguments for {name!r}: {error}") from None
        return handler, arguments


TOO_LONG = b"\0"


class _ClientGone(Exception):
    """The client hung up, or does not read what it asked for."""


async def _read(reader: asyncio.StreamReader, patience: Seconds = IDLE) -> bytes:
    """The next request, empty when the client has no more, TOO_LONG when it is."""
    try:
        async with asyncio.timeout(patience):
            return await reader.readline()
    except ValueError:
        return TOO_LONG
    except OSError:  # TimeoutError is one
        return b""


async def _send(writer: asyncio.StreamWriter, message: JsonValue) -> None:
    try:
        writer.write(encode(message))
        async with asyncio.timeout(PATIENCE):
            await writer.drain()
    except OSError as error:  # TimeoutError is one
        raise _ClientGone from error


def _refusal(error: str) -> JsonValue:
    return {"ok": False, "error": error}


def _listen(path: Path) -> socket.socket:
    """A listening socket that only its owner may open. A socket left by a dead switch is replaced."""
    check_path(path)
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        listener.bind(str(path))
        listener.listen()
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise ControlError(f"the control socket {path} cannot be made: {error.strerror}") from error
    finally:
        os.umask(mask)
    return listener


def _remove_stale(path: Path) -> None:
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise ControlError(f"{path} is in the way: the control socket goes there, and it is no socket")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except OSError as error:
            raise ControlError(f"the control socket {path} cannot be used: {error.strerror}") from error
    raise ControlError(f"a switch is running already and answers at {path}")
