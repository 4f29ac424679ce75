"""The registrar: REGISTER in, status, bindings and events out (RFC 3261 section 10.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from softswitch.deadlines import Deadlines
from softswitch.registration.bindings import Binding
from softswitch.registration.events import Event, Expired, Refreshed, Registered, Unregistered
from softswitch.registration.request import Contact, Received, Registration
from softswitch.types import AgentName, Seconds


@dataclass(frozen=True, slots=True)
class Limits:
    """What the registrar grants."""

    default: Seconds = 600.0
    """To a phone that names no time."""
    minimum: Seconds = 60.0
    """A shorter wish is refused with 423."""
    maximum: Seconds = 3600.0
    """A longer wish gets this."""
    contacts: int = 5
    """Of one agent at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a REGISTER."""

    status: int
    """200, 400, 403, 423 or 500; with anything but 200 nothing has changed."""
    bindings: tuple[Binding, ...] = ()
    """With 200: all that the agent has now."""
    events: tuple[Event, ...] = ()
    """What happened, in order."""
    minimum: Seconds | None = None
    """With 423: what Min-Expires says."""
    why: str = ""
    """The reason phrase of a refusal, and what the log says."""


class _Refusal(Exception):
    def __init__(self, status: int, why: str, minimum: Seconds | None = None) -> None:
        super().__init__(why)
        self.outcome = Outcome(status, minimum=minimum, why=why)


class Registrar:
    """All bindings of all agents."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Nobody is registered."""
        self.limits = limits or Limits()
        """May be replaced; what is granted already stays."""
        self._of: dict[AgentName, tuple[Binding, ...]] = {}
        """By agent, never empty, in the order of first registration."""
        self._by_serial: dict[int, Binding] = {}
        self._deadlines = Deadlines()
        self._serial = 0
        self._sources: Counter[Received] = Counter()
        """How many bindings came from there, those through a proxy left out."""

    def __len__(self) -> int:
        """How many bindings there are."""
        return len(self._by_serial)

    def __iter__(self) -> Iterator[Binding]:
        """All bindings, agent by agent."""
        return (binding for bindings in self._of.values() for binding in bindings)

    def of(self, agent: AgentName) -> tuple[Binding, ...]:
        """An agent's bindings, those with the highest q first, then the eldest."""
        return tuple(sorted(self._of.get(agent, ()), key=lambda binding: -binding.q))

    def binding(self, serial: int) -> Binding | None:
        """The binding of that number, unless it has ended."""
        return self._by_serial.get(serial)

    def is_from_a_phone(self, source: Received) -> bool:
        """Whether a phone has registered from there by itself, and not through a proxy."""
        return source in self._sources

    def register(self, request: Registration, now: Seconds) -> Outcome:
        """Do what a REGISTER asks for: all of it, or nothing."""
        before = self._of.get(request.agent, ())
        alive = tuple(binding for binding in before if binding.until > now)
        try:
            after = self._cleared(request, alive) if request.star else self._updated(request, alive, now)
        except _Refusal as refusal:
            return refusal.outcome
        events = self._commit(request.agent, before, after, now)
        return Outcome(200, after, events)

    def restore(self, bindings: Iterable[Binding], now: Seconds) -> tuple[Event, ...]:
        """Take bindings from before a restart, into an empty registrar; those that ended meanwhile are left
        out.
        """
        events: list[Event] = []
        for binding in bindings:
            if binding.until > now:
                before = self._of.get(binding.agent, ())
                after = (*before, replace(binding, serial=self._next_serial()))
                events += self._commit(binding.agent, before, after, now)
        return tuple(events)

    def remove(self, binding: Binding, now: Seconds) -> tuple[Event, ...]:
        """Drop one binding, as a supervisor asks or because its connection is gone; nothing if it is gone
        already.
        """
        before = self._of.get(binding.agent, ())
        after = tuple(one for one in before if one.serial != binding.serial)
        return self._commit(binding.agent, before, after, now)

    def expire(self, now: Seconds) -> tuple[Event, ...]:
        """Drop what has ended at `now`."""
        events: list[Event] = []
        while (due := self._deadlines.next()) is not None and due[0] <= now:
            binding = self._by_serial[due[1]]
            before = self._of[binding.agent]
            events += self._commit(
                binding.agent, before, tuple(one for one in before if one.until > now), now
            )
        return tuple(events)

    def next_deadline(self) -> Seconds | None:
        """When the next binding ends; None: there is none."""
        due = self._deadlines.next()
        return None if due is None else due[0]

    def look_again(self) -> Seconds | None:
        """When to ask `expire` next: at the next end, or before where that was put off. Costs nothing."""
        return self._deadlines.look()

    def _cleared(self, request: Registration, alive: tuple[Binding, ...]) -> tuple[Binding, ...]:
        if request.expires != 0 or request.contacts:
            raise _Refusal(400, "Contact * needs Expires 0, and stands alone")
        for binding in alive:
            _in_order(request, binding)
        return ()

    def _updated(
        self, request: Registration, alive: tuple[Binding, ...], now: Seconds
    ) -> tuple[Binding, ...]:
        after = list(alive)
        for contact in request.contacts:
            granted = self._granted(request, contact)
            place = next((place for place, one in enumerate(after) if one.uri.same(contact.uri)), None)
            old = None if place is None else after[place]
            if old is not None:
                _in_order(request, old)
            if granted == 0:
                if place is not None:
                    del after[place]
                continue
            if contact.instance:
                place, old = _replaced(request, contact, after, place)
            new = self._binding(request, contact, old, now, granted)
            if place is None:
                after.append(new)
            else:
                after[place] = new
        if len(after) > max(self.limits.contacts, len(alive)):
            raise _Refusal(403, f"Too many contacts, {self.limits.contacts} at most")
        return tuple(after)

    def _granted(self, request: Registration, contact: Contact) -> Seconds:
        """The time that a contact gets; 0: it is to go."""
        wished = contact.expires if contact.expires is not None else request.expires
        limits = self.limits
        if wished is None:
            return limits.default
        if 0 < wished < limits.minimum:
            raise _Refusal(423, "Interval Too Brief", limits.minimum)
        return min(wished, limits.maximum)

    def _binding(
        self, request: Registration, contact: Contact, old: Binding | None, now: Seconds, granted: Seconds
    ) -> Binding:
        return Binding(
            agent=request.agent,
            uri=contact.uri,
            contact=contact.text,
            received=request.received,
            until=now + granted,
            since=now if old is None else old.since,
            call_id=request.call_id,
            cseq=request.cseq,
            q=contact.q,
            instance=contact.instance,
            path=request.path,
            user_agent=request.user_agent,
            serial=self._next_serial() if old is None else old.serial,
        )

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial

    def _commit(
        self, agent: AgentName, before: tuple[Binding, ...], after: tuple[Binding, ...], now: Seconds
    ) -> tuple[Event, ...]:
        """Make `after` the agent's bindings; what differs from `before` is what happened."""
        events: list[Event] = []
        kept = {binding.serial for binding in after}
        gone = [binding for binding in before if binding.serial not in kept]
        for binding in after:
            old = self._by_serial.get(binding.serial)
            if old is binding:
                continue
            self._by_serial[binding.serial] = binding
            self._place(binding, old)
            self._deadlines.set(binding.serial, binding.until)
            if old is None:
                events.append(Registered(agent, binding, first=not before and not events))
            else:
                events.append(Refreshed(agent, binding, old))
        for place, binding in enumerate(gone):
            del self._by_serial[binding.serial]
            self._deadlines.drop(binding.serial)
            self._place(None, binding)
            kind = Expired if binding.until <= now else Unregistered
            events.append(kind(agent, binding, last=not after and place == len(gone) - 1))
        if after:
            self._of[agent] = after
        else:
            self._of.pop(agent, None)
        return tuple(events)

    def _place(self, new: Binding | None, old: Binding | None) -> None:
        """One binding more, one less, or one that may come from another place now."""
        if new is not None and old is not None and (new.received, new.path) == (old.received, old.path):
            return
        if new is not None and not new.path:
            self._sources[new.received] += 1
        if old is not None and not old.path:
            self._sources[old.received] -= 1
            if not self._sources[old.received]:
                del self._sources[old.received]


def _in_order(request: Registration, binding: Binding) -> None:
    """A request that comes late, after a newer one of the same phone, must change nothing.

    The same number from the same place is a retransmission and does what it did before.
    """
    if request.call_id != binding.call_id or request.cseq > binding.cseq:
        return
    if request.cseq < binding.cseq or request.received != binding.received:
        raise _Refusal(500, "CSeq out of order")


def _replaced(
    request: Registration, contact: Contact, after: list[Binding], place: int | None
) -> tuple[int | None, Binding | None]:
    """The place of what the phone's new contact replaces, and what stands there: one phone has one binding.

    Other bindings of the same instance are taken out of `after`.
    """
    same = [at for at, one in enumerate(after) if one.instance == contact.instance]
    for at in same:
        _in_order(request, after[at])
    keep = place if place is not None else (same[0] if same else None)
    for at in reversed(same):
        if at != keep:
            del after[at]
            if keep is not None and at < keep:
                keep -= 1
    return keep, None if keep is None else after[keep]
