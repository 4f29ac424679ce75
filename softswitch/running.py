"""The running switch as its operators see it: reload, stop, and looking inside.

Commands over the control socket and signals end up here; everything runs on the loop.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import structlog

from softswitch import __version__, overview
from softswitch.access import COMMAND_LINE
from softswitch.acd.events import SettingsChanged
from softswitch.acd.snapshot import Snapshot
from softswitch.audio.speech import SpeechService
from softswitch.calls.operator import Operator
from softswitch.calls.phones import PhoneBook
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.clerk.parent import Clerk
from softswitch.config.difference import difference
from softswitch.config.load import load
from softswitch.config.models.mail import parse_mail_address
from softswitch.config.nearest import did_you_mean
from softswitch.config.places import place_of
from softswitch.config.settings import SwitchSettings
from softswitch.control.server import Handler
from softswitch.errors import ConfigError, ControlError, EndpointError, NoSuch
from softswitch.ports import BEHIND, JsonValue, Store
from softswitch.registry import Registry
from softswitch.sip.certificate import Certificate
from softswitch.sip.endpoint import SipEndpoint
from softswitch.types import QueueName, Seconds
from softswitch.web.figures import Figures, Lag

log = structlog.get_logger(__name__)

_FIXED_AT_START = (
    "sip.listen",
    "sip.public_address",
    "sip.stun",
    "sip.local_networks",
    "sip.codecs",
    "sip.rtp_ports",
    "media.sample_rate",
    "recording.folder",
    "data",
    "store",
    "web",
    "zone",
)
"""What a reload cannot change: the stack beneath is built on it."""

LISTED = 1000
"""Callers listed by `queues`, all queues together: each costs the loop 15 microseconds. Counts are whole."""

BEAT: Seconds = 5.0
"""How often somebody who waits for an answer gets a word."""

FEWEST = 10
"""Callers listed of each queue, however many queues there are."""


class RunningSwitch:
    """Everything an operator can do to a switch that runs."""

    def __init__(
        self,
        switch: Switch,
        supervisor: Supervisor,
        endpoint: SipEndpoint,
        speech: SpeechService,
        store: Store,
        book: PhoneBook,
        registry: Registry,
        clerk: Clerk,
    ) -> None:
        self._switch = switch
        self.operator = Operator(switch, supervisor)
        """What can be done to agents and calls."""
        self._speech = speech
        self._supervisor = supervisor
        self._endpoint = endpoint
        self._store = store
        self._book = book
        self._registry = registry
        self._clerk = clerk
        self.followers: list[Callable[[SwitchSettings], None]] = []
        """Who else puts changed settings in force."""
        self._started = asyncio.get_running_loop().time()
        endpoint.recorder.note = switch.journal.note
        self._reloading = asyncio.Lock()
        self._stop_asked = asyncio.Event()
        self._stop_now = asyncio.Event()

    def handlers(self) -> Mapping[str, Handler]:
        """The commands of the control socket."""
        return {
            "status": self.status,
            "queues": self.queues,
            "agents": self.agents,
            "calls": self.calls,
            "phones": self.phones,
            "bans": self.bans,
            "unban": self.unban,
            "trunks": self.trunks,
            "callbacks": self.callbacks,
            "cancel_callback": self.cancel_callback,
            "reload": self.reload,
            "stop": self.stop,
            "mail_test": self.mail_test,
        }

    async def until_stopped(self) -> None:
        """Serve until asked to stop; then drain: no new calls, who waits is told, who talks may finish."""
        await self._stop_asked.wait()
        self._endpoint.admit(draining=True)
        self._switch.journal.note("SwitchDraining", calls=len(self._supervisor.calls))
        async with asyncio.TaskGroup() as group:
            drained = group.create_task(self._supervisor.drain(self._switch.settings.sip.drain))
            at_once = group.create_task(self._stop_now.wait())
            await asyncio.wait({drained, at_once}, return_when=asyncio.FIRST_COMPLETED)
            drained.cancel()
            at_once.cancel()

    def ask_to_stop(self) -> None:
        """The first time: drain. The second time: stop at once."""
        if self._stop_asked.is_set():
            self._stop_now.set()
        self._stop_asked.set()

    async def stop(self, by: str = COMMAND_LINE.name) -> JsonValue:
        """Drain, then stop; a second one stops at once. `by`: who wants it."""
        self.operator.changed(by, "stop", "")
        self.ask_to_stop()
        return {"draining": len(self._supervisor.calls), "limit": self._switch.settings.sip.drain}

    async def mail_test(self, to: str, by: str = COMMAND_LINE.name) -> AsyncGenerator[JsonValue, None]:
        """Send one mail at once, past those that wait; a word every few seconds, and at last how that went.
        Raises ControlError: it is no address.
        """
        probing = asyncio.create_task(self.try_mail(to, by))
        try:
            while not (await asyncio.wait([probing], timeout=BEAT))[0]:
                yield None
            taken, words = probing.result()
        finally:
            probing.cancel()
        yield {"taken": taken, "said": words}

    async def try_mail(self, to: str, by: str) -> tuple[bool, str]:
        """The same without a word before its end: whether it was taken, and what the server said."""
        try:
            parse_mail_address(to)
        except ValueError as error:
            raise ControlError(f"{to!r} is no mail address; write it as anna@office.example") from error
        taken, words = await self._clerk.probe(to)
        self.operator.changed(by, "mail-test", to, words)
        return taken, words

    async def reload(self, by: str = COMMAND_LINE.name) -> JsonValue:
        """Read the configuration again and apply it without touching a call; a broken one changes nothing.
        `by`: who wants it. Returns what has changed, by names.

        Raises ConfigError with every problem of the file.
        """
        async with self._reloading:
            old = self._switch.settings
            try:
                new = await asyncio.to_thread(load, old.path)
            except ConfigError as error:
                self._switch.journal.note(
                    "SettingsRefused", file=str(old.path), problems=str(error).splitlines()
                )
                raise
            await self._apply(new)
            waits = [name for name in _FIXED_AT_START if _value(old, name) != _value(new, name)]
            self._switch.journal.note(
                "SettingsLoaded", file=str(new.path), after_restart=waits, service=new.services.to_json()
            )
            self.operator.changed(by, "reload", str(new.path))
            return {"file": str(new.path), "after_restart": waits, **asdict(difference(old, new))}

    async def _apply(self, new: SwitchSettings) -> None:
        old = self._switch.settings.media
        certificate = await asyncio.to_thread(Certificate.read, new.sip)
        self._speech.reload(replace(new.media, sample_rate=old.sample_rate))
        changed = {name for name in old.music if old.music[name] != new.media.music.get(name)}
        await self._switch.music.load(new.media.queue_music.values(), changed)
        # The engine may refuse, and then nothing else must have changed; its phones ring a moment later.
        self._switch.dispatcher.feed(SettingsChanged(new.engine))
        self._switch.settings = new
        try:
            self._endpoint.renew(certificate)  # before trunks connect
        except EndpointError as error:
            log.error("TLS is off until the next reload that works", error=str(error))
        self._registry.apply(new)
        self._book.apply(new.phones)
        emergencies = new.dialplan.numbering.emergency_forms
        self._endpoint.admit(max_calls=new.sip.max_calls, emergencies=emergencies)
        self._endpoint.shield.apply(new.sip.hostility, new.sip.listen)
        self._endpoint.silence.apply(new.sip.rtp_timeout, new.sip.rtp_timeout_on_hold)
        for apply in self.followers:
            apply(new)

    @property
    def in_force(self) -> tuple[Path, str]:
        """The file of the configuration in force, and the digest of its text as it was read."""
        return self._switch.settings.path, self._switch.settings.digest

    def turned_away(self, why: str, count: int) -> None:
        """There was no room for so many new calls; the record says why."""
        if why == "draining" and not self._stop_asked.is_set():
            why = "starting"  # which the gate does not tell apart
        limit = self._switch.settings.sip.max_calls if why == "max_calls" else None
        self._switch.journal.note("CallsTurnedAway", why=why, count=count, limit=limit)

    async def status(self) -> JsonValue:
        """How it is, in a few numbers."""
        now = asyncio.get_running_loop().time()
        health = self._store.health()
        return {
            "version": __version__,
            "file": str(self._switch.settings.path),
            "uptime": round(now - self._started, 1),
            "draining": self._stop_asked.is_set(),
            "calls": len(self._supervisor.calls),
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
        if self._stop_asked.is_set():
            reasons.append("the switch is stopping and takes no new calls")
        if self._endpoint.shield.late:
            reasons.append("the switch is late (sip.limits.lag) and refuses new calls until it has caught up")
        if problem := self._store.health().problem:
            reasons.append(f"the record cannot be written: {problem}; calls go on, events are kept in memory")
        return reasons

    def degraded(self) -> list[str]:
        """What does not work though calls do; shown without log-in, so it names no server and no file."""
        health, desk = self._store.health(), self._switch.desk
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
        return self._store.health().last

    @property
    def written(self) -> int:
        """Up to which number events survive whatever happens to this process."""
        return self._store.health().written

    @property
    def loaded(self) -> int:
        """The highest number of an event that is in the database."""
        return self._store.health().loaded

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
            health=self._store.health(),
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
        return dict(Counter(call.phase for call in self._supervisor.calls))

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

    async def agents(self) -> JsonValue:
        """Every agent with its state."""
        return overview.agents(self._look(0), self._ahead())

    async def calls(self) -> JsonValue:
        """The calls in progress."""
        return self._supervisor.describe()

    async def phones(self) -> JsonValue:
        """Every phone that is registered."""
        return self._registry.describe()

    async def bans(self) -> JsonValue:
        """The sources that are not heard, and for how long they will not be."""
        return [
            {"address": ban.source, "why": ban.why, "left": round(left, 1)}
            for ban, left in self._endpoint.shield.bans()
        ]

    async def unban(self, address: str, by: str = COMMAND_LINE.name) -> JsonValue:
        """Hear a source again. Raises ControlError when it is no address."""
        try:
            banned = self._endpoint.shield.unban(address)
        except ValueError:
            raise ControlError(f"{address!r} is no address; `softswitch bans` shows who is banned") from None
        if banned:
            self.operator.changed(by, "unban", address)
        return {"address": address, "banned": banned}

    async def callbacks(self) -> JsonValue:
        """Everybody who is to be called back, the first wanted first."""
        cases = sorted(self._switch.callbacks.cases.values(), key=lambda case: case.wanted)
        return [case.describe() for case in cases]

    async def cancel_callback(self, callback: str, by: str = COMMAND_LINE.name) -> JsonValue:
        """Call somebody back no more. Raises NoSuch, NotNow."""
        return {"callback": callback, "number": self.operator.cancel_callback(callback, by)}

    async def trunks(self) -> JsonValue:
        """Every server of every carrier."""
        return self._registry.describe_trunks()

    def _ahead(self) -> Seconds:
        """So much is people's clock ahead of the loop's."""
        return self._switch.clock.now() - asyncio.get_running_loop().time()

    def _look(self, most: int) -> Snapshot:
        """The floor, with so many callers of each queue."""
        return self._switch.dispatcher.engine.snapshot(asyncio.get_running_loop().time(), most=most)


def _value(settings: SwitchSettings, dotted: str) -> object:
    value: object = settings
    for name in dotted.split("."):
        value = getattr(value, name)
    return value


def record_folder(settings: SwitchSettings, data: Path | None) -> Path:
    """Where the record and the control socket are: the command line decides, else the configuration."""
    return (data or settings.path.parent / settings.data).resolve()


def folder_named_by(path: Path) -> str:
    """Who has said, within a configuration, where the record is; for messages."""
    place = place_of(path, "data")
    return f"`data` in {place}" if place else f"a file that names none by `data`, beside {path.name}"
