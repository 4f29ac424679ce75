"""PJSUA's accounts: what it can set for an account only, and not for a call, is an account of its own here.

Calls within the house need one for each way of encrypting RTP; each trunk has its own beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pjsua2 as pj

from softswitch.config.sip_settings import SipSettings
from softswitch.sip._native import lib
from softswitch.sip.callbacks import from_pjsip
from softswitch.sip.options import account_options
from softswitch.types import Srtp, TrunkName, Way

OnCall = Callable[["PjAccount", int, str], None]
"""Gets the account, PJSUA's number of the call, and the INVITE."""


class PjAccount(pj.Account):  # type: ignore[misc]
    """One account; calls come in and go out by it."""

    def __init__(self, on_call: OnCall) -> None:
        super().__init__()
        self.domain: str | None = None
        """What From carries behind the @; None: the switch's own."""
        self.legs = 0
        """Legs that go by it now."""
        self._on_call: OnCall | None = on_call

    @from_pjsip
    def onIncomingCall(self, param: pj.OnIncomingCallParam) -> None:
        """PJSUA has a new call."""
        if self._on_call is not None:
            self._on_call(self, param.callId, param.rdata.wholeMsg)

    def close(self) -> None:
        """Let go of whoever takes the calls; the library ends the account itself."""
        self._on_call = None


@dataclass(frozen=True, slots=True)
class Registered:
    """The end of one REGISTER."""

    status: int
    """408 or 503 also where no answer came."""
    reason: str = ""
    expires: int = 0
    """Seconds that were granted."""
    source: str = ""
    """The address of whoever answered."""


class TrunkAccount(PjAccount):
    """The account of one server of a carrier."""

    def __init__(self, on_call: OnCall, domain: str) -> None:
        super().__init__(on_call)
        self.domain: str | None = domain
        self.on_registered: Callable[[Registered], None] | None = None

    @from_pjsip
    def onRegState(self, param: pj.OnRegStateParam) -> None:
        """PJSUA knows how a REGISTER ended."""
        if self.on_registered is not None:
            source = str(param.rdata.srcAddress).rpartition(":")[0].strip("[]")
            self.on_registered(Registered(param.code, param.reason, param.expiration, source))

    def close(self) -> None:
        """Let go of whoever listens."""
        super().close()
        self.on_registered = None


@dataclass(slots=True)
class Accounts:
    """Every account of the running endpoint."""

    local: dict[tuple[Srtp, bool], PjAccount]
    """By what they ask of RTP, and whether it is IPv6. The first is PJSUA's default, by which unknown callers
    come in; those of IPv6 are there where the switch listens on it.
    """

    trunks: dict[tuple[TrunkName, int], TrunkAccount]
    """By trunk, and by the place of the server among its servers."""

    @classmethod
    def open(cls, sip: SipSettings, domain: str, on_call: OnCall) -> Accounts:
        """Make the local ones. Raises pj.Error."""
        local: dict[tuple[Srtp, bool], PjAccount] = {}
        for ipv6 in (False, True)[: 1 + any(listen.ipv6 for listen in sip.listen)]:
            for srtp in Srtp:
                account = local[srtp, ipv6] = PjAccount(on_call)
                account.create(account_options(sip, domain, srtp, ipv6=ipv6), not ipv6 and srtp is Srtp.OFF)
                if ipv6:
                    lib.legs_pair(local[srtp, False].getId(), account.getId())
        return cls(local, {})

    def of(self, way: Way) -> PjAccount:
        """The account that a leg goes out by. Raises LookupError for a trunk that is not there (any more), or
        for an IPv6 address where the switch does not listen on one.
        """
        if way.trunk is not None:
            try:
                return self.trunks[way.trunk, way.server]
            except KeyError:
                raise LookupError(f"there is no trunk {way.trunk}") from None
        try:
            return self.local[way.srtp, _is_ipv6(way.route[0] if way.route else way.uri)]
        except KeyError:
            raise LookupError("sip.listen has no IPv6 address") from None

    def close(self) -> None:
        """The library is about to end."""
        for account in (*self.local.values(), *self.trunks.values()):
            account.close()


def _is_ipv6(uri: str) -> bool:
    """Whether a SIP URI names its host by an IPv6 address."""
    return uri.partition(":")[2].rpartition("@")[2].startswith("[")


@contextmanager
def routed(account: PjAccount, way: Way) -> Iterator[None]:
    """What the account dials inside goes by the way's route. Raises ValueError when that does not parse."""
    routes = ",".join(f"<{uri}>" for uri in way.route)
    if lib.legs_route(account.getId(), routes.encode()):
        raise ValueError(f"the route {routes} does not parse")
    try:
        yield
    finally:
        lib.legs_route_over()
