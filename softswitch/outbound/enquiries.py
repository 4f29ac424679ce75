"""Asks servers of others who a caller is (`ports.Enquiry`): by HTTP, in time, on the switch's loop.

A question costs the loop little: connections are kept, an answer is at most 64 kB, and a server that does
not answer is not asked for a while, so no call waits for it.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable
from types import TracebackType
from typing import Annotated, Any, Self
from urllib.parse import quote, urlsplit

import httpx2
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from softswitch import __version__
from softswitch.outbound.breaker import Breaker
from softswitch.outbound.signing import HEADER, signature
from softswitch.ports import Journal
from softswitch.routing import Lookup
from softswitch.rules import Known
from softswitch.types import AgentName, Language

LARGEST = 65536
"""Bytes of an answer."""

CONNECTIONS = 100


def _one_line(value: Any) -> Any:
    """What goes into SIP headers and onto phones has no line breaks."""
    if not isinstance(value, str):
        return value
    return " ".join("".join(each if each.isprintable() else " " for each in value).split())


def _text(value: Any) -> Any:
    """Numbers and truths as people write them."""
    if isinstance(value, bool):
        return str(value).lower()
    return _one_line(str(value) if isinstance(value, int | float) else value)


_Short = Annotated[str, BeforeValidator(_one_line), StringConstraints(max_length=64)]
_Long = Annotated[str, BeforeValidator(_one_line), StringConstraints(max_length=500)]
_Value = Annotated[str, BeforeValidator(_text), StringConstraints(max_length=200)]


class Answer(BaseModel):
    """What a server may say; keys that are not here are passed over."""

    model_config = ConfigDict(strict=True, extra="ignore")

    priority: _Short | None = None
    language: _Short | None = None
    needs: Annotated[dict[_Short, Annotated[int, Field(ge=0, le=100)]], Field(max_length=20)] | None = None
    preferred: _Short | None = None
    name: _Short | None = None
    note: _Long | None = None
    data: Annotated[dict[_Short, _Value], Field(max_length=50)] | None = None

    def known(self) -> Known:
        """As the switch has it."""
        return Known(
            found=True,
            priority=self.priority or None,
            language=Language(self.language) if self.language else None,
            needs=self.needs or {},
            preferred=AgentName(self.preferred) if self.preferred else None,
            name=self.name or "",
            note=self.note or "",
            data=self.data or {},
        )


class Enquiries:
    """All servers that are asked; an async context manager."""

    def __init__(self, journal: Journal, now: Callable[[], float] = time.time) -> None:
        """`now`: seconds since the epoch, for signatures."""
        self._journal = journal
        self._now = now
        self._breakers: dict[str, Breaker] = {}
        """By scheme, host and port."""
        self._client: httpx2.AsyncClient | None = None
        self._trust: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        self._trust = await asyncio.to_thread(ssl.create_default_context)  # reads a hundred certificates
        limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        agent = {"User-Agent": f"softswitch/{__version__}", "Accept": "application/json"}
        self._client = httpx2.AsyncClient(
            verify=self._trust, limits=limits, headers=agent, timeout=None, trust_env=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def ask(self, rule: str, lookup: Lookup, number: str) -> Known:
        """See `ports.Enquiry`."""
        parts, loop = urlsplit(lookup.url), asyncio.get_running_loop()
        breaker = self._breakers.setdefault(f"{parts.scheme}://{parts.netloc}", Breaker())
        if not breaker.may_ask(loop.time()):
            return Known(problem="the server has not answered lately, and is not asked for a while")
        try:
            async with asyncio.timeout(lookup.timeout):
                known = await self._get(lookup, number)
        except asyncio.CancelledError:
            breaker.given_up()
            raise
        except TimeoutError:
            problem = f"no answer within {lookup.timeout:g} s"
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, _NoUse) as error:
            problem = f"{type(error).__name__}: {error}".rstrip(": ").removeprefix("_NoUse: ")
        else:
            if breaker.answered():
                self._journal.note("LookupWorking", caller_rule=rule)
            return known
        if breaker.failed(loop.time()):
            self._journal.note("LookupFailing", caller_rule=rule, why=problem, pause=breaker.pause)
        return Known(problem=problem)

    async def _get(self, lookup: Lookup, number: str) -> Known:
        assert self._client is not None
        url = lookup.url.replace("{number}", quote(number, safe=""))
        parts = urlsplit(url)
        headers = {}
        if lookup.secret is not None:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            headers[HEADER] = signature(lookup.secret, int(self._now()), target.encode())
        async with self._client.stream("GET", url, headers=headers) as answer:
            if answer.status_code in (204, 404):
                return Known()
            if answer.status_code != 200:
                raise _NoUse(f"{answer.status_code} {answer.reason_phrase}".rstrip())
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise _NoUse(f"the answer is longer than {LARGEST} bytes")
        try:
            return Answer.model_validate_json(body).known()
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "all of it"
            return Known(problem=f"the answer is of no use: {where}: {_said(first)}")  # of this caller alone


def _said(error: ErrorDetails) -> str:
    """What is wrong with a value, in few words, and the value."""
    words = f"{error['msg'][:1].lower()}{error['msg'][1:]}".removeprefix("input should be ")
    if error["type"] == "json_invalid":
        return "it is no JSON"
    shown = repr(error["input"])
    return f"expected {words}, got {shown if len(shown) <= 60 else shown[:57] + '...'}"


class _NoUse(Exception):
    """An answer that is none."""
