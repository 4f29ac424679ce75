"""Yesterday's callers and agents under other rules.

| of the record is taken | as it was |
|---|---|
| callers | when each one came, to which queue, as what; how long each one talked |
| patience | of who gave up; of the others it was longer than their wait: drawn (`patience.py`) |
| agents | when they came, paused, signed out, went, and had calls of their own |
| phones | how long they rang before they were answered, and which part was not: drawn from those of the day |
| notes | how long they took, where the agent ended or extended them; else the queue says how long |
| callbacks | who wanted one wants it again after the same wait; attempts reach somebody as often |

Not in it: who would have called again, or not, because the wait was another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from softswitch.acd.settings import EngineSettings
from softswitch.config.nearest import did_you_mean
from softswitch.config.settings import SwitchSettings
from softswitch.errors import SimulationError
from softswitch.simulation import load
from softswitch.simulation.attendance import AtWork, presence
from softswitch.simulation.compared import Simulated
from softswitch.simulation.draws import AT_ONCE, Constant, Draws, Exponential, Measured
from softswitch.simulation.figures import Run, outcome
from softswitch.simulation.ledger import UNKNOWN, Account, Wanted
from softswitch.simulation.opening import with_hours
from softswitch.simulation.past import SAME, Caller, Past
from softswitch.simulation.patience import draws_of
from softswitch.simulation.plan import TALK, Plan
from softswitch.simulation.traffic import HOUR, Callbacks, Listed, Presence, QueueTraffic, Traffic
from softswitch.types import AgentName, QueueName, Seconds

MINUTE: Seconds = 60.0
HALF: Seconds = 1800.0

RINGS: Seconds = 10.0
"""How long the phone of somebody who is called back rings, in the mean."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A day of the record, as figures see it."""

    settings: EngineSettings
    traffic: Traffic
    accounts: Mapping[QueueName, Account]
    rota: AtWork


@dataclass(frozen=True, slots=True)
class Frame:
    """From when until when a day is replayed."""

    zero: float
    """The moment 0, in seconds since the epoch."""
    span: Seconds
    zone: str | None = None
    """By whose clock the day is one; None: by the machine's."""

    @property
    def clock(self) -> Seconds:
        """What it shows at the moment 0, from midnight. Where clocks are changed that day, it is not the time
        since then.
        """
        shown = datetime.fromtimestamp(self.zero, None if self.zone is None else ZoneInfo(self.zone))
        return timedelta(hours=shown.hour, minutes=shown.minute, seconds=shown.second).total_seconds()

    @classmethod
    def of(cls, past: Past, midnight: float, zone: str | None = None) -> Frame:
        """From the hour in which the first one came to the half-hour in which the last one did; not before
        the minute in which the record begins, nor after that in which the switch stopped for good.
        """
        joined = [caller.joined for caller in past.callers]
        zero = midnight + (min(joined) - midnight) // HOUR * HOUR
        if zero < past.begins <= min(joined):
            zero = midnight + (past.begins - midnight) // MINUTE * MINUTE
        span = (max(joined) - zero) // HALF * HALF + HALF
        if max(joined) <= past.ends < zero + span:
            span = min(span, (past.ends - zero) // MINUTE * MINUTE + MINUTE)
        return cls(zero, span, zone)


def replayed(past: Past, frame: Frame, settings: SwitchSettings, known: SwitchSettings | None = None) -> Plan:
    """The day under the rules of `settings`. `known`: the configuration of that day, by which it is known who
    was no agent then. Raises SimulationError: the two do not fit.
    """
    engine = settings.engine
    _check(past, settings)
    traffic = Traffic(
        frame.span,
        tuple(_callers(past, name) for name in dict.fromkeys(each.queue for each in past.callers)),
        tuple(
            _listed(caller, frame, engine) for caller in sorted(past.callers, key=lambda each: each.joined)
        ),
        answer=_answer(past),
        missed=past.unanswered / (past.unanswered + len(past.rings)) if past.unanswered else 0.0,
        presence=_presence(past, frame, engine, known),
        clock=frame.clock,
    )
    traffic = with_hours(settings, traffic, datetime.fromtimestamp(frame.zero, UTC))
    load.check(engine, traffic)
    only = traffic.queues[0].queue if len(traffic.queues) == 1 else None
    return Plan(engine, traffic, settings.services.of(only).formula, only)


def _check(past: Past, settings: SwitchSettings) -> None:
    queues = settings.engine.queues
    for name in dict.fromkeys(stay.queue for stay in past.stays):
        if name not in queues:
            near = did_you_mean(name, queues) or f"; it has {', '.join(queues) or 'none'}"
            raise SimulationError(f"callers waited in queue {name!r}, and {settings.path} has none{near}")


def _callers(past: Past, queue: str) -> QueueTraffic:
    own = [caller for caller in past.callers if caller.queue == queue]
    talks = tuple(each.last.talk for each in own if each.last is not None and each.last.talk >= 0)
    return QueueTraffic(
        QueueName(queue),
        Measured(talks, "talk times of the day") if talks else TALK,
        patience=draws_of((caller.waited, caller.gave_up) for caller in own),
        callbacks=_callbacks(past) if any(caller.called_back for caller in own) else None,
    )


def _callbacks(past: Past) -> Callbacks:
    """Who wants it is listed; how many attempts reach somebody is as on that day."""
    tried = past.reached + past.not_reached
    return Callbacks(0.0, 0.0, Exponential(RINGS), past.reached / tried if tried else 1.0)


def _listed(caller: Caller, frame: Frame, settings: EngineSettings) -> Listed:
    last = caller.last
    notes = None
    if last is not None and last.talk >= 0 and abs(last.wrap_up - last.given) > SAME:
        notes = last.wrap_up
    known = settings.agents.keys()
    talk = last.talk if last is not None else caller.back.talk if caller.back is not None else UNKNOWN
    return Listed(
        caller.joined - frame.zero,
        QueueName(caller.queue),
        caller.priority,
        caller.number,
        talk if talk >= 0 else None,
        caller.waited if caller.gave_up else None,
        caller.waited,
        caller.waited if caller.called_back else None,
        notes,
        caller.needs,
        AgentName(caller.preferred) if caller.preferred in known else None,
    )


def _answer(past: Past) -> Draws:
    rings = tuple(past.rings)
    if not rings or max(rings) <= 0:
        return AT_ONCE
    return Constant(rings[0]) if min(rings) == max(rings) else Measured(rings, "rings of the day")


def _presence(past: Past, frame: Frame, settings: EngineSettings, known: SwitchSettings | None) -> Presence:
    told = [(at - frame.zero, event) for at, event in past.told]
    always = [name for name, agent in settings.agents.items() if not agent.registers]
    then = () if known is None else known.engine.agents
    never = [
        name for name in then if name not in past.agents and known and known.engine.agents[name].registers
    ]
    return presence(told, always, never)


def happened(past: Past, plan: Plan, label: str) -> Simulated:
    """What the record says, with the teams of a plan of the same day."""
    frame_zero = min(caller.joined for caller in past.callers) - plan.traffic.listed[0].at
    accounts = {name: Account(name, queue.service_within) for name, queue in plan.settings.queues.items()}
    places = {name: place for place, name in enumerate(plan.settings.agents)}
    for stay in sorted(past.stays, key=lambda each: each.joined):
        account = accounts[QueueName(stay.queue)]
        if stay.within >= 0:
            account.within = stay.within
        account.note(
            stay.joined - frame_zero,
            stay.waited,
            stay.outcome,
            stay.priority,
            stay.talk,
            stay.wrap_up,
            stay.foreseen,
            places.get(AgentName(stay.agent), -1),
        )
    for caller in past.callers:
        if caller.called_back:
            _called_back(caller, accounts[QueueName(caller.queue)], frame_zero, places)
    assert plan.traffic.presence is not None
    at_work = AtWork(plan.settings, accounts, plan.traffic.presence, plan.traffic.span)
    day = Happened(plan.settings, plan.traffic, accounts, at_work)
    queues = {
        name: outcome(day, [account], plan.settings.queues[name].service_formula)
        for name, account in accounts.items()
        if account.agents
    }
    run = Run(0, outcome(day, list(accounts.values()), plan.formula), queues, 0.0)
    return Simulated(label, plan, [run])


def _called_back(caller: Caller, account: Account, zero: float, places: Mapping[AgentName, int]) -> None:
    wanted = Wanted(caller.joined + caller.waited - zero)
    account.callbacks.append(wanted)
    if (back := caller.back) is not None:
        wanted.reached = back.at - zero
        account.talked(wanted.reached, max(back.talk, 0.0), places.get(AgentName(back.agent), -1))


def strangers(past: Past, settings: SwitchSettings) -> list[str]:
    """Agents of the record whom a configuration does not have."""
    return sorted(past.agents - {*map(str, settings.engine.agents)} - {""})


def newcomers(past: Past, settings: SwitchSettings, known: SwitchSettings | None) -> list[str]:
    """Agents of whom the record says nothing, and who are taken to be there all day."""
    then = {*()} if known is None else {*map(str, known.engine.agents)}
    return [
        str(name)
        for name, agent in settings.engine.agents.items()
        if agent.registers and name not in past.agents and name not in then
    ]
