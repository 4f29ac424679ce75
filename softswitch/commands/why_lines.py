"""An offer, and leaving without one, in words: why this caller was next, and why that agent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from softswitch.commands.table import doing, duration
from softswitch.ports import Recorded

Data = Mapping[str, Any]
Row = tuple[str, str]

LEFT = {
    "hung-up": "the caller hung up",
    "full": "it was full",
    "max-wait": "that was the longest wait allowed",
    "drained": "the switch was shut down",
    "queue-removed": "the queue was taken out of the configuration",
    "ended": "the call was ended over an interface",
    "no-agents": "nobody was there to serve it",
    "closed": "it was closed",
    "exit-key": "the caller pressed a key that leads elsewhere",
    "moved": "a supervisor sent the caller to another queue",
    "transferred": "somebody else was transferred into the place",
    "not-reached": "the customer was not reached",
    "cancelled": "the callback was taken back",
    "called-again": "the customer called, and came to an agent",
    "expired": "nobody found the time for the callback",
}
"""Why a caller left a queue without an agent, by `LeaveReason`."""


def offer(number: int, event: Recorded, result: str) -> RenderableType:
    """One agent was rung: why the caller was next, who was considered, who was not, and what came of it."""
    data: Data = event.data
    reasons: Data = data.get("why") or {}
    whose = f"for queue {data['queue']}" if data["queue"] else "directly"
    what = "was reserved, the customer being called first," if data.get("reserved") else "was rung"
    head = f"[bold]{number}. {escape(data['agent'])}[/] {what} at {_clock(event)} {escape(whose)}"
    rows = [*_caller(reasons), *_choice(reasons)] if reasons else []
    return _told(head, [*rows, *_others(reasons), ("result", result)])


def nobody(event: Recorded, queue: str | None, rung: bool = False) -> RenderableType | None:
    """The caller left a queue while no phone rang; None: one did. `queue`: the one that was joined; `rung`:
    whether phones had rung there before.
    """
    data: Data = event.data
    reasons: Data = data.get("why") or {}
    turned_away = data.get("reason") in ("full", "closed", "no-agents") and not data.get("waited")
    if not reasons and not turned_away:
        return None
    name, reason = data.get("queue") or queue or "?", str(data.get("reason"))
    why, waited = LEFT.get(reason, reason), data.get("waited") or reasons.get("waited")
    after = f" after {duration(waited)} of waiting" if waited else ""
    what = "no phone rang any more" if rung else "no agent was rung"
    head = f"[bold]{what}[/] for queue {escape(name)}: {escape(why)}{after}, at {_clock(event)}"
    return _told(head, [*_caller(reasons), *_others(reasons)] if reasons else [])


def waits(answer: Data) -> RenderableType:
    """The caller is in a queue now, and no phone rings."""
    reasons: Data = answer["why"]
    head = f"[bold]no phone rings now[/]; it waits in queue {escape(answer['queue'])}"
    return _told(head, [*_caller(reasons), *_others(reasons)])


def hopeless(event: Recorded) -> str:
    """Nobody of the team can ever take the caller."""
    data: Data = event.data
    needs = " and ".join(f"{skill} {level}" for skill, level in (data.get("needs") or {}).items())
    return f"no agent of queue {data.get('queue')} can ever take this caller: nobody has {needs}"


def moved(event: Recorded) -> str:
    """A supervisor gave the caller another place."""
    data: Data = event.data
    there = f"from queue {data['queue']} to {data['to']}" if data["to"] != data["queue"] else "in the queue"
    how = [
        there,
        *([f"as {data['priority']}"] if data.get("priority") else []),
        *["first"] * bool(data.get("first")),
    ]
    return f"{data['by']} moved the caller at {_clock(event)}: {', '.join(how)}"


def pulled(event: Recorded) -> str:
    """A supervisor gave the caller to an agent."""
    data: Data = event.data
    return f"{data['by']} gave the caller of queue {data['queue']} to {data['agent']} at {_clock(event)}"


def _told(head: str, rows: list[Row]) -> RenderableType:
    lines = Table.grid(padding=(0, 2))
    lines.add_column(no_wrap=True)
    lines.add_column(overflow="fold")
    for name, text in rows:
        lines.add_row(f"   {name}", escape(text))
    return Group(head, lines) if rows else head


def _clock(event: Recorded) -> str:
    return datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S.%f")[:-3]


def _points(score: float) -> str:
    """For people: 3.00026 is 3."""
    text = f"{round(score, 1):g}"
    return f"{text} point{'' if text == '1' else 's'}"


def _caller(reasons: Data) -> Iterator[Row]:
    """Why the caller was next, as far as that was on record."""
    place, waiting = reasons.get("position", "?"), reasons.get("waiting")
    said = [f"place {place}" + (f" of {waiting}" if waiting is not None else "")]
    said.append(_points(reasons.get("score", 0)))
    if reasons.get("waited") is not None:
        said.append(f"waited {duration(reasons['waited'])}")
    if reasons.get("next_score") is not None:
        said.append(f"the next one behind has {_points(reasons['next_score'])}")
    yield "caller", ", ".join(said)
    if isinstance(place, int) and place > 1:
        yield "", f"{'the one' if place == 2 else 'those'} before ring already, or need other agents"
    if reasons.get("overdue"):
        yield "", "overdue: has waited so long as to go before everybody who has not"
    if reasons.get("regained"):
        ago = duration(reasons["regained"])
        yield "", f"called again, was moved or is called back, and has the place that was taken {ago} before"
    if reasons.get("held"):
        yield "", f"waited {duration(reasons['held'])} for the preferred agent {reasons['preferred']} alone"
    yield from _rivals(reasons)


def _rivals(reasons: Data) -> Iterator[Row]:
    """Who waits for the same agent in other queues."""
    weight = reasons.get("weight") or 0
    if weight:
        total = _points(reasons.get("score", 0) + weight)
        yield "", f"the queue's weight is {weight:g}, which makes {total} against other queues"
    for rival in reasons.get("rivals", ()):
        own = f", {rival['weight']:g} of them its weight" if rival.get("weight") else ""
        best = _points(rival["score"] + rival.get("weight", 0))
        late = " and is overdue" if rival.get("overdue") else ""
        yield "other queue", f"{rival['queue']}: of {rival['waiting']} the best has {best}{own}{late}"


def _choice(reasons: Data) -> Iterator[Row]:
    considered = reasons.get("considered") or ()
    told = [f" ({each})" if each else "" for each in _figures(reasons.get("figures") or ())]
    among = (
        ", ".join(f"{name}{figures}" for name, figures in zip_longest(considered, told, fillvalue=""))
        or "nobody"
    )
    yield "strategy", f"{reasons.get('strategy', '?')} chose among {among}"
    for agent, team in (reasons.get("helping") or {}).items():
        yield "helps", f"{agent} of the team of {team}, since the queue overflows"


FIGURES: Mapping[str, Callable[[float], str]] = {
    "level": lambda level: f"level {level:g}",
    "load": lambda calls: f"in {calls:g} call{'' if calls == 1 else 's'}",
    "idle": lambda seconds: f"idle {duration(seconds)}",
    "taken": lambda calls: f"{calls:g} call{'' if calls == 1 else 's'} taken",
    "talk_time": lambda seconds: f"talked {duration(seconds)}",
}
"""What strategies rank agents by, in words."""


def _figures(compared: Sequence[Mapping[str, float]]) -> Iterator[str]:
    """Of each who was compared, the figures up to the first in which they differ."""
    fields = [name for name in (compared[0] if compared else ()) if name in FIGURES]
    differing = [place for place, name in enumerate(fields) if len({each[name] for each in compared}) > 1]
    deciding = fields[: differing[0] + 1] if differing else []
    for each in compared:
        yield ", ".join(
            FIGURES[name](each[name]) for name in deciding if name != "load" or name == deciding[-1]
        )


def _others(reasons: Data) -> Iterator[Row]:
    for skipped in reasons.get("skipped", ()):
        yield "skipped", f"{skipped['agent']}: {_why_not(skipped)}"
    if reasons.get("uncounted"):
        yield "skipped", f"{reasons['uncounted']} more"


def _why_not(skipped: Data) -> str:
    reason, left = skipped["reason"], skipped.get("left")
    words = doing(reason)
    if skipped.get("skill"):
        words += f": {skipped['skill']} {skipped['level']} is needed, has {skipped['has'] or 'none'}"
    if reason == "lacks-skill" and left is None:
        return f"{words}, and will not do later"
    if reason in ("lacks-skill", "tier-closed"):
        return f"{words}; opens in {duration(left)}"
    return f"{words}, for another {duration(left)}" if left else words
