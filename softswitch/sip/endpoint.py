"""PJSIP inside the asyncio loop: one endpoint, its transports, its legs.

    async with SipEndpoint(settings.sip, settings.media, on_incoming=welcome) as endpoint:
        leg = endpoint.dial(Way("sip:201@192.0.2.20"), caller=Party("600100200"))

`pj.Endpoint` is not subclassed: its virtual methods would take the interpreter's lock on any thread.
"""

from __future__ import annotations

import asyncio
import os
import resource
import threading
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Self

import pjsua2 as pj
import structlog

from softswitch.config.settings import MediaSettings
from softswitch.config.sip_settings import Listen, SipSettings
from softswitch.errors import EndpointError, LegRefused
from softswitch.ports import Leg
from softswitch.sip import occupied
from softswitch.sip._native import ffi, lib
from softswitch.sip.accounts import Accounts, PjAccount, routed
from softswitch.sip.call_options import Shown
from softswitch.sip.callbacks import Threads
from softswitch.sip.certificate import Certificate
from softswitch.sip.gate import Gate
from softswitch.sip.hosts import known_hosts
from softswitch.sip.leg import SipLeg
from softswitch.sip.log import LEVEL, PjsipLog
from softswitch.sip.loop import Pump
from softswitch.sip.media import NativeBridge, NativeMedia
from softswitch.sip.options import MAX_LEGS, domain_of, library_options, transport_options
from softswitch.sip.outside import Outside
from softswitch.sip.pinger import Pinger
from softswitch.sip.recorder import NativeRecorder
from softswitch.sip.sender import Sender
from softswitch.sip.shield import Shield
from softswitch.sip.silence import SilenceWatch
from softswitch.sip.wiring import Bridge
from softswitch.types import UNKNOWN, Party, Seconds, Srtp, Way

log = structlog.get_logger(__name__)

RESERVE = MAX_LEGS // 32
"""Slots that new callers leave to the legs of agents, beside those that the callers there need."""

FAREWELL: Seconds = 0.5
"""How long the end waits for answers to the BYEs it has sent."""

SWEEP: Seconds = 1.0
"""How often dropped messages are reported, if there are any, and late objects freed."""

_TRANSPORTS = {
    "udp": pj.PJSIP_TRANSPORT_UDP,
    "tcp": pj.PJSIP_TRANSPORT_TCP,
    "tls": pj.PJSIP_TRANSPORT_TLS,
}

_IPV6 = pj.PJSIP_TRANSPORT_IPV6
"""What makes of a transport the same one over IPv6."""

_SYSTEM_ERROR = 120_000  # PJ_ERRNO_START_SYS
_BAD_ADDRESS = frozenset({171_005, 171_039, 171_040, 171_042})
"""PJSIP_ENOROUTESET (no SIP scheme), EINVALIDURI, EINVALIDSCHEME, EINVALIDREQURI."""


class SipEndpoint:
    """The SIP stack; a process has room for one at a time (PJSIP's own law)."""

    def __init__(self, sip: SipSettings, media: MediaSettings, on_incoming: Callable[[Leg], None]) -> None:
        """`on_incoming` gets each caller's leg while the INVITE is handled: it starts a task and returns.

        A leg that `on_incoming` leaves without a verb gets 100 Trying only.
        """
        self.settings = sip
        self.domain = domain_of(sip)
        self.rate = media.sample_rate
        self.media = NativeMedia(self.rate)
        self.bridge: Bridge = NativeBridge()
        self.recorder = NativeRecorder(self.bridge, self.rate)
        self.legs: dict[int, SipLeg] = {}
        """Legs that have not ended, by serial number."""
        self.gate = Gate(self.legs)
        self.shield = Shield(sip.hostility, sip.listen)
        self.pinger = Pinger(self.domain)
        self.sender = Sender()
        self.outside = Outside(sip)
        self.silence = SilenceWatch(self.legs)
        self._on_incoming = on_incoming
        self.turned_away: Callable[[str, int], None] = lambda _why, _count: None
        """Hears now and then how many new calls found no room, and what there was no more of."""
        self._pj: pj.Endpoint | None = None
        self._accounts: Accounts | None = None
        self._pump: Pump | None = None
        self._wake = -1
        self._sweeper: asyncio.TimerHandle | None = None
        self._certificate: Certificate | None = None
        self._secure: dict[Listen, int] = {}
        """PJSUA's numbers of the TLS listeners."""
        self._unforgotten: list[SipLeg] = []
        """Ended legs whose slot another leg had before they could be freed."""

    async def __aenter__(self) -> Self:
        """Start. Raises EndpointError that names the transport, for instance when its port is in use."""
        if lib.legs_library_runs():
            raise EndpointError("PJSIP runs in this process already, and there can be one of it only.")
        try:
            self._start()
            await self.outside.find()
        except BaseException:
            self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up what is left and free everything."""
        self.gate.state.draining = 1
        for leg in tuple(self.legs.values()):
            leg.hangup(480)
        deadline = asyncio.get_running_loop().time() + FAREWELL
        while lib.legs_in_use() and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # PJSUA tells nobody when the last BYE is answered
        self._stop()

    def dial(
        self,
        way: Way,
        *,
        caller: Party,
        asserted: Party | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> SipLeg:
        """Ring somebody; see `ports.Endpoint.dial`."""
        try:
            account = self.accounts.of(way)
        except LookupError as missing:
            raise LegRefused(503, f"{way.uri}: {missing}") from None
        if not lib.legs_find_port(account.getId()):
            raise LegRefused(503, f"{way.uri}: no port is left in sip.rtp_ports")
        try:
            with routed(account, way):
                leg = SipLeg.dial(self, account, way, Shown(caller, asserted or caller), headers or {})
        except pj.Error as error:
            status = 484 if error.status in _BAD_ADDRESS else 503
            raise LegRefused(status, f"{way.uri}: {error.reason}") from None
        except ValueError as error:
            raise LegRefused(484, f"{way.uri}: {error}") from None
        if not leg.ended.done():
            self.legs[leg.serial] = leg
            account.legs += 1
            leg.goes_by = account
        return leg

    def admit(
        self,
        *,
        max_calls: int | None = None,
        draining: bool | None = None,
        emergencies: Iterable[str] | None = None,
    ) -> None:
        """Change who may come in: above `max_calls` callers, and while draining, an INVITE gets 503, but for
        agents' calls to `emergencies`, numbers as they are dialled.
        """
        if emergencies is not None:
            self.gate.emergencies(emergencies)
        if max_calls is not None:
            self.gate.state.max_callers = max_calls
        if draining is not None:
            self.gate.state.draining = draining

    def account_of(self, srtp: Srtp) -> int:
        """PJSUA's account by which calls with such sound come in (`gate.Answer.account`), by IPv6 too."""
        assert self._accounts is not None
        number: int = self._accounts.local[srtp, False].getId()
        return number

    def renew(self, certificate: Certificate | None) -> None:
        """Show another certificate to whoever connects from now on; connections that are open stay.

        Raises EndpointError when a port could not be opened again.
        """
        if certificate is None or certificate == self._certificate or self._pj is None:
            return
        self._certificate = certificate
        for listen in self.settings.listen:
            if listen.transport == "tls":
                number = self._secure.pop(listen, None)
                if number is not None:
                    self._pj.transportClose(number)
                self._listen(self._pj, listen)
        log.info("sip.certificate", file=str(certificate.chain))

    @property
    def foreign_callbacks(self) -> int:
        """Callbacks of PJSIP that did not come on the loop's thread; law 2 says 0."""
        return Threads.foreign

    @property
    def accounts(self) -> Accounts:
        """PJSUA's accounts, while it runs."""
        assert self._accounts is not None
        return self._accounts

    # For legs and account. ---------------------------------------------------------------------------

    def incoming(self, account: PjAccount, call_id: int, text: str) -> None:
        """An INVITE has passed the gate."""
        self.gate.state.awaited = 0
        self.gate.refusals.taken()
        origin, self.gate.admitted = self.gate.admitted, UNKNOWN
        replaced, self.gate.replaced = self.gate.replaced, None
        leg = SipLeg.accept(self, account, call_id, text, origin)
        leg.replaces = replaced
        self.legs[leg.serial] = leg
        account.legs += 1
        leg.goes_by = account
        self.gate.state.callers += 1
        try:
            self._on_incoming(leg)
        except Exception:
            log.exception("sip.welcome_failed", leg=leg.id)
            leg.hangup(500)

    def leg_ended(self, leg: SipLeg) -> None:
        """Let go of it, but not inside PJSUA's callback about it."""
        if leg.incoming:
            self.gate.state.callers -= 1
        if leg.goes_by is not None:
            leg.goes_by.legs -= 1
            leg.goes_by = None
        asyncio.get_running_loop().call_soon(self._drop, leg)

    def _drop(self, leg: SipLeg) -> None:
        self.legs.pop(leg.serial, None)
        if not leg.forget():
            self._unforgotten.append(leg)

    def _digits(self) -> None:
        """A media thread has left presses for us."""
        os.eventfd_read(self._wake)
        press = ffi.new("leg_press *")
        while lib.legs_press(press):
            leg = self.legs.get(press.serial)
            if leg is not None:
                leg.pressed(press.digit.decode())

    # Start and stop. ---------------------------------------------------------------------------------

    def _start(self) -> None:
        lib.log_level(0)
        Threads.loop = threading.get_ident()
        Threads.foreign = 0
        _raise_file_limit()
        loop = asyncio.get_running_loop()
        library = self._pj = pj.Endpoint()
        try:
            library.libCreate()
            library.libInit(
                library_options(
                    self.media.rate, PjsipLog(self.shield.handshakes.takes, self.gate.refusals.hears)
                )
            )
        except pj.Error as error:
            raise EndpointError(f"PJSIP does not start: {error.reason}. Try `make setup`.") from None
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        lib.legs_install(self._wake)
        loop.add_reader(self._wake, self._digits)
        library.audDevManager().setNullDev()
        self._order_codecs(library)
        self._certificate = Certificate.read(self.settings)
        for listen in self.settings.listen:
            self._listen(library, listen)
        library.libStart()
        for name, address in known_hosts().items():
            lib.loop_add_host(name.encode(), address.encode())
        self._accounts = Accounts.open(self.settings, self.domain, self.incoming)
        self.gate.open()
        self.shield.open()
        self.outside.open()
        self.pinger.open()
        self.sender.open()
        self.gate.state.reserve = RESERVE
        self.admit(max_calls=self.settings.max_calls)
        self.silence.apply(self.settings.rtp_timeout, self.settings.rtp_timeout_on_hold)
        self.silence.start()
        self._pump = Pump(library.libHandleEvents)
        self._pump.start()
        self._sweep()
        lib.log_level(LEVEL)
        log.info("sip.started", listen=[listen.shown for listen in self.settings.listen], domain=self.domain)

    def _order_codecs(self, library: pj.Endpoint) -> None:
        """The configured codecs in their order, all others off."""
        wanted = {name: 254 - place for place, name in enumerate(self.settings.codecs)}
        for codec in library.codecEnum2():
            name = codec.codecId.split("/")[0].lower()
            library.codecSetPriority(codec.codecId, wanted.pop(name, 0))
        if wanted:
            raise EndpointError(
                f"sip.codecs: {next(iter(wanted))} is not in this build of PJSIP. "
                "Take it out, or build again by `make setup`."
            )

    def _listen(self, library: pj.Endpoint, listen: Listen) -> None:
        options = transport_options(listen, self._certificate)
        try:
            number = library.transportCreate(_TRANSPORTS[listen.transport] + _IPV6 * listen.ipv6, options)
        except pj.Error as error:
            raise EndpointError(_why_not(listen, error), "sip.listen", listen.shown) from None
        if listen.transport == "tls":
            self._secure[listen] = number

    def _sweep(self) -> None:
        """What is done now and then."""
        self.gate.report_dropped()
        for why, count in self.gate.newly_turned_away().items():
            self.turned_away(why, count)
        self.shield.sweep()
        self.recorder.sweep()
        self._unforgotten = [leg for leg in self._unforgotten if not leg.forget()]
        self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)

    def _stop(self) -> None:
        """Safe at any stage of a start that failed."""
        lib.log_level(0)
        self.silence.stop()
        if self._sweeper is not None:
            self._sweeper.cancel()
        if self._pump is not None:
            self._pump.stop()
            self.pinger.close()
            self.sender.close()
            self.outside.close()
            self.shield.close()
            self.gate.close()
        self.recorder.close()
        self.media.close()
        if self._accounts is not None:
            self._accounts.close()
        self._accounts = self._pump = self._sweeper = None
        self.legs.clear()
        self._unforgotten.clear()
        if self._pj is not None:
            self._pj.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)  # else it waits a second for nothing
            # An exception's traceback may still refer to it, and a second one would abort the process.
            pj.Endpoint.__swig_destroy__(self._pj)
            self._pj = None
        if self._wake >= 0:
            asyncio.get_running_loop().remove_reader(self._wake)
            os.close(self._wake)
            self._wake = -1


def _why_not(listen: Listen, error: pj.Error) -> str:
    """An error that says what to do."""
    number = error.status - _SYSTEM_ERROR
    where = f"sip.listen: {listen.shown}"
    if number == 98:  # EADDRINUSE
        holder = occupied.describe("udp" if listen.transport == "udp" else "tcp", listen.port)
        return f"{where} is in use by {holder}. Stop it, or choose another port."
    if number == 99:  # EADDRNOTAVAIL
        every = "[::]" if listen.ipv6 else "0.0.0.0"
        return f"{where}: this machine has no address {listen.host}. Use one of its own, or {every} for all."
    if number == 97:  # EAFNOSUPPORT
        return f"{where}: this machine has no IPv6. Take it out of `listen`."
    if number == 13:  # EACCES
        return f"{where}: not allowed. Ports below 1024 need root or CAP_NET_BIND_SERVICE; SIP's own is 5060."
    return f"{where} cannot be opened: {error.reason}"


def _raise_file_limit() -> None:
    """Two sockets for each leg's RTP, and what everybody else needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_LEGS + 4096
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
