"""Changes of supervisors come into force and end: by another one, by their time, or with what they are about.

They lie over the settings of the configuration, which a reload replaces beneath them.
"""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.acd import escape
from softswitch.acd.actions import ReportAmendmentOver
from softswitch.acd.agents import Agent
from softswitch.acd.amendments import AgentChange, Amendments, QueueChange
from softswitch.acd.floor import Floor
from softswitch.acd.queues import Queue
from softswitch.acd.reload import reload
from softswitch.acd.settings import EngineSettings
from softswitch.types import AgentName, QueueName, Seconds

AS_CONFIGURED, AS_EVER = QueueChange(), AgentChange()


def configure(floor: Floor, settings: EngineSettings) -> None:
    """The configuration is another. A change whose queue or agent is gone ends, and says so.

    Raises EngineError, with nothing changed, when the settings contradict themselves.
    """
    amended = floor.amended
    _enforce(floor, settings, amended.queues, amended.agents)
    for queue in [name for name in amended.queues if name not in settings.queues]:
        _forget(floor, "queue", queue)
        floor.out.append(ReportAmendmentOver(queue, None, gone=True))
    for agent in [name for name in amended.agents if name not in settings.agents]:
        _forget(floor, "agent", agent)
        floor.out.append(ReportAmendmentOver(None, agent, gone=True))


def amend_queue(floor: Floor, queue: Queue, change: QueueChange, until: Seconds | None) -> None:
    """Put it in place of the one before. Raises EngineError, with nothing changed, if it cannot be."""
    name, amended = queue.name, floor.amended
    queues = {**amended.queues, name: change}
    if change == AS_CONFIGURED or not queue.open:
        del queues[name]
    _enforce(floor, amended.base, queues, amended.agents)
    _forget(floor, "queue", name)
    if name in queues:
        amended.queues[name] = change
        if until is not None:
            amended.ends["queue", name] = floor.deadlines.set(until, _queue_over, floor, queue)
    swing(floor, queue)


def amend_agent(floor: Floor, agent: Agent, change: AgentChange, until: Seconds | None) -> None:
    """Put it in place of the one before. Raises EngineError, with nothing changed, if it cannot be."""
    name, amended = agent.name, floor.amended
    agents = {**amended.agents, name: change}
    if change == AS_EVER or not agent.employed:
        del agents[name]
    _enforce(floor, amended.base, amended.queues, agents)
    _forget(floor, "agent", name)
    if name in agents:
        amended.agents[name] = change
        if until is not None:
            amended.ends["agent", name] = floor.deadlines.set(until, _agent_over, floor, agent)


def swing(floor: Floor, queue: Queue) -> None:
    """Open or close a queue: as it is changed, or else by its hours."""
    change = floor.amended.queues.get(queue.name, AS_CONFIGURED)
    closed = queue.shut if change.opened is None else not change.opened
    (escape.close_queue if closed else escape.open_queue)(floor, queue)


def _enforce(
    floor: Floor,
    base: EngineSettings,
    queues: Mapping[QueueName, QueueChange],
    agents: Mapping[AgentName, AgentChange],
) -> None:
    reload(floor, Amendments(queues, agents).over(base))
    floor.amended.base = base


def _queue_over(floor: Floor, queue: Queue) -> None:
    floor.out.append(ReportAmendmentOver(queue.name, None))
    amend_queue(floor, queue, AS_CONFIGURED, None)


def _agent_over(floor: Floor, agent: Agent) -> None:
    floor.out.append(ReportAmendmentOver(None, agent.name))
    amend_agent(floor, agent, AS_EVER, None)


def _forget(floor: Floor, kind: str, name: str) -> None:
    """No such change any more, nor the end of it."""
    floor.deadlines.cancel(floor.amended.ends.pop((kind, name), None))
    if kind == "queue":
        floor.amended.queues.pop(QueueName(name), None)
    else:
        floor.amended.agents.pop(AgentName(name), None)
