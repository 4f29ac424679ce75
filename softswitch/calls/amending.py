"""Supervisors change queues and agents for a while, by an interface."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, cast

import structlog

from softswitch.acd.amendments import AgentChange, QueueChange
from softswitch.acd.strategies import strategy_named
from softswitch.calls.amendments import BEGAN, Amendment, AmendmentBook, Change, Of
from softswitch.calls.describe import describe
from softswitch.calls.originator import known
from softswitch.calls.switch import Switch
from softswitch.config.settings import SwitchSettings
from softswitch.errors import ControlError, EngineError, NotNow
from softswitch.hours import midnight
from softswitch.ports import JsonValue
from softswitch.types import Seconds, ToAgent, ToMenu, ToQueue, ToVoicemail

log = structlog.get_logger(__name__)

_NOTHING: Mapping[Of, Change] = {Of.QUEUE: QueueChange(), Of.AGENT: AgentChange()}

LONGEST: Seconds = 31 * 86400.0
"""So far ahead a change may end: what is to stay longer belongs into the configuration."""

Note = Callable[[str, str, str, str], None]
"""Puts a change on record: by whom, what, of what, how."""


class Amending:
    """Everything happens at once, on the loop; `by` is who does it, for the record."""

    def __init__(self, switch: Switch, note: Note) -> None:
        self._switch = switch
        self._note = note

    def amend(
        self, of: Of, name: str, change: Change, until: float | None, version: int, by: str
    ) -> Amendment:
        """Put a change in place of the one before, until a moment (seconds since the epoch), None: until
        midnight. `version`: of the one that was seen last.

        Raises NoSuch; NotNow: somebody has changed it since; ControlError: it cannot be so.
        """
        self._check(of, name, version)
        check_change(change, self._switch.settings)
        _check_circle(name, change)
        now = self._switch.clock.now()
        end = next_midnight(now, self._switch.settings.zone) if until is None else until
        if not now < end <= now + LONGEST:
            raise ControlError("a change ends in the future, and within 31 days")
        amendment = Amendment(of, name, version + 1, change, by, now, end)
        enforce(self._switch, amendment)
        self._note(by, f"change-{of}", name, words(change))
        return amendment

    def change(
        self, of: Of, name: str, given: Mapping[str, Any], until: float | None, version: int, by: str
    ) -> Amendment:
        """Put parts of a change over what is changed already, None: as configured. Raises as `amend` does."""
        self._check(of, name, version)
        before = self._book.find(of, name)
        change: Change = replace(before.change or _NOTHING[of], **given)
        if change == _NOTHING[of] and before.change is not None:
            self.undo(of, name, version, by)
            return self._book.find(of, name)
        return self.amend(of, name, change, before.until if until is None else until, version, by)

    def undo(self, of: Of, name: str, version: int, by: str) -> None:
        """As configured. Raises NoSuch, NotNow."""
        self._check(of, name, version)
        if self._book.find(of, name).change is None:
            raise NotNow(f"{of} {name} is as configured already")
        self._end(of, name, "undone", by)
        self._note(by, f"change-{of}", name, "as configured")

    def find(self, of: Of, name: str) -> Amendment:
        """How it is. Raises NoSuch."""
        self._check_name(of, name)
        return self._book.find(of, name)

    @property
    def all(self) -> list[Amendment]:
        """Those in force."""
        return self._book.all

    @property
    def menus(self) -> list[str]:
        """Those to which a queue may send callers."""
        return [str(name) for name in self._switch.settings.menus.menus]

    def look(self) -> None:
        """The configuration is another: what sends callers where nobody is any more ends, and says so."""
        for one in self._book.all:
            if one.change is not None and (missing := next(lacking(one.change, self._switch.settings), None)):
                self._end(one.of, one.name, f"gone: {missing}", "")

    @property
    def _book(self) -> AmendmentBook:
        return self._switch.dispatcher.amendments

    def _end(self, of: Of, name: str, why: str, by: str) -> None:
        kind, told = self._book.end(of, name, why, by)
        self._switch.journal.note(kind, **told)
        self._switch.dispatcher.feed(Amendment(of, name).event(0.0))

    def _check(self, of: Of, name: str, version: int) -> None:
        self._check_name(of, name)
        now = self._book.find(of, name)
        if now.version != version:
            who = now.by or "the switch"
            said = "made it as configured again" if now.change is None else f"changed it: {words(now.change)}"
            raise NotNow(f"{of} {name} is not as you saw it: {who} has {said} (version {now.version})")

    def _check_name(self, of: Of, name: str) -> None:
        engine = self._switch.settings.engine
        names: Collection[str] = engine.queues if of is Of.QUEUE else engine.agents
        known(of, name, names)


def enforce(switch: Switch, amendment: Amendment, *, restored: bool = False) -> None:
    """Tell the engine, and the record. Raises ControlError: it cannot be so."""
    shift = asyncio.get_running_loop().time() - switch.clock.now()
    try:
        switch.dispatcher.feed(amendment.event(shift))
    except EngineError as error:
        raise ControlError(str(error)) from error
    switch.dispatcher.amendments.put(amendment)
    more: dict[str, JsonValue] = {"restored": True} if restored else {}
    switch.journal.note(BEGAN[amendment.of], **amendment.data(), **more)


def restore_amendments(switch: Switch, kept: Iterable[Mapping[str, Any]]) -> int:
    """What was changed before a restart is so again, if its time has not come; one that names what is no more
    ends, and says so. Returns how many are in force.
    """
    now, put = switch.clock.now(), 0
    for data in kept:
        try:
            one = Amendment.of_data(data)
            if one.until is not None and one.until <= now:
                _close(switch, one, "over")
            elif one.change is None or (gone := next(_lacking(one, switch.settings), None)) is not None:
                _close(switch, one, f"gone: {gone}")
            else:
                enforce(switch, one, restored=True)
                put += 1
        except (EngineError, ControlError, KeyError, TypeError, ValueError) as error:
            log.error("a change of before the start is lost", data=dict(data), error=str(error))
    return put


def _close(switch: Switch, one: Amendment, why: str) -> None:
    switch.dispatcher.amendments.put(one)
    kind, told = switch.dispatcher.amendments.end(one.of, one.name, why, "")
    switch.journal.note(kind, **told)


def _lacking(one: Amendment, settings: SwitchSettings) -> Iterator[str]:
    names: Collection[str] = settings.engine.queues if one.of is Of.QUEUE else settings.engine.agents
    if one.name not in names:
        yield f"{one.of} {one.name}"
    if one.change is not None:
        yield from lacking(one.change, settings)


def check_change(change: Change, settings: SwitchSettings) -> None:
    """Raises NoSuch, ControlError: it says nothing, or names what is not there."""
    if change in (QueueChange(), AgentChange()):
        raise ControlError("that changes nothing; to have it as configured, undo the change")
    for kind, name, names in _named(change, settings):
        known(kind, name, names)
    if isinstance(change, QueueChange) and change.strategy is not None:
        try:
            strategy_named(change.strategy)
        except EngineError as error:
            raise ControlError(str(error)) from error


def _check_circle(queue: str, change: Change) -> None:
    """Raises ControlError: a queue sends callers to itself."""
    for field in fields(change):
        match getattr(change, field.name):
            case ToQueue(to) if to == queue:
                raise ControlError(f"`{field.name}` of queue {queue} cannot be that queue itself")


def lacking(change: Change, settings: SwitchSettings) -> Iterator[str]:
    """What a change names and the configuration does not."""
    return (f"{kind} {name}" for kind, name, names in _named(change, settings) if name not in names)


def _named(change: Change, settings: SwitchSettings) -> Iterator[tuple[str, str, Collection[str]]]:
    """What a change names: its kind, its name, and the names that there are."""
    queues = settings.engine.queues
    if isinstance(change, AgentChange):
        yield from (("queue", name, queues) for name in change.queues or ())
        return
    yield from (("queue", name, queues) for name in change.overflow or ())
    for field in fields(change):
        match getattr(change, field.name):
            case ToQueue(queue):
                yield "queue", queue, queues
            case ToMenu(menu):
                yield "menu", menu, settings.menus.menus
            case ToAgent(agent) if agent is not None:
                yield "agent", agent, settings.phones
            case ToVoicemail(mailbox):
                yield "mailbox", mailbox, settings.mailboxes


def described(one: Amendment) -> dict[str, JsonValue]:
    """As JSON: `queue` or `agent`, `version`, `change` with destinations in words (null: as configured),
    `by`, `at` and `until`.
    """
    change: dict[str, JsonValue] | None = None
    if one.change is not None:
        values = ((field.name, getattr(one.change, field.name)) for field in fields(one.change))
        change = {name: _plain(value) for name, value in values if value is not None}
    which: dict[str, JsonValue] = {one.of.value: one.name}
    return which | {
        "version": one.version,
        "change": change,
        "by": one.by,
        "at": one.at or None,
        "until": one.until,
    }


def _plain(value: Any) -> JsonValue:
    if isinstance(value, tuple):
        return list(value)
    plain = value if isinstance(value, bool | int | float | str | dict) else describe(value)
    return cast(JsonValue, plain)


def words(change: Change) -> str:
    """For the record and for people: what is changed."""
    values = ((field.name, getattr(change, field.name)) for field in fields(change))
    return "; ".join(f"{name} {_shown(value)}" for name, value in values if value is not None)


def _shown(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case int() | float():
            return f"{value:g}"
        case Mapping():
            return ", ".join(f"{skill} {level}" for skill, level in value.items()) or "none"
        case tuple():
            return ", ".join(value) or "none"
        case _:
            return describe(value)  # type: ignore[arg-type]


def next_midnight(now: float, zone: str | None) -> float:
    """The one after a moment, in seconds since the epoch."""
    return midnight(midnight(now, zone) + 30 * 3600.0, zone)
