"""What lights the lamps: events of the record in, the calls that each agent is in out.

Read off the record, as everything else that looks on (law 5): whatever rings an agent, connects or transfers
says so there, and the last word about a call is always CallEnded, which puts out what was left on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from softswitch.types import AgentName, CallId, Party


class DialogState(StrEnum):
    """The states of RFC 4235 section 3.7.1 that a lamp shows; an ended dialog is not there any more."""

    TRYING = "trying"
    EARLY = "early"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Dialog:
    """One call of an agent."""

    id: str
    state: DialogState
    remote: Party
    """The other side, as the agent's phone knows it."""
    is_initiator: bool = False
    """The agent has dialled."""
    holds: bool = False
    """The agent has put the other side on hold."""


@dataclass(slots=True)
class _Call:
    caller: Party
    agent: AgentName | None
    """The caller, where that is an agent."""
    ids: dict[str, AgentName] = field(default_factory=dict)
    """The dialogs that are there, by id, and whose they are."""


class Lamps:
    """All that is lit."""

    def __init__(self) -> None:
        self._calls: dict[CallId, _Call] = {}
        self._dialogs: dict[AgentName, dict[str, Dialog]] = {}
        self._paused: set[AgentName] = set()

    def dialogs(self, agent: AgentName) -> tuple[Dialog, ...]:
        """The agent's calls, the eldest first."""
        return tuple(self._dialogs.get(agent, {}).values())

    def is_paused(self, agent: AgentName) -> bool:
        """Whether the agent takes no calls."""
        return agent in self._paused

    def hear(self, kind: str, call: CallId | None, data: Mapping[str, object]) -> frozenset[AgentName]:
        """Something happened; returns whose lamps show something else now."""
        if call is None:
            return self._hear_of_agent(kind, data)
        if kind == "CallArrived":
            return self._arrived(call, data)
        known = self._calls.get(call)
        return self._hear_of_call(kind, call, known, data) if known else frozenset()

    def _hear_of_call(
        self, kind: str, call: CallId, known: _Call, data: Mapping[str, object]
    ) -> frozenset[AgentName]:
        touched: frozenset[AgentName] = frozenset()
        match kind:
            case "OfferMade" | "OfferEnded":
                touched = self._offered(kind, call, known, data)
            case "DialledOut":
                touched = self._caller(call, known, state=DialogState.EARLY)
            case "CallAnswered":
                touched = self._caller(call, known, state=DialogState.CONFIRMED)
            case "Connected":
                touched = self._connected(call, known, data)
            case "Held" | "Resumed":
                touched = self._held(call, known, data.get("by") == "agent", kind == "Held")
            case "ConversationEnded":  # another agent may be rung already, to whom the caller is transferred
                done = data.get("agent")
                touched = self._put_out(known, [each for each in _of(known, call) if known.ids[each] == done])
            case "ConnectFailed":
                touched = self._put_out(known, _of(known, call))
            case "CallEnded":
                del self._calls[call]
                touched = self._put_out(known, list(known.ids))
        return touched

    def _hear_of_agent(self, kind: str, data: Mapping[str, object]) -> frozenset[AgentName]:
        agent = AgentName(str(data.get("agent", "")))
        if kind not in ("AgentPaused", "AgentResumed") or (kind == "AgentPaused") is (agent in self._paused):
            return frozenset()
        (self._paused.add if kind == "AgentPaused" else self._paused.discard)(agent)
        return frozenset({agent})

    def _arrived(self, call: CallId, data: Mapping[str, object]) -> frozenset[AgentName]:
        name = data.get("agent")
        agent = AgentName(name) if isinstance(name, str) else None
        caller = Party(str(data.get("number", "")), str(data.get("name", "")))
        known = self._calls[call] = _Call(caller, agent)
        if agent is None:
            return frozenset()
        remote = Party(str(data.get("dialled", "")))
        if "transferred_from" in data:  # the leg of a conversation, handed on
            return self._light(known, agent, Dialog(call, DialogState.CONFIRMED, remote))
        return self._light(known, agent, Dialog(call, DialogState.TRYING, remote, is_initiator=True))

    def _offered(
        self, kind: str, call: CallId, known: _Call, data: Mapping[str, object]
    ) -> frozenset[AgentName]:
        agent, each = AgentName(str(data.get("agent"))), f"{call}-{data.get('offer')}"
        if kind == "OfferMade":
            rung = self._light(known, agent, Dialog(each, DialogState.EARLY, known.caller))
            return rung | self._caller(call, known, state=DialogState.EARLY)
        if data.get("result") != "answered":
            return self._put_out(known, [each])
        dialog = self._dialogs.get(agent, {}).get(each)
        if dialog is None:
            return frozenset()
        return self._light(known, agent, replace(dialog, state=DialogState.CONFIRMED))

    def _connected(self, call: CallId, known: _Call, data: Mapping[str, object]) -> frozenset[AgentName]:
        """An agent who has come into the call by whatever way talks in it, and so does the caller."""
        touched = self._caller(call, known, state=DialogState.CONFIRMED)
        name = data.get("agent")
        if not name:
            return touched
        agent = AgentName(str(name))
        each = next((one for one in _of(known, call) if known.ids[one] == agent), f"{call}-{agent}")
        dialog = self._dialogs.get(agent, {}).get(each, Dialog(each, DialogState.EARLY, known.caller))
        if dialog.state is DialogState.CONFIRMED:
            return touched
        return touched | self._light(known, agent, replace(dialog, state=DialogState.CONFIRMED))

    def _caller(self, call: CallId, known: _Call, state: DialogState) -> frozenset[AgentName]:
        """The caller, where that is an agent, has come so far; there is no way back from an answer."""
        dialog = self._dialogs.get(known.agent, {}).get(call) if known.agent else None
        if known.agent is None or dialog is None or dialog.state in (state, DialogState.CONFIRMED):
            return frozenset()
        return self._light(known, known.agent, replace(dialog, state=state))

    def _held(self, call: CallId, known: _Call, by_agent: bool, holds: bool) -> frozenset[AgentName]:
        touched: frozenset[AgentName] = frozenset()
        for each, agent in list(known.ids.items()):
            dialog = self._dialogs[agent][each]
            if (each != call) is by_agent and dialog.state is DialogState.CONFIRMED:
                touched |= self._light(known, agent, replace(dialog, holds=holds))
        return touched

    def _light(self, known: _Call, agent: AgentName, dialog: Dialog) -> frozenset[AgentName]:
        known.ids[dialog.id] = agent
        self._dialogs.setdefault(agent, {})[dialog.id] = dialog
        return frozenset({agent})

    def _put_out(self, known: _Call, ids: list[str]) -> frozenset[AgentName]:
        touched = set()
        for each in ids:
            agent = known.ids.pop(each, None)
            if agent is None:
                continue
            touched.add(agent)
            del self._dialogs[agent][each]
            if not self._dialogs[agent]:
                del self._dialogs[agent]
        return frozenset(touched)


def _of(known: _Call, call: CallId) -> list[str]:
    """All dialogs of a call but the caller's own."""
    return [each for each in known.ids if each != call]
