"""What somebody wants to call by an interface: may it be, and where does it lead? Nothing rings before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from softswitch.calls.attempt import Attempt
from softswitch.calls.call import Call
from softswitch.calls.entering import opened
from softswitch.calls.onward import Aside, Onward
from softswitch.calls.originating import Absent, Origination, OwnPhones
from softswitch.calls.outbound import Outside
from softswitch.calls.ringing import BUSY
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.calls.targets import outbound, phone_of, target_of
from softswitch.config.nearest import did_you_mean
from softswitch.config.settings import AgentPhone
from softswitch.dialplan.plan import Refused
from softswitch.dialplan.way_out import way_out
from softswitch.errors import ControlError, NoRoom, NoSuch, NotAllowed, NotNow
from softswitch.routing import normalise, number_problem
from softswitch.types import (
    AgentName,
    CallId,
    Destination,
    MenuName,
    Origin,
    Party,
    QueueName,
    Reject,
    Seconds,
    ToAgent,
    ToMenu,
    ToNumber,
    ToQueue,
)

NO_ROOM = 503


@dataclass(frozen=True, slots=True)
class Then:
    """Where somebody goes who has answered: exactly one of these."""

    number: str | None = None
    """An extension, or a number of `numbers`."""
    queue: str | None = None
    menu: str | None = None
    agent: str | None = None
    priority: str | None = None
    """With a queue: a class that overrules the caller's own."""


class Originator:
    """Makes calls; `by` is who wants one. What cannot be is on record too, as `OriginateFailed`.

    Every verb raises NoSuch, NotAllowed, NotNow or NoRoom, or ControlError for what is no number.
    """

    def __init__(self, switch: Switch, supervisor: Supervisor) -> None:
        self._switch = switch
        self._supervisor = supervisor

    def dial(self, agent: AgentName, number: str, by: str) -> CallId:
        """Ring an agent's phone, and then call a number as if it had been dialled there."""
        return self._tried(agent, number, by, lambda: self._dial(agent, number, by))

    def call(self, to: str, then: Then, ring: Seconds, by: str) -> CallId:
        """Ring an agent (name or extension) or a number outside, and lead them on once they answer."""
        agent = self._agent_called(to)
        return self._tried(agent, to, by, lambda: self._call(to, agent, then, ring, by))

    def aside(self, to: str, what: Aside, about: Party, ring: Seconds, by: str) -> CallId:
        """Ring somebody as `call` does, who then hears others; the phone shows `about`."""
        agent = self._agent_called(to)
        ring_up = lambda: self._ring(to, agent, what, about.number, about, ring, by)  # noqa: E731
        return self._tried(agent, to, by, ring_up)

    # An agent's call ---------------------------------------------------------------------------------

    def _dial(self, agent: AgentName, number: str, by: str) -> CallId:
        switch, phone = self._switch, self._switch.settings.phones[agent]
        check_number(number)
        if switch.settings.features.meaning(normalise(number)):
            raise ControlError(f"{number!r} is a code for {agent}'s own phone, and no number")
        target = target_of(switch, agent, number)
        self._check_target(agent, number, target)
        self._check_room(spared=isinstance(target, ToNumber) and target.emergency)
        self._check_agent(phone)
        first = Absent(Party(phone.extension or agent, phone.name), number, Origin(agent))
        seen = self._seen(target, number)
        return self._start(first, partial(_own_phones, phone, seen), None, by)

    def _check_target(self, agent: AgentName, number: str, target: Destination) -> None:
        """Raises ControlError and its kinds: the number leads to nobody who could answer now."""
        engine = self._switch.dispatcher.engine
        match target:
            case Reject(status):
                raise self._refused(agent, number, status)
            case ToAgent(whom) if whom == agent:
                raise NotNow(f"{number} is {agent}'s own number")
            case ToAgent(whom) if whom is not None and not engine.has_a_line(whom):
                raise NotNow(f"{whom} is in a call")
            case ToNumber():
                self._check_channels(target)

    def _refused(self, agent: AgentName | None, number: str, status: int) -> ControlError:
        """What to say of a number that leads nowhere."""
        settings, dialled = self._switch.settings, normalise(number)
        decision = (
            settings.dialplan.for_agent(None, dialled)
            if agent is None
            else way_out(settings.dialplan, settings.routing, agent, dialled)
        )
        if not isinstance(decision, Refused):
            outside = "" if settings.dialplan.rules else "; numbers outside need lines in `outbound`"
            return NoSuch(f"nobody has the number {number!r} (SIP status {status}){outside}")
        said = f"{decision.why}; where it should be allowed: {decision.advice}"
        return {403: NotAllowed, 404: NoSuch}.get(status, ControlError)(said)

    def _seen(self, target: Destination, number: str) -> Party:
        """Whom an agent's phone shows while it rings for its own call."""
        match target:
            case ToAgent() if phone := phone_of(self._switch, target, number):
                return Party(phone.extension or number, phone.name)
            case ToNumber():
                return Party(target.number)
            case _:
                return Party(number)

    # Anybody's call ----------------------------------------------------------------------------------

    def _agent_called(self, to: str) -> AgentName | None:
        settings = self._switch.settings
        found = to if to in settings.phones else settings.menus.extensions.get(normalise(to))
        return AgentName(found) if found is not None and found in settings.phones else None

    def _call(self, to: str, agent: AgentName | None, then: Then, ring: Seconds, by: str) -> CallId:
        return self._ring(to, agent, self.destination(then), _name(then), None, ring, by)

    def _ring(
        self,
        to: str,
        agent: AgentName | None,
        onward: Onward,
        dialled: str,
        seen: Party | None,
        ring: Seconds,
        by: str,
    ) -> CallId:
        self._check_room()
        if agent is not None:
            phone = self._switch.settings.phones[agent]
            self._check_agent(phone)
            first = Absent(Party(phone.extension or agent, phone.name), dialled, Origin(agent))
            return self._start(first, partial(_own_phones, phone, seen or Party(dialled)), onward, by, ring)
        target = self._outside(to)
        first = Absent(Party(target.number), dialled)
        return self._start(first, partial(_outside, target), onward, by, ring)

    def _outside(self, to: str) -> ToNumber:
        """A number outside, by the rules for agents of whom nothing is said."""
        check_number(to)
        plan = self._switch.settings.dialplan
        if not plan.rules:
            raise NoSuch(f"{to!r} is no agent; numbers outside need lines in `outbound`")
        decision = plan.for_agent(None, normalise(to))
        if isinstance(decision, Refused):
            raise self._refused(None, to, decision.status)
        target = outbound(decision)
        assert isinstance(target, ToNumber)
        self._check_channels(target)
        return target

    def destination(self, then: Then) -> Destination:
        """Where somebody goes. Raises NoSuch."""
        settings = self._switch.settings
        if then.queue is not None:
            known("queue", then.queue, settings.engine.queues)
            if then.priority is not None:
                classes = settings.engine.queues[QueueName(then.queue)].priority
                known("priority class", then.priority, classes)
            return ToQueue(QueueName(then.queue), then.priority)
        if then.menu is not None:
            known("menu", then.menu, settings.menus.menus)
            return ToMenu(MenuName(then.menu))
        if then.agent is not None:
            known("agent", then.agent, settings.phones)
            return ToAgent(AgentName(then.agent))
        check_number(then.number or "")
        dialled = normalise(then.number or "")
        if (extension := settings.menus.extensions.get(dialled)) is not None:
            return ToAgent(AgentName(extension))
        line = settings.routing.rule(dialled, settings.dialplan.numbering.dialled(dialled))
        if line is None or isinstance(line.then, Reject):
            raise NoSuch(f"no line of `numbers` takes {then.number!r}, and it is nobody's extension")
        return line.then

    # Both --------------------------------------------------------------------------------------------

    def _start(
        self,
        first: Absent,
        attempt: Callable[[Switch, Call], Attempt],
        onward: Onward | None,
        by: str,
        ring: Seconds | None = None,
    ) -> CallId:
        settings = self._switch.settings
        origination = Origination(by, first, attempt, ring)
        call = self._supervisor.originate(origination, onward, settings.media.languages[0])
        classify, is_open = settings.routing.classify, opened(self._switch)
        rule = None if first.origin.agent else classify(first.remote.number, is_open=is_open)
        if rule is not None:
            call.priority, call.caller_rule = rule.priority, rule
            call.language = rule.language or call.language
        return call.id

    def _check_room(self, *, spared: bool = False) -> None:
        """`spared`: an emergency, which no limit stands in the way of."""
        most, there = self._switch.settings.sip.max_calls, len(self._supervisor.calls)
        if spared:
            return
        if self._supervisor.draining:
            raise NoRoom("the switch is stopping and makes no new calls")
        if there >= most:
            raise NoRoom(f"{there} calls are in progress, as many as `sip.max_calls` allows")

    def _check_agent(self, phone: AgentPhone) -> None:
        agent = phone.agent
        if phone.outside is None and not self._switch.directory.ways(agent):
            raise NotNow(f"no phone of {agent} is registered; `softswitch phones` shows those that are")
        if not self._switch.dispatcher.engine.has_a_line(agent):
            raise NotNow(f"{agent} is in a call, and takes no more at once (`calls` of the agent)")

    def _check_channels(self, to: ToNumber) -> None:
        has_room = self._switch.carriers.has_room
        if not to.emergency and not any(map(has_room, to.trunks)):
            raise NoRoom(f"no channel of {', '.join(to.trunks)} is free for {to.number}")

    def _tried(self, agent: AgentName | None, number: str, by: str, make: Callable[[], CallId]) -> CallId:
        """Raises what `make` raises, once it is on record."""
        try:
            return make()
        except ControlError as error:
            status = next((code for kind, code in _STATUS if isinstance(error, kind)), 484)
            self._switch.journal.note(
                "OriginateFailed", by=by, agent=agent, number=number, status=status, why=str(error)
            )
            raise


_STATUS = ((NoSuch, 404), (NotAllowed, 403), (NoRoom, NO_ROOM), (NotNow, BUSY))


def _own_phones(phone: AgentPhone, seen: Party, switch: Switch, call: Call) -> Attempt:
    return OwnPhones(switch, call, phone, seen)


def _outside(to: ToNumber, switch: Switch, call: Call) -> Attempt:
    return Outside(switch, call, to)


def _name(then: Then) -> str:
    """What stands for "dialled" in the record."""
    return then.number or then.queue or then.menu or then.agent or ""


def check_number(text: str) -> None:
    """Raises ControlError: that is no number."""
    if (problem := number_problem(text)) is not None:
        raise ControlError(problem)


def known(kind: str, name: str, names: Iterable[str]) -> None:
    """Raises NoSuch unless there is one of that name, which says what is near."""
    names = tuple(names)
    if name not in names:
        raise NoSuch(f"there is no {kind} {name!r}{did_you_mean(name, names)}")
