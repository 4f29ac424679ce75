"""PJSIP inside the asyncio loop: one endpoint, its transports, its legs.

    async with SipEndpoint(settings.sip, settings.media, on_incoming=welcome) as endpoint:
        leg = endpoint.dial("sip:201@192.0.2.20", caller=Party("600100200"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from softswitch.config.settings import MediaSettings, SipSettings
from softswitch.ports import Leg, Media
from softswitch.types import Party


class SipEndpoint:
    """The SIP stack; a process has room for one at a time (PJSIP's own law)."""

    media: Media

    def __init__(
        self, sip: SipSettings, media: MediaSettings, on_incoming: Callable[[Leg], None]
    ) -> None:
        """`on_incoming` gets each caller's leg from inside the INVITE's handling: it starts a task and returns.

        A leg that `on_incoming` leaves without a verb gets 100 Trying only.
        """
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        """Start. Raises EndpointError that names the transport, for instance when its port is in use."""
        raise NotImplementedError

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up what is left and free everything."""

    def dial(self, uri: str, *, caller: Party, headers: Mapping[str, str] | None = None) -> Leg:
        """Ring a SIP address; see `ports.Endpoint.dial`."""
        raise NotImplementedError

    def admit(self, *, max_calls: int | None = None, draining: bool | None = None) -> None:
        """Change who may come in: above `max_calls` callers, or while draining, an INVITE gets 503 and Retry-After."""
        raise NotImplementedError
