"""What a call was: one record, read off its events."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from softswitch.jsontext import dumps
from softswitch.plain import plain
from softswitch.types import CallId, EndedBy, Quality, Seconds

CANCELLED = 487
"""Request Terminated: the caller hung up before anybody answered."""


LOST = "lost: switch stopped"
"""The reason in the record of a call that was in progress when the switch crashed."""


@dataclass(slots=True)
class Offer:
    """One ringing of one agent."""

    agent: str
    result: str = ""
    """`answered`, or why not; empty when that is not known."""
    seconds: Seconds = 0.0
    """From the INVITE to the answer, refusal or cancelling."""


@dataclass(slots=True)
class Talk:
    """One conversation."""

    agent: str = ""
    """Who of the house; empty: somebody outside."""
    number: str = ""
    """Who, outside."""
    seconds: Seconds | None = 0.0
    """None: nobody knows, as a crash cut it."""
    ended_by: str = ""


@dataclass(slots=True)
class Transfer:
    """One agent handed the other side on."""

    by: str
    number: str
    """Where to, as the agent gave it."""
    attended: bool = False
    into: str = ""
    """The call in which it goes on, when that is another one."""


@dataclass(slots=True)
class CallRecord:
    """What became of one call."""

    id: CallId
    seq: int = 0
    """The number of the event that ended it."""
    start: float = 0.0
    """Seconds since the epoch, UTC."""
    end: float = 0.0
    number: str = ""
    name: str = ""
    dialled: str = ""
    sip_call_id: str = ""
    transport: str = ""
    trunk: str = ""
    """The carrier that the call came from."""
    diverted: list[str] = field(default_factory=list)
    """Numbers that passed the call on before, the latest first; empty ones hide."""
    language: str = ""
    menus: list[str] = field(default_factory=list)
    """Every menu that the caller came to, in order."""
    digits: str = ""
    """Every key pressed, in order."""
    entered: dict[str, str] = field(default_factory=dict)
    """Numbers that menus asked for, by name."""
    queues: list[str] = field(default_factory=list)
    priority: str = ""
    """The class in the last queue."""
    wait: Seconds = 0.0
    """In queues, all together."""
    left: str = ""
    """Why the caller last left a queue without an agent."""
    offers: list[Offer] = field(default_factory=list)
    agent: str = ""
    """Who talked to the caller (the last one); empty: nobody."""
    outside: str = ""
    """The number outside that the call went to last."""
    answered: float | None = None
    """When the first agent and the caller were connected, seconds since the epoch."""
    talk: Seconds | None = 0.0
    """With agents, all together, holds included; None: nobody knows, as a crash cut one short."""
    talks: list[Talk] = field(default_factory=list)
    """Each of them, in order."""
    transfers: list[Transfer] = field(default_factory=list)
    """Those that came about, in order."""
    transferred_from: str = ""
    """Of a call that did not come in: the one in which the caller's leg was before."""
    by_agent: str = ""
    """The agent who made it, at a phone or by an interface."""
    originated_by: str = ""
    """Who asked for it through an interface, of a call that did not come in."""
    callback: str = ""
    """Of a call that calls somebody back: the one in which that was wanted."""
    wants_callback: bool = False
    """The caller will be called back."""
    recordings: list[str] = field(default_factory=list)
    """Files within the folder of recordings, in order."""
    held: Seconds = 0.0
    """On hold, by either side."""
    ended_by: str = ""
    status: int = 0
    reason: str = ""
    caller_media: Quality = field(default_factory=Quality)
    agent_media: Quality = field(default_factory=Quality)

    @property
    def outcome(self) -> str:
        """In a word: answered, transferred (before an answer), callback (wanted), not reached (of a call
        back), abandoned, turned away (by a queue), refused, lost or served (by menus).
        """
        if self.reason == LOST:
            return "lost"
        if self.agent or self.answered is not None:
            return "answered"
        if self.ended_by == EndedBy.TRANSFER:
            return "transferred"
        if self.wants_callback or self.callback:
            return "callback" if self.wants_callback else "not reached"
        if self.left == "hung-up" or (self.ended_by == EndedBy.CALLER and self.status == CANCELLED):
            return "abandoned"
        if self.left:
            return "turned away"
        return "refused" if self.status >= 300 else "served"

    def to_json(self) -> dict[str, Any]:
        """As a line of calls.jsonl; `outcome` is added for readers."""
        return {**plain(self), "outcome": self.outcome}

    def line(self) -> str:
        """The text of `to_json`."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return dumps({**values, "outcome": self.outcome}).decode()

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> CallRecord:
        """The record of a line; fields that a later version may have added are left out."""
        known = {each.name for each in dataclasses.fields(cls)}
        values = {name: value for name, value in line.items() if name in known}
        values["offers"] = [Offer(**offer) for offer in line.get("offers", [])]
        values["talks"] = [Talk(**talk) for talk in line.get("talks", [])]
        values["transfers"] = [Transfer(**transfer) for transfer in line.get("transfers", [])]
        values["caller_media"] = Quality(**line.get("caller_media", {}))
        values["agent_media"] = Quality(**line.get("agent_media", {}))
        return cls(**values)
