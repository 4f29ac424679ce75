"""What supervisors do to conversations by an interface: take part in one, be heard or not, take over."""

from __future__ import annotations

from collections.abc import Callable

from softswitch.calls.bridge import Conversation
from softswitch.calls.call import Call
from softswitch.calls.originator import Originator
from softswitch.calls.supervising import Mode, Supervision
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.errors import NoSuch, NotNow
from softswitch.ports import JsonValue, Leg
from softswitch.types import AgentName, CallId, Party, Seconds

Note = Callable[[str, str, str, str], None]
"""Puts a change on record: by whom, what, of what, how."""


class Overseer:
    """Everything happens at once, on the loop; `by` is who does it, for the record."""

    def __init__(self, switch: Switch, supervisor: Supervisor, originator: Originator, note: Note) -> None:
        self._switch = switch
        self._supervisor = supervisor
        self._originator = originator
        self._note = note

    def supervise(self, call: str, mode: Mode, to: str, ring: Seconds, by: str) -> CallId:
        """Ring an agent (name or extension) or a number outside, who then takes part in a conversation.

        Raises NoSuch; NotNow: no agent talks in that call, or whom it rings does; and as `Originator` does.
        """
        conversation, leg = self._conversation(call)
        agent = conversation.agent_of(leg)
        assert agent is not None
        self._check_other(conversation, to)
        supervision = Supervision(self._switch, conversation, leg, mode, by)
        about = self._about(conversation, agent, mode)
        id = self._originator.aside(to, supervision, about, ring, by)
        made = self._supervisor.find(id)
        assert made is not None
        supervision.call, made.after = made, lambda: supervision.end("hung-up")
        self._switch.exchange.supervisions[id] = supervision
        conversation.attend(supervision)
        self._note(by, "supervise", call, f"{mode} at {to}")
        return id

    def change(self, supervision: str, mode: Mode, by: str) -> None:
        """Let others hear the supervisor than before. Raises NoSuch, NotNow."""
        self._find(supervision).change(mode, by)
        self._note(by, "supervise", supervision, mode)

    def take_over(self, supervision: str, by: str) -> None:
        """Put the supervisor in the agent's place. Raises NoSuch, NotNow."""
        found = self._find(supervision)
        found.take_over(by)
        self._note(by, "take-over", found.of.id, f"from {found.agent}")

    def end(self, supervision: str, by: str) -> None:
        """Hang up on the supervisor. Raises NoSuch."""
        self._find(supervision).stop()
        self._note(by, "end-supervision", supervision, "")

    def describe(self) -> list[dict[str, JsonValue]]:
        """Every supervision, the eldest first."""
        return [one.describe() for one in self._switch.exchange.supervisions.values()]

    def _conversation(self, call: str) -> tuple[Conversation, Leg]:
        found = self._call(call)
        conversation = self._switch.exchange.conversations.get(found.leg.id)
        leg = None if conversation is None else conversation.agents_leg()
        if conversation is None or leg is None:
            raise NotNow(f"no agent talks in call {call}: it is {found.phase}")
        return conversation, leg

    def _check_other(self, conversation: Conversation, to: str) -> None:
        """Raises NotNow: whose phone is to ring talks there already, or listens there."""
        settings = self._switch.settings
        agent = AgentName(to if to in settings.phones else settings.menus.extensions.get(to, ""))
        if agent in {conversation.agent_of(leg) for leg in (conversation.call.leg, conversation.other)}:
            raise NotNow(f"{agent} talks in that call; name another phone")

    def _about(self, conversation: Conversation, agent: AgentName, mode: Mode) -> Party:
        """What the supervisor's phone shows."""
        phone = self._switch.settings.phones.get(agent)
        name = agent if phone is None else phone.name
        return Party(agent if phone is None else phone.extension or agent, f"{mode}: {name}")

    def _call(self, id: str) -> Call:
        found = self._supervisor.find(CallId(id))
        if found is None:
            raise NoSuch(f"no call {id!r} is in progress; /api/v1/calls/live shows those that are")
        return found

    def _find(self, id: str) -> Supervision:
        found = self._switch.exchange.supervisions.get(CallId(id))
        if found is None:
            raise NoSuch(f"there is no supervision {id!r}; /api/v1/supervisions shows those that there are")
        return found
