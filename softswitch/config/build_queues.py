"""Queues, teams and agents of a sound file -> the settings of the queue engine."""

from __future__ import annotations

from softswitch.acd import settings as acd
from softswitch.config.build_menus import Voice, destination
from softswitch.config.build_service import service_of
from softswitch.config.checks.names import priorities
from softswitch.config.models import queues as models
from softswitch.config.models.destinations import Destination, Sound
from softswitch.config.models.features import Pause
from softswitch.config.models.queues import Callback, Overflow, Queue
from softswitch.config.models.root import Configuration
from softswitch.config.models.teams import Member
from softswitch.config.settings import CallbackRules, Message
from softswitch.types import AgentName, Prompt, QueueName, Seconds
from softswitch.types import Destination as PlainDestination

FIRST_MESSAGE: Seconds = 30.0
"""When a message is heard of which nothing else is said."""


def engine_settings(file: Configuration, voice: Voice) -> acd.EngineSettings:
    """All of the engine's settings."""
    return acd.EngineSettings(
        queues={QueueName(name): _queue(file, name, queue, voice) for name, queue in file.queues.items()},
        agents={
            AgentName(name): acd.AgentSettings(
                AgentName(name),
                calls=None if agent.calls == "unlimited" else agent.calls,
                level=agent.level,
                skills=dict(agent.skills),
                registers=agent.dial is None,
            )
            for name, agent in file.agents.items()
        },
        pauses={
            pause.reason: pause.limit
            for pause in file.pauses.values()
            if isinstance(pause, Pause) and pause.limit is not None
        },
    )


def messages(file: Configuration, voice: Voice) -> dict[str, tuple[Message, ...]]:
    """What callers hear while they wait, by queue."""
    return {
        name: tuple(_message(each, voice) for each in queue.messages)
        for name, queue in file.queues.items()
        if queue.messages
    }


def _message(message: models.Message, voice: Voice) -> Message:
    first = message.first if message.first is not None else message.every or FIRST_MESSAGE
    return Message(voice.prompt(message.say, message.play), first, message.every)


def whispers(file: Configuration, voice: Voice) -> dict[str, Prompt | None]:
    """What agents hear before they are connected, by queue."""
    return {
        name: voice.prompt(wanted.say, wanted.play) if isinstance(wanted, Sound) else None
        for name, queue in file.queues.items()
        if (wanted := queue.whisper) is not False
    }


def _queue(file: Configuration, name: str, queue: Queue, voice: Voice) -> acd.QueueSettings:
    announce, members = queue.announce, file.teams[name].members
    return acd.QueueSettings(
        name=QueueName(name),
        agents=tuple(map(AgentName, members)),
        members={AgentName(agent): _member(each) for agent, each in members.items() if each != Member()},
        strategy=queue.strategy,
        ring=queue.ring,
        retry=queue.retry,
        pause_after=queue.no_answer.pause_after,
        wrap_up=queue.wrap_up,
        wrap_up_most=queue.wrap_up_most,
        priority=priorities(queue),
        ageing=queue.priority.ageing,
        weight=queue.priority.weight,
        overdue=queue.priority.overdue,
        needs=dict(queue.needs),
        relax=tuple(acd.Relaxation(step.after, dict(step.needs)) for step in queue.relax),
        preferred_for=queue.preferred,
        max_callers=queue.max_callers,
        full=_where(queue.full, voice),
        max_wait=queue.max_wait,
        timeout=_where(queue.timeout, voice),
        no_agents=_no_agents(queue, voice),
        closed=_where(queue.closed, voice),
        closes=_where(queue.closes, voice),
        overflow=None if queue.overflow is None else _overflow(queue.overflow),
        keep_place=queue.keep_place,
        callback=_callback(queue.callback),
        announce=acd.AnnounceSettings(
            position=announce.position,
            callers=announce.callers,
            wait=announce.wait,
            first=announce.first,
            every=announce.every,
            max_error=announce.max_error,
        ),
        **service_of(queue.service_level, file.service_level),
    )


def _member(member: Member) -> acd.Member:
    return acd.Member(member.tier, member.after, member.weight, member.ring)


def _where(to: Destination | str | None, voice: Voice) -> PlainDestination | None:
    return None if to is None else destination(to, voice)


def _no_agents(queue: Queue, voice: Voice) -> acd.NoAgents:
    rule = queue.nobody
    joining, waiting = _where(rule.joining, voice), _where(rule.waiting, voice)
    return acd.NoAgents(joining, waiting, rule.after, rule.paused == "there")


def _callback(rule: Callback) -> acd.CallbackSettings:
    first = rule.first == "customer"
    return acd.CallbackSettings(first, rule.ring, rule.attempts, rule.pause, rule.expires)


def callbacks(file: Configuration) -> dict[str, CallbackRules]:
    """What the engine need not know of callbacks, by queue."""
    return {
        name: CallbackRules(
            number=queue.callback.number,
            early=queue.callback.early,
            caller_id=queue.callback.caller_id,
            may_dial=frozenset(queue.callback.may_dial),
        )
        for name, queue in file.queues.items()
    }


def _overflow(rule: Overflow) -> acd.Overflow:
    return acd.Overflow(tuple(map(QueueName, rule.to)), rule.callers, rule.wait, rule.until)
