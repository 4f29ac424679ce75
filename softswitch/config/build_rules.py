"""Rules about who joins a queue, and keys while waiting, of a sound file -> the plain ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from softswitch import rules as plain
from softswitch.config.build_menus import Voice, destination
from softswitch.config.models.callers import Caller
from softswitch.config.models.destinations import KEYS
from softswitch.config.models.root import Configuration
from softswitch.config.models.rules import Rule, Then, When
from softswitch.routing import CallerRule, Lookup
from softswitch.types import AgentName, Destination, Language, MenuName, QueueName, Reject, ToMenu, ToQueue


def caller_rule(caller: Caller) -> CallerRule:
    """A class of callers."""
    lookup = None if caller.lookup is None else Lookup(caller.lookup, caller.timeout, caller.secret)
    return CallerRule(
        name=caller.name,
        patterns=tuple(caller.match),
        priority=caller.priority,
        language=Language(caller.language) if caller.language else None,
        reject=caller.reject,
        dialled=tuple(caller.dialled or ()),
        hours=caller.hours,
        outside=caller.outside,
        needs=dict(caller.needs),
        preferred=_agent(caller.preferred),
        lookup=lookup,
    )


def entrances(file: Configuration, voice: Voice) -> dict[QueueName, plain.Entrance]:
    """What holds of joining each queue."""
    everywhere = [_rule(rule) for rule in file.rules]
    return {
        QueueName(name): plain.Entrance(
            rules=(*map(_rule, queue.rules), *everywhere),
            last_agent=None if queue.last_agent is None else queue.last_agent.within,
            keys={KEYS.get(key, key): destination(to, voice) for key, to in queue.keys.items()},
        )
        for name, queue in file.queues.items()
    }


def _rule(rule: Rule) -> plain.Rule:
    return plain.Rule(rule.name, _when(rule.when), _then(rule.then))


def _when(when: When) -> plain.When:
    return plain.When(
        number=tuple(when.number or ()),
        dialled=tuple(when.dialled or ()),
        hours=when.hours,
        outside=when.outside,
        queue=tuple(map(QueueName, when.queue or ())),
        caller=tuple(when.caller or ()),
        menu=tuple(map(MenuName, when.menu or ())),
        pressed={MenuName(menu): _keys(keys) for menu, keys in when.pressed.items()},
        entered=_tuples(when.entered),
        language=tuple(map(Language, when.language or ())),
        data=_tuples(when.data),
    )


def _then(then: Then) -> plain.Then:
    to: Destination | None = None
    if then.queue is not None:
        to = ToQueue(QueueName(then.queue), then.priority, dict(then.needs))
    elif then.menu is not None:
        to = ToMenu(MenuName(then.menu))
    elif then.reject is not None:
        to = Reject(then.reject)
    return plain.Then(then.priority, dict(then.needs), _agent(then.preferred), to)


def _agent(name: str | None) -> AgentName | None:
    return None if name is None else AgentName(name)


def _keys(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(KEYS.get(key, key) for key in keys)


def _tuples(given: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(texts) for name, texts in given.items()}
