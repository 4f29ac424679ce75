"""A caller is about to join a queue: as what, or where to go instead.

| of several that say a priority | of several that say a preferred agent |
|---|---|
| the rule that decides | the rule that decides |
| the destination, as `{queue: support, priority: urgent}` | the `lookup` of the caller's class |
| the `lookup` of the caller's class | the caller's class |
| the caller's class | who talked to this number last, where the queue says so |

The first of each column counts. Needs come together: of each skill the highest level that
any of them asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from softswitch.calls.agent_leg import ANONYMOUS
from softswitch.calls.call import Call
from softswitch.calls.describe import describe
from softswitch.calls.enquiring import answered
from softswitch.calls.switch import Switch
from softswitch.rules import Decision, Entrance, Facts, Then, decide, together, words
from softswitch.types import AgentName, Destination, ToQueue

DEFAULT_PRIORITY = "default"

_NOTHING_SPECIAL = Entrance()


@dataclass(frozen=True, slots=True)
class Entry:
    """As what a caller joins."""

    priority: str
    needs: Mapping[str, int]
    preferred: AgentName | None = None
    preferred_by: str = ""
    """Who says so."""


async def enter(switch: Switch, call: Call, to: ToQueue) -> Entry | Destination:
    """Ask the rules. Waits for a look-up that still goes on, which is time-limited."""
    await answered(call)
    entrance = switch.settings.entrances.get(to.queue, _NOTHING_SPECIAL)
    decision = decide(entrance.rules, facts_of(switch, call, to), call.spent) if entrance.rules else None
    if decision is not None:
        _note(call, to, decision)
        if decision.goes is not None:
            call.spent.add(decision.rule.name)
            return decision.goes
    then = decision.rule.then if decision is not None else Then()
    rule, known = call.caller_rule, call.known
    needs = together(
        to.needs, then.needs, known.needs if known is not None else {}, rule.needs if rule is not None else {}
    )
    preferred, by = next(_preferred(switch, call, then, entrance), (None, ""))
    return Entry(then.priority or to.priority or call.priority or DEFAULT_PRIORITY, needs, preferred, by)


def facts_of(switch: Switch, call: Call, to: ToQueue) -> Facts:
    """What rules may look at."""
    return Facts(
        queue=to.queue,
        is_open=opened(switch),
        number=(call.leg.remote.number or ANONYMOUS, call.arrival.number_as),
        dialled=(call.leg.dialled, call.arrival.dialled_as),
        caller=call.caller_rule.name if call.caller_rule is not None else None,
        pressed=call.pressed,
        entered=call.entered,
        language=call.language,
        data=call.known.data if call.known is not None else {},
    )


def opened(switch: Switch) -> Callable[[str], bool]:
    """Whether hours of a name are open now."""
    hours, moment = switch.settings.hours, datetime.fromtimestamp(switch.clock.now(), UTC)
    return lambda name: hours.is_open(name, moment)


def _preferred(switch: Switch, call: Call, then: Then, entrance: Entrance) -> Iterator[tuple[AgentName, str]]:
    if then.preferred is not None:
        yield then.preferred, "rule"
    if call.known is not None and call.known.preferred is not None:
        yield call.known.preferred, "lookup"
    if call.caller_rule is not None and call.caller_rule.preferred is not None:
        yield call.caller_rule.preferred, "caller class"
    if entrance.last_agent is not None:
        number, now = call.leg.remote.number, switch.clock.now()
        last = switch.acquaintances.last(number, entrance.last_agent, now)
        if last is not None:
            yield last, "last agent"


def _note(call: Call, to: ToQueue, decision: Decision) -> None:
    call.note(
        "RuleApplied",
        rule=decision.rule.name,
        queue=to.queue,
        why=decision.why,
        then=words(decision.rule.then),
        destination=None if decision.goes is None else describe(decision.goes),
    )
