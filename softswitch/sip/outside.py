"""What peers outside are told of where the switch is: a fixed public address, or what a STUN server sees.

`_outside.c` puts it into messages. Only the address is looked for: behind NAT, the ports of `listen` and
`rtp_ports` must be forwarded as they are.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import structlog

from softswitch.config.sip_settings import SipSettings
from softswitch.errors import EndpointError
from softswitch.sip._native import lib
from softswitch.sip.hosts import address_of
from softswitch.sip.options import own_host
from softswitch.sip.stun import public_address
from softswitch.types import Seconds

log = structlog.get_logger(__name__)

AGAIN: Seconds = 60.0
"""Between two questions to the STUN server: an address may change at any night."""


class Outside:
    """The public address while the endpoint runs."""

    def __init__(self, sip: SipSettings) -> None:
        self._sip = sip
        self._asking: asyncio.Task[None] | None = None
        self.address = ""
        """What peers outside are told; empty: the same as everybody."""

    def open(self) -> None:
        """Tell the fixed address from now on. Raises EndpointError when its name has none."""
        lib.outside_open(address_of(own_host(self._sip, ipv6=False), "sip.listen").encode())
        for network in self._sip.local_networks:
            address, mask = network.network_address.packed, network.netmask.packed
            if lib.outside_add_local(_native(address), _native(mask)):
                log.error("sip.too_many_networks", left_out=str(network))
        if self._sip.public_address is not None:
            self._show(address_of(self._sip.public_address, "sip.public_address"))

    async def find(self) -> None:
        """Ask the STUN server, if there is one, and again every minute. Nothing waits for ever for it."""
        if self._sip.stun is not None:
            await self._ask(*self._sip.stun)
            self._asking = asyncio.get_running_loop().create_task(self._ask_on(*self._sip.stun))

    def close(self) -> None:
        """The library is about to end; safe when it never began."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        lib.outside_close()

    async def _ask_on(self, host: str, port: int) -> None:
        with suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(AGAIN)
                await self._ask(host, port)

    async def _ask(self, host: str, port: int) -> None:
        try:
            found = str(await public_address(host, port))
        except EndpointError as error:
            log.error("sip.stun_failed", why=str(error), still=self.address or "no public address")
            return
        if found != self.address:
            self._show(found)

    def _show(self, address: str) -> None:
        log.info("sip.public_address", address=address, before=self.address or None)
        self.address = address
        lib.outside_show(address.encode())


def _native(octets: bytes) -> int:
    """The number that has these octets in this machine's memory."""
    return int.from_bytes(octets, sys.byteorder)
