"""One server of a carrier: registered at, asked whether it is there, known by its addresses.

    trying --answers, or takes the registration--> up
    up, trying --refuses the registration, or three OPTIONS unanswered--> down, and back the same way

A server that is down is not forbidden: it is tried last.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from enum import StrEnum

import pjsua2 as pj
import structlog

from softswitch.config.settings import Trunk
from softswitch.config.sip_settings import SipSettings
from softswitch.ports import JsonValue
from softswitch.sip.accounts import Registered, TrunkAccount
from softswitch.sip.options import trunk_options
from softswitch.sip.pinger import Answered, Pinger
from softswitch.types import Seconds, Way

log = structlog.get_logger(__name__)

MISSES = 3
"""Questions in a row without an answer after which a server is down."""

SOON: Seconds = 5.0
"""A question without an answer is asked again after this, until the server is known to be down."""

RETRIES: tuple[Seconds, ...] = (2.0, 5.0, 15.0, 30.0, 60.0)
"""How long after each refused registration in a row the next one is sent; the last one from then on."""

OUT_OF_SERVICE = 503
"""An answer to OPTIONS that says: not now."""

_BUSY = 171001  # PJSIP_EBUSY


class State(StrEnum):
    """What is known of a server."""

    TRYING = "trying"
    UP = "up"
    DOWN = "down"


Told = Callable[["Server"], None]
"""Hears of every change of state."""


class Server:
    """One server; its account of PJSUA lives as long as it does."""

    def __init__(self, trunk: Trunk, place: int, account: TrunkAccount, pinger: Pinger, told: Told) -> None:
        """`place` is its place among the trunk's servers."""
        self._loop = asyncio.get_running_loop()
        self.trunk = trunk
        self.place = place
        self.account = account
        self.state = State.TRYING
        self.since = self._loop.time()
        self.latency: Seconds | None = None
        self._problems: dict[str, str] = {}
        """What went wrong last, by method; stays when it is well again."""
        self.answered_from = ""
        """The address that took our registration."""
        self._own_uri = ""
        """Who we are there."""
        self._pinger = pinger
        self._told = told
        self._turned_away = 0
        self._registered = False
        self._registering = False
        """A REGISTER is on its way."""
        self._unregistering = False
        """It is the one that takes the registration back."""
        self._refusals = 0
        self._misses = 0
        self._retry: asyncio.TimerHandle | None = None
        self._question: asyncio.TimerHandle | None = None
        self._over = False

    def open(self, sip: SipSettings, domain: str) -> None:
        """Make the account, register, and begin to ask. Raises pj.Error."""
        self.account.on_registered = self._registration
        self._registering = self.trunk.register  # which is what making the account begins with
        options = trunk_options(sip, domain, self.trunk, self.place)
        self._own_uri = options.idUri
        self.account.create(options, False)
        if not self.trunk.register and not self.trunk.options:
            self._become(State.UP)  # nothing will ever tell
        self._ask_in(0.0)

    def close(self) -> None:
        """Ask no more, and unregister; `is_registered` tells when that is done."""
        self._over = True
        for timer in (self._retry, self._question):
            if timer is not None:
                timer.cancel()
        if self._registered and not self._registering:
            self._register(False)

    @property
    def is_registered(self) -> bool:
        """The carrier knows where to send calls, or is about to."""
        return self._registered or self._registering

    @property
    def problem(self) -> str:
        """`REGISTER: 408 Request Timeout; OPTIONS: no answer`; empty as long as all has gone well."""
        return "; ".join(f"{method}: {what}" for method, what in sorted(self._problems.items(), reverse=True))

    @property
    def name(self) -> str:
        """For people and the record."""
        return self.trunk.servers[self.place].shown

    def way(self, number: str) -> Way:
        """How a number, in the carrier's form, is called by this server."""
        uri = self.trunk.servers[self.place].uri(number)
        return Way(uri, srtp=self.trunk.srtp, trunk=self.trunk.name, server=self.place)

    def suspect(self) -> None:
        """A call found nobody there: ask at once."""
        if self.trunk.options and not self._over and self._question is not None:
            self._question.cancel()
            self._ask_in(0.0)

    def turned_away(self, count: int) -> None:
        """So many more calls came when all channels were busy."""
        self._turned_away += count
        self._problems["channels"] = f"all busy, {self._turned_away} calls turned away"

    def describe(self, calls: int) -> JsonValue:
        """A line of `softswitch trunks`; `calls` are those of the whole trunk."""
        return {
            "trunk": self.trunk.name,
            "server": self.name,
            "state": self.state,
            "seconds": round(self._loop.time() - self.since, 1),
            "registered": self._registered if self.trunk.register else None,
            "latency": self.latency,
            "calls": calls,
            "channels": self.trunk.channels,
            "problem": self.problem,
        }

    # Registration ------------------------------------------------------------------------------------

    def _registration(self, answer: Registered) -> None:
        """PJSUA has an answer to a REGISTER, or none will come."""
        self._registering = False
        granted = answer.status // 100 == 2 and answer.expires > 0
        self._registered = granted and not self._unregistering
        if self._registered:
            self._refusals = 0
            self.answered_from = answer.source
        elif answer.status // 100 != 2:
            self._refusals += 1
            self._problems["REGISTER"] = f"{answer.status} {answer.reason}".rstrip()
        if self._over:
            if self._registered:  # the answer that `close` had to wait for
                self._register(False)
            return
        if not self._registered:
            delay = RETRIES[min(self._refusals, len(RETRIES)) - 1]
            self._retry = self._loop.call_later(delay * random.uniform(0.9, 1.1), self._register, True)
        self._judge()

    def _register(self, wanted: bool) -> None:
        self._retry = None
        self._registering, self._unregistering = True, not wanted
        try:
            self.account.setRegistration(wanted)
        except pj.Error as error:
            log.debug("trunk.register_failed", trunk=self.trunk.name, server=self.name, why=error.reason)
            if not wanted and error.status == _BUSY:  # refreshing it; the answer to that will come
                self._unregistering = False
            else:
                self._registration(Registered(503, error.reason))

    # Is it there? ------------------------------------------------------------------------------------

    def _ask_in(self, delay: Seconds) -> None:
        if self.trunk.options and not self._over:
            self._question = self._loop.call_later(delay, self._ask)

    def _ask(self) -> None:
        self._question = None
        # Under our name there: exchanges hold questions of people whom they do not know against them.
        self._pinger.ask(Way(self.trunk.servers[self.place].uri()), self._heard, self._own_uri)

    def _heard(self, answer: Answered | None) -> None:
        if self._over:
            return
        if answer is None or answer.status == OUT_OF_SERVICE:
            self._misses += 1
            self.latency = None if answer is None else answer.took
            self._problems["OPTIONS"] = "no answer" if answer is None else str(answer.status)
            interval = SOON if self._misses < MISSES else self.trunk.options
            self._ask_in(min(interval, self.trunk.options))
        else:
            self._misses = 0
            self.latency = answer.took
            self._ask_in(self.trunk.options * random.uniform(0.8, 1.0))
        self._judge()

    def _judge(self) -> None:
        if self._misses >= MISSES or (self.trunk.register and self._refusals):
            self._become(State.DOWN)
        elif self._registered if self.trunk.register else self.latency is not None and not self._misses:
            self._become(State.UP)

    def _become(self, state: State) -> None:
        if state is not self.state:
            self.state, self.since = state, self._loop.time()
            self._told(self)
