"""The running switch as its operators see it: reload, stop, and looking inside.

Commands over the control socket and signals end up here; everything runs on the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path

import structlog

from softswitch.access import COMMAND_LINE
from softswitch.acd.events import SettingsChanged
from softswitch.audio.speech import SpeechService
from softswitch.calls.by_command import ByCommand
from softswitch.calls.operator import Operator
from softswitch.calls.phones import PhoneBook
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.clerk.parent import Clerk
from softswitch.config.difference import difference
from softswitch.config.load import load
from softswitch.config.models.mail import parse_mail_address
from softswitch.config.places import place_of
from softswitch.config.settings import SwitchSettings
from softswitch.control.server import Handler
from softswitch.errors import ConfigError, ControlError, EndpointError
from softswitch.looking import Looking
from softswitch.ports import JsonValue, Store
from softswitch.registry import Registry
from softswitch.sip.certificate import Certificate
from softswitch.sip.endpoint import SipEndpoint
from softswitch.types import Seconds

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
    "events_in_memory",
    "web",
    "zone",
)
"""What a reload cannot change: the stack beneath is built on it."""

BEAT: Seconds = 5.0
"""How often somebody who waits for an answer gets a word."""


class RunningSwitch(Looking):
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
        super().__init__(switch, supervisor, endpoint, store, registry, clerk)
        self.operator = Operator(switch, supervisor)
        """What can be done to agents and calls."""
        self._speech = speech
        self._book = book
        self.followers: list[Callable[[SwitchSettings], None]] = []
        """Who else puts changed settings in force."""
        endpoint.recorder.note = switch.journal.note
        self._reloading = asyncio.Lock()
        self._stop_now = asyncio.Event()

    def handlers(self) -> Mapping[str, Handler]:
        """The commands of the control socket."""
        return {
            "status": self.status,
            "queues": self.queues,
            "agents": self.agents,
            "waits": self.waits,
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
            **ByCommand(self.operator).handlers(),
        }

    async def until_stopped(self) -> None:
        """Serve until asked to stop; then drain: no new calls, who waits is told, who talks may finish."""
        await self.stopping.wait()
        self._endpoint.admit(draining=True)
        self._switch.journal.note("SwitchDraining", calls=len(self.supervisor.calls))
        async with asyncio.TaskGroup() as group:
            drained = group.create_task(self.supervisor.drain(self._switch.settings.sip.drain))
            at_once = group.create_task(self._stop_now.wait())
            await asyncio.wait({drained, at_once}, return_when=asyncio.FIRST_COMPLETED)
            drained.cancel()
            at_once.cancel()

    def ask_to_stop(self) -> None:
        """The first time: drain. The second time: stop at once."""
        if self.stopping.is_set():
            self._stop_now.set()
        self.stopping.set()

    async def stop(self, by: str = COMMAND_LINE.name) -> JsonValue:
        """Drain, then stop; a second one stops at once. `by`: who wants it."""
        self.operator.changed(by, "stop", "")
        self.ask_to_stop()
        return {"draining": len(self.supervisor.calls), "limit": self._switch.settings.sip.drain}

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

    def turned_away(self, why: str, count: int) -> None:
        """There was no room for so many new calls; the record says why."""
        if why == "draining" and not self.stopping.is_set():
            why = "starting"  # which the gate does not tell apart
        limit = self._switch.settings.sip.max_calls if why == "max_calls" else None
        self._switch.journal.note("CallsTurnedAway", why=why, count=count, limit=limit)

    async def unban(self, address: str, by: str = COMMAND_LINE.name) -> JsonValue:
        """Hear a source again. Raises ControlError when it is no address."""
        try:
            banned = self._endpoint.shield.unban(address)
        except ValueError:
            raise ControlError(f"{address!r} is no address; `softswitch bans` shows who is banned") from None
        if banned:
            self.operator.changed(by, "unban", address)
        return {"address": address, "banned": banned}

    async def cancel_callback(self, callback: str, by: str = COMMAND_LINE.name) -> JsonValue:
        """Call somebody back no more. Raises NoSuch, NotNow."""
        return {"callback": callback, "number": self.operator.cancel_callback(callback, by)}


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
