"""Looking inside the running switch: all that operators, pages and metrics see, and nothing they change."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

from softswitch import __version__, overview
from softswitch.acd.snapshot import Snapshot
from softswitch.calls.reasons import reasons
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.clerk.parent import Clerk
from softswitch.config.nearest import did_you_mean
from softswitch.errors import NoSuch
from softswitch.ports import BEHIND, JsonValue, Store
from softswitch.promises import reads
from softswitch.registry import Registry
from softswitch.sip.endpoint import SipEndpoint
from softswitch.store.reading import dated
from softswitch.types import CallId, QueueName, Seconds
from softswitch.web.figures import Figures, Lag

LISTED = 1000
"""Callers listed by `queues`, all queues together: each costs the loop 15 microseconds. Counts are whole."""

FEWEST = 10
"""Callers listed of each queue, however many queues there are."""


class Looking:
    """What there is to see of a switch that runs."""

    def __init__(
        self,
        switch: Switch,
        supervisor: Supervisor,
        endpoint: SipEndpoint,
        store: Store,
        registry: Registry,
        clerk: Clerk,
    ) -> None:
        self._switch = switch
        self.supervisor = supervisor
        self._endpoint = endpoint
        self.store = store
        self._registry = registry
        self._clerk = clerk
        self._started = asyncio.get_running_loop().time()
        self.stopping = asyncio.Event()
        """Set once somebody has asked the switch to stop."""

    @property
    def in_force(self) -> tuple[Path, str]:
        """The file of the configuration in force, and the digest of its text as it was read."""
        return self._switch.settings.path, self._switch.settings.digest

    @reads
    async def status(self) -> JsonValue:
        """How it is, in a few numbers."""
        now = asyncio.get_running_loop().time()
        health = self.store.health()
        return {
            "version": __version__,
            "file": str(self._switch.settings.path),
            "uptime": round(now - self._started, 1),
            "draining": self.stopping.is_set(),
            "calls": len(self.supervisor.calls),
            "max_calls": self._switch.settings.sip.max_calls,
            "phases": self._phases(),
            "record": asdict(health),
            "recording": {
                "open": len(self._endpoint.recorder.open),
                "problem": self._endpoint.recorder.problem,
            },
            "turned_away": self._endpoint.gate.turned_away(),
            "shielded": dict(self._endpoint.shield.counts()),
            "dropped": dict(self._endpoint.gate.dropped()),
            "bans": len(self._endpoint.shield.bans()),
            "late": self._endpoint.shield.late,
            "mail": asdict(self._clerk.progress.post),
            "voicemail": self._voicemail(),
            "not_ready": self.not_ready(),
            "degraded": self.degraded(),
        }

    def not_ready(self) -> list[str]:
        """Why new calls should go to another switch; empty: they are welcome here."""
        reasons = []
        if self.stopping.is_set():
            reasons.append("the switch is stopping and takes no new calls")
        if self._endpoint.shield.late:
            reasons.append("the switch is late (sip.limits.lag) and refuses new calls until it has caught up")
        if problem := self.store.health().problem:
            reasons.append(f"the record cannot be written: {problem}; calls go on, events are kept in memory")
        return reasons

    def degraded(self) -> list[str]:
        """What does not work though calls do; shown without log-in, so it names no server and no file."""
        health, desk = self.store.health(), self._switch.desk
        lacks = []
        if health.database_problem:
            lacks.append(f"the database takes no events: {health.behind} wait in files until it works again")
        elif health.behind > BEHIND:
            lacks.append(f"the database is {health.behind} events behind the record")
        if self._endpoint.recorder.problem:
            lacks.append("recordings wait for their disk")
        if desk is not None and desk.problem:
            lacks.append("messages that callers leave cannot be put into their places")
        return lacks

    @property
    def newest(self) -> int:
        """The highest number of an event."""
        return self.store.health().last

    @property
    def written(self) -> int:
        """Up to which number events survive whatever happens to this process."""
        return self.store.health().written

    @property
    def loaded(self) -> int:
        """The highest number of an event that is in the database."""
        return self.store.health().loaded

    def figures(self) -> Figures:
        """The switch in numbers, for `/metrics`."""
        now, shield, gate = asyncio.get_running_loop().time(), self._endpoint.shield, self._endpoint.gate
        servers = cast(list[dict[str, Any]], self._registry.describe_trunks())
        return Figures(
            floor=self._look(0),
            longest_wait=self._switch.dispatcher.engine.longest_waits(now),
            phases=self._phases(),
            max_calls=self._switch.settings.sip.max_calls,
            requests=gate.requests(),
            answers=gate.answers(),
            turned_away=gate.turned_away(),
            shielded=dict(shield.counts()),
            dropped=dict(gate.dropped()),
            bans=len(shield.bans()),
            phones=self._registry.count_phones(),
            trunks={(one["trunk"], one["server"]): one["state"] == "up" for one in servers},
            health=self.store.health(),
            lag=Lag(shield.meter.total, shield.meter.measured, shield.meter.worst),
            late=shield.late,
            post=self._clerk.progress.post,
            mailboxes=self._switch.desk.counts() if self._switch.desk else {},
            uptime=now - self._started,
        )

    def _voicemail(self) -> dict[str, JsonValue]:
        desk = self._switch.desk
        counts = desk.counts().values() if desk else ()
        new, heard = sum(each.new for each in counts), sum(each.old for each in counts)
        return {"new": new, "heard": heard, "problem": desk.problem if desk else ""}

    def _phases(self) -> dict[str, int]:
        """How many calls in progress there are by phase."""
        return dict(Counter(call.phase for call in self.supervisor.calls))

    @reads
    async def queues(self) -> JsonValue:
        """Every queue with the first of its waiting callers."""
        most = max(FEWEST, LISTED // max(1, len(self._switch.settings.engine.queues)))
        return overview.queues(self._look(most), self._ahead())

    async def callers(self, queue: str, most: int) -> JsonValue:
        """The first callers of one queue. Raises NoSuch."""
        found = self._look(most).queues.get(QueueName(queue))
        if found is None:
            names = self._switch.settings.engine.queues
            raise NoSuch(f"there is no queue {queue!r}{did_you_mean(queue, names)}")
        return overview.callers(found.callers, self._ahead())

    @reads
    async def waits(self, wanted: str) -> JsonValue:
        """The last call in progress, or else callback, whose id begins so, or that has this number, and what
        `why_now` says of it; None: there is none.
        """
        numbers = {id: case.number for id, case in self._switch.callbacks.cases.items()}
        numbers |= {call.id: call.leg.remote.number for call in self.supervisor.calls}
        found = [id for id, number in numbers.items() if id.startswith(wanted) or number == wanted]
        return await self.why_now(found[-1]) if wanted and found else None

    async def why_now(self, call: str) -> JsonValue:
        """In which queue a call or callback waits while no phone rings for it, and why none does; both None:
        it does not, or one rings. Raises NoSuch.
        """
        id, cases = CallId(call), self._switch.callbacks.cases
        if id not in cases and self.supervisor.find(id) is None:
            raise NoSuch(f"no call {call!r} is in progress; /api/v1/calls/live shows those that are")
        engine, now = self._switch.dispatcher.engine, asyncio.get_running_loop().time()
        stay, why = engine.stay_of(id, now), engine.why_nobody(id, now)
        at = self._switch.clock.now()
        if stay is None or why is None:
            return {"call": id, "at": at, "queue": None, "why": None}
        return {"call": id, "at": at, "queue": stay[0], "why": dated(reasons(why, now), at)}

    @reads
    async def agents(self) -> JsonValue:
        """Every agent with its state."""
        return overview.agents(self._look(0), self._ahead())

    @reads
    async def calls(self) -> JsonValue:
        """The calls in progress."""
        return self.supervisor.describe()

    @reads
    async def phones(self) -> JsonValue:
        """Every phone that is registered."""
        return self._registry.describe()

    @reads
    async def bans(self) -> JsonValue:
        """The sources that are not heard, and for how long they will not be."""
        return [
            {"address": ban.source, "why": ban.why, "left": round(left, 1)}
            for ban, left in self._endpoint.shield.bans()
        ]

    @reads
    async def callbacks(self) -> JsonValue:
        """Everybody who is to be called back, the first wanted first."""
        cases = sorted(self._switch.callbacks.cases.values(), key=lambda case: case.wanted)
        return [case.describe() for case in cases]

    @reads
    async def trunks(self) -> JsonValue:
        """Every server of every carrier."""
        return self._registry.describe_trunks()

    def _ahead(self) -> Seconds:
        """So much is people's clock ahead of the loop's."""
        return self._switch.clock.now() - asyncio.get_running_loop().time()

    def _look(self, most: int) -> Snapshot:
        """The floor, with so many callers of each queue."""
        return self._switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time(), most=most)
