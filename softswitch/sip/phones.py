"""Phones that register: the pure registrar with a clock, the question whether each phone is still there, and
the word to the queues when an agent's last phone goes or the first one comes.

    REGISTER -> register() -> bindings -> ways(agent)
    every keep_alive: OPTIONS -> answered: there; three in a row unanswered: not rung until it answers again
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from softswitch import siptext
from softswitch.config.sip_settings import in_uri
from softswitch.ports import Journal, JsonValue
from softswitch.registration.bindings import Binding
from softswitch.registration.events import Event, Expired, Refreshed, Registered
from softswitch.registration.registrar import Outcome, Registrar
from softswitch.registration.request import Received, Registration
from softswitch.sip.pinger import Answered, Pinger
from softswitch.types import AgentName, Seconds, Srtp, Way

MISSES = 3
"""Questions in a row without an answer after which a phone is not there."""

ASKED_AT_START = 1000
"""So many phones are asked each second after a restart: thousands at once would hold up the loop."""

Presence = Callable[[AgentName, bool], None]
"""Is told when an agent's first phone comes (True) and when the last one goes (False)."""


@dataclass(slots=True)
class _Phone:
    """What is known of one binding beyond the registrar."""

    misses: int = 0
    latency: Seconds | None = None
    timer: asyncio.TimerHandle | None = None
    gone: bool = False

    @property
    def there(self) -> bool:
        return self.misses < MISSES


class Phones:
    """All phones that registered (`ports.Directory`)."""

    def __init__(self, registrar: Registrar, pinger: Pinger, journal: Journal, presence: Presence) -> None:
        self._keep_alive: Seconds = 30.0
        self.srtp: Mapping[AgentName, Srtp] = {}
        """How their sound is encrypted, of agents where it may be."""
        self.changed: Callable[[Event], None] | None = None
        """Whoever keeps the bindings over a restart hears of every change."""
        self._registrar = registrar
        self._pinger = pinger
        self._journal = journal
        self._presence = presence
        self._loop = asyncio.get_running_loop()
        self._phones: dict[int, _Phone] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._reached: set[AgentName] = set()
        """Agents of whom the queues know that a phone is there."""

    @property
    def keep_alive(self) -> Seconds:
        """How often each phone is asked whether it is there; 0: never."""
        return self._keep_alive

    @keep_alive.setter
    def keep_alive(self, seconds: Seconds) -> None:
        if seconds == self._keep_alive:
            return
        self._keep_alive = seconds
        for serial, phone in self._phones.items():
            if seconds <= 0:
                phone.misses = 0  # nobody would ever find out that it is there again
            self._ask_later(serial, seconds * random.random())
        for agent in self.agents():
            self._tell(agent)

    def close(self) -> None:
        """Stop all timers."""
        for phone in self._phones.values():
            phone.gone = True
            if phone.timer:
                phone.timer.cancel()
        if self._timer:
            self._timer.cancel()
        self._phones.clear()

    def ways(self, agent: AgentName) -> Sequence[Way]:
        """How the agent's phones are reached that are there, the most wanted first."""
        srtp = self.srtp.get(agent, Srtp.OFF)
        bindings = self._registrar.of(agent)
        return [replace(_way(binding), srtp=srtp) for binding in bindings if self._there(binding)]

    def register(self, request: Registration) -> Outcome:
        """Do what a REGISTER of a proven agent asks for. Where it is one contact too many, those go that
        answer no more: a phone that lost its connection comes again from another port.
        """
        now = self._loop.time()
        outcome = self._registrar.register(request, now)
        if outcome.status == 403:
            for binding in [one for one in self._registrar.of(request.agent) if not self._there(one)]:
                self._follow(self._registrar.remove(binding, now))
            outcome = self._registrar.register(request, now)
        self._follow(outcome.events)
        return outcome

    def is_from_a_phone(self, source: Received) -> bool:
        """See `Registrar.is_from_a_phone`."""
        return self._registrar.is_from_a_phone(source)

    def restore(self, bindings: Iterable[Binding]) -> None:
        """Take the bindings from before a restart; each phone is asked soon whether it is still there.

        The connections of those over TCP and TLS have ended: such a phone is there once it is heard of.
        """
        events = self._registrar.restore(bindings, self._loop.time())
        self._follow(events, restored=True)
        for event in events:
            self._ask_later(event.binding.serial, random.random() * len(events) / ASKED_AT_START)

    def dismiss(self, agents: Iterable[AgentName]) -> None:
        """These agents are no more, or have another login: their phones must register anew."""
        for agent in agents:
            for binding in self._registrar.of(agent):
                self._follow(self._registrar.remove(binding, self._loop.time()))

    def agents(self) -> set[AgentName]:
        """Who has phones registered."""
        return {binding.agent for binding in self._registrar}

    def describe(self) -> list[dict[str, JsonValue]]:
        """A line for each phone, for `softswitch phones`."""
        now = self._loop.time()
        lines: list[dict[str, JsonValue]] = []
        for binding in self._registrar:
            phone = self._phones[binding.serial]
            lines.append({
                "agent": binding.agent, "contact": binding.contact, "transport": binding.received.transport,
                "source": _source(binding), "nat": binding.behind_nat,
                "path": list(binding.path), "q": binding.q, "phone": binding.user_agent,
                "state": "there" if phone.there else "silent",
                "latency": phone.latency, "registered": round(now - binding.since, 1),
                "expires": round(binding.until - now, 1),
            })  # fmt: skip
        return lines

    def count(self) -> dict[str, int]:
        """How many are registered, by state."""
        there = sum(phone.there for phone in self._phones.values())
        return {"there": there, "silent": len(self._phones) - there}

    # What happens ------------------------------------------------------------------------------------

    def _follow(self, events: Iterable[Event], *, restored: bool = False) -> None:
        agents = set()
        for event in events:
            match event:
                case Refreshed():
                    if self._is_back(event):
                        agents.add(event.agent)
                case Registered():
                    is_cut_off = restored and event.binding.received.transport != "udp"
                    self._come(event.binding, MISSES if is_cut_off else 0)
                    agents.add(event.agent)
                case _:
                    self._go(event.binding, "expired" if isinstance(event, Expired) else "unregistered")
                    agents.add(event.agent)
            if self.changed is not None:
                self.changed(event)
        for agent in agents:
            self._tell(agent)
        self._arm()

    def _come(self, binding: Binding, misses: int) -> None:
        self._phones[binding.serial] = _Phone(misses)
        self._journal.note(
            "PhoneRegistered",
            agent=binding.agent,
            contact=binding.contact,
            source=f"{binding.received.transport}:{_source(binding)}",
        )
        self._ask_later(binding.serial, 0.0)

    def _is_back(self, event: Refreshed) -> bool:
        """A phone that registers is there, whatever it made of our questions; whether that is news."""
        phone = self._phones[event.binding.serial]
        if phone.there:
            return False
        phone.misses = 0
        return True

    def _go(self, binding: Binding, why: str) -> None:
        phone = self._phones.pop(binding.serial)
        phone.gone = True
        if phone.timer:
            phone.timer.cancel()
        self._journal.note("PhoneUnregistered", agent=binding.agent, contact=binding.contact, why=why)

    def _tell(self, agent: AgentName) -> None:
        reached = any(self._there(binding) for binding in self._registrar.of(agent))
        if reached is (agent in self._reached):
            return
        if reached:
            self._reached.add(agent)
        else:
            self._reached.discard(agent)
        self._presence(agent, reached)

    def _there(self, binding: Binding) -> bool:
        return self._phones[binding.serial].there

    def _arm(self) -> None:
        """A timer that comes too early, as refreshes have put off what it was for, is left to come."""
        due = self._registrar.look_again()
        if self._timer and due is not None and self._timer.when() <= due:
            return
        if self._timer:
            self._timer.cancel()
        self._timer = None if due is None else self._loop.call_at(due, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._follow(self._registrar.expire(self._loop.time()))

    # Is it still there? ------------------------------------------------------------------------------

    def _ask_later(self, serial: int, delay: Seconds) -> None:
        phone = self._phones[serial]
        if phone.timer:
            phone.timer.cancel()
        asked = self._keep_alive > 0
        phone.timer = self._loop.call_later(delay, self._ask, serial, phone) if asked else None

    def _ask(self, serial: int, phone: _Phone) -> None:
        binding = self._registrar.binding(serial)
        if binding is not None:
            self._pinger.ask(_way(binding), lambda answer: self._answered(serial, phone, answer))

    def _answered(self, serial: int, phone: _Phone, answer: Answered | None) -> None:
        binding = self._registrar.binding(serial)
        if phone.gone or binding is None:
            return
        phone.latency = None if answer is None else answer.took
        phone.misses = 0 if answer is not None else phone.misses + 1
        self._tell(binding.agent)
        # Spread, so that phones that came together are not asked together for ever.
        self._ask_later(serial, self._keep_alive * random.uniform(0.8, 1.0))


def _way(binding: Binding) -> Way:
    """By its Path; else, behind NAT or over a connection, by where its REGISTER came from."""
    seen = binding.received
    if binding.path:
        return Way(binding.contact, tuple(siptext.addresses(route)[0].uri for route in binding.path))
    if not binding.behind_nat and seen.transport == "udp":
        return Way(binding.contact)
    return Way(binding.contact, (seen.hop,))


def _source(binding: Binding) -> str:
    """Where its REGISTER came from: address and port."""
    return f"{in_uri(binding.received.host)}:{binding.received.port}"
