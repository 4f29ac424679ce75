"""All subscriptions: SUBSCRIBE in, status out; what has changed in, whom to notify next out (RFC 6665).

    subscribe() -> 200 -> due: take() -> NOTIFY -> over() -> due again when something changed meanwhile
    time runs out, Expires: 0, nothing to watch any more -> ending: one last NOTIFY, and it is gone

One NOTIFY of a subscription is on its way at a time, and the next one tells the newest state, however many
there were in between: a slow phone costs no memory and never learns things in the wrong order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from softswitch.deadlines import Deadlines
from softswitch.types import AgentName, Seconds
from softswitch.watching.request import Subscribe
from softswitch.watching.watched import Watched

GONE = frozenset({0, 404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604})
"""Answers to a NOTIFY that end a subscription (RFC 6665 section 4.2.2); 0: no answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is granted."""

    shortest: Seconds = 60.0
    """A shorter wish is refused with 423."""
    longest: Seconds = 600.0
    """A longer wish, and none, get this: after a crash the lamps are right again within this time."""
    per_agent: int = 500
    """Subscriptions of one agent at once; the largest phones have some 120 lamps."""
    total: int = 20_000
    """About 2 kB each."""


@dataclass(slots=True, eq=False)
class Subscription:
    """One lamp of one phone, and the dialog that it is (RFC 3261 section 12)."""

    serial: int
    agent: AgentName
    """Who watches."""
    watched: Watched
    """What is watched."""
    entity: str
    """The URI of what is watched, as the phone knows it."""
    here: str
    """Our Contact, without brackets."""
    our_tag: str
    asked: Subscribe
    """The latest SUBSCRIBE."""
    until: Seconds
    cseq: int = 0
    """Of our latest NOTIFY."""
    version: int = -1
    """Of the latest document (RFC 4235 section 4.1): one subscription counts from 0."""
    told: frozenset[str] = frozenset()
    """Dialogs that the latest document showed alive."""
    ending: str = ""
    """The reason in the last Subscription-State; empty: it lives."""
    is_on_its_way: bool = False
    """A NOTIFY waits for its answer."""

    @property
    def ours(self) -> str:
        """From of our requests."""
        return f"{self.asked.ours};tag={self.our_tag}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a SUBSCRIBE."""

    status: int
    """200, 403, 423, 500 or 503; with anything but 200 nothing has changed."""
    subscription: Subscription | None = None
    """With 200."""
    granted: Seconds = 0
    """With 200: the value of Expires; with 423: of Min-Expires."""
    why: str = ""
    """Of a refusal, for the log."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A NOTIFY that is to be sent now; its number and version are taken."""

    subscription: Subscription
    state: str
    """The value of Subscription-State."""


class Subscriptions:
    """The table."""

    def __init__(self, new_tag: Callable[[], str], limits: Limits | None = None) -> None:
        """`new_tag`: an unguessable tag of ours (RFC 3261 section 19.3)."""
        self.limits = limits or Limits()
        self._new_tag = new_tag
        self._by_serial: dict[int, Subscription] = {}
        self._by_dialog: dict[tuple[str, str, str], Subscription] = {}
        self._by_origin: dict[tuple[str, str], Subscription] = {}
        """By what the first SUBSCRIBE says, for when it comes again."""
        self._watchers: dict[Watched, dict[int, Subscription]] = {}
        self._per_agent: Counter[AgentName] = Counter()
        self._due: dict[int, None] = {}
        """Serials of those that want a NOTIFY now, in the order in which they came to want it."""
        self._held_back: set[int] = set()
        """Serials of those that want another one, once the one on its way is over."""
        self._deadlines = Deadlines()
        """When those end that nothing has ended."""
        self._serial = 0

    def __len__(self) -> int:
        """How many there are, those that are ending too."""
        return len(self._by_serial)

    def __iter__(self) -> Iterator[Subscription]:
        """All of them."""
        return iter(self._by_serial.values())

    def find(self, asked: Subscribe) -> Subscription | None:
        """The subscription whose dialog a SUBSCRIBE with a To tag belongs to; None: 481."""
        found = self._by_dialog.get((asked.call_id, asked.our_tag, asked.their_tag))
        if found is None or found.ending or found.asked.event != asked.event:
            return None
        return found

    def refresh(self, found: Subscription, asked: Subscribe, now: Seconds) -> Outcome:
        """A SUBSCRIBE within the dialog: longer, or no longer."""
        if asked.cseq == found.asked.cseq:  # again, as its answer was lost
            return Outcome(200, found, max(0, found.until - now))
        if asked.cseq < found.asked.cseq:
            return Outcome(500, why="CSeq out of order")
        granted = self._granted(asked)
        if granted is None:
            return self._too_brief()
        found.asked = _with_target(asked, found.asked)
        self._live_until(found, now, granted)
        return Outcome(200, found, granted)

    def subscribe(
        self, asked: Subscribe, agent: AgentName, watched: Watched, entity: str, here: str, now: Seconds
    ) -> Outcome:
        """A SUBSCRIBE that makes a dialog; Expires: 0 asks for the state of the moment only."""
        before = self._by_origin.get((asked.call_id, asked.their_tag))
        if before is not None and asked.cseq == before.asked.cseq:
            return Outcome(200, before, 0 if before.ending else max(0, before.until - now))
        if before is not None and asked.cseq < before.asked.cseq:
            return Outcome(500, why="CSeq out of order")
        granted = self._granted(asked)
        if granted is None:
            return self._too_brief()
        if before is not None:  # a phone that has forgotten, and begins anew
            self._remove(before)
        if self._per_agent[agent] >= self.limits.per_agent:
            return Outcome(403, why=f"{self.limits.per_agent} subscriptions of one agent at most")
        if len(self) >= self.limits.total:
            return Outcome(503, why=f"{self.limits.total} subscriptions at most")
        self._serial += 1
        made = Subscription(self._serial, agent, watched, entity, here, self._new_tag(), asked, now)
        self._add(made)
        self._live_until(made, now, granted)
        return Outcome(200, made, granted)

    # What happens ------------------------------------------------------------------------------------

    def changed(self, watched: Watched) -> None:
        """What lights this lamp is not what it was."""
        for subscription in self._watchers.get(watched, {}).values():
            self._want(subscription)

    def end(self, subscription: Subscription, reason: str) -> None:
        """End one with a last NOTIFY that says why (RFC 6665 section 4.1.3), unless it ends already."""
        if not subscription.ending:
            subscription.ending = reason
            self._deadlines.drop(subscription.serial)
            self._want(subscription)

    def expire(self, now: Seconds) -> None:
        """End what was not refreshed in time."""
        while (due := self._deadlines.next()) is not None and due[0] <= now:
            self.end(self._by_serial[due[1]], "timeout")

    def next_deadline(self) -> Seconds | None:
        """When the next one ends; None: there is none that could."""
        due = self._deadlines.next()
        return None if due is None else due[0]

    # NOTIFY ------------------------------------------------------------------------------------------

    @property
    def is_due(self) -> bool:
        """Whether `take` has something."""
        return bool(self._due)

    def take(self, now: Seconds) -> Notice | None:
        """The next NOTIFY to send; `over` must hear of its end. None: there is nothing to tell."""
        if not self._due:
            return None
        serial = next(iter(self._due))
        del self._due[serial]
        subscription = self._by_serial[serial]
        subscription.is_on_its_way = True
        subscription.cseq += 1
        subscription.version += 1
        if subscription.ending:
            return Notice(subscription, f"terminated;reason={subscription.ending}")
        return Notice(subscription, f"active;expires={max(1, round(subscription.until - now))}")

    def over(self, notice: Notice, status: int) -> None:
        """The NOTIFY was answered so, or not at all (0)."""
        subscription = notice.subscription
        if self._by_serial.get(subscription.serial) is not subscription:
            return
        subscription.is_on_its_way = False
        if status in GONE or notice.state.startswith("terminated"):
            self._remove(subscription)
        elif subscription.serial in self._held_back:
            self._held_back.discard(subscription.serial)
            self._due[subscription.serial] = None

    # Inside ------------------------------------------------------------------------------------------

    def _granted(self, asked: Subscribe) -> Seconds | None:
        """None: too short (RFC 6665 section 4.2.1.1)."""
        wished = self.limits.longest if asked.expires is None else asked.expires
        return None if 0 < wished < self.limits.shortest else min(wished, self.limits.longest)

    def _too_brief(self) -> Outcome:
        return Outcome(423, granted=self.limits.shortest, why="Interval Too Brief")

    def _live_until(self, subscription: Subscription, now: Seconds, granted: Seconds) -> None:
        subscription.until = now + granted
        if granted == 0:
            subscription.ending = "timeout"
            self._deadlines.drop(subscription.serial)
        else:
            self._deadlines.set(subscription.serial, subscription.until)
        self._want(subscription)

    def _want(self, subscription: Subscription) -> None:
        if subscription.is_on_its_way:
            self._held_back.add(subscription.serial)
        else:
            self._due[subscription.serial] = None

    def _add(self, made: Subscription) -> None:
        asked = made.asked
        self._by_serial[made.serial] = made
        self._by_dialog[asked.call_id, made.our_tag, asked.their_tag] = made
        self._by_origin[asked.call_id, asked.their_tag] = made
        self._watchers.setdefault(made.watched, {})[made.serial] = made
        self._per_agent[made.agent] += 1

    def _remove(self, gone: Subscription) -> None:
        asked = gone.asked
        del self._by_serial[gone.serial]
        del self._by_dialog[asked.call_id, gone.our_tag, asked.their_tag]
        del self._by_origin[asked.call_id, asked.their_tag]
        watchers = self._watchers[gone.watched]
        del watchers[gone.serial]
        if not watchers:
            del self._watchers[gone.watched]
        self._per_agent[gone.agent] -= 1
        if not self._per_agent[gone.agent]:
            del self._per_agent[gone.agent]
        self._deadlines.drop(gone.serial)
        self._due.pop(gone.serial, None)
        self._held_back.discard(gone.serial)


def _with_target(asked: Subscribe, before: Subscribe) -> Subscribe:
    """A refresh replaces the remote target and the way back, never the route set (RFC 3261 section 12.2)."""
    return replace(asked, contact=asked.contact or before.contact, record_route=before.record_route)
