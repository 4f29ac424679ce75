"""The live view in a terminal, and plain lines where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from softswitch.demo.cast import Caller
from softswitch.demo.story import CallerLine, Doing, Span, Story
from softswitch.fitting import Cell, Fitting
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.call_record import CallRecord
from softswitch.types import Seconds

COLOURS: Mapping[Doing, str] = {
    Doing.ARRIVING: "white",
    Doing.MENU: "blue",
    Doing.WAITING: "yellow",
    Doing.RINGING: "magenta",
    Doing.TALKING: "green",
    Doing.WRAP_UP: "cyan",
    Doing.FREE: "dim",
}

WIDTH = 110
"""Columns of the view, and of what is printed where there is no terminal."""

ROWS = 6
"""Lines kept for each list, so that the view does not jump."""


def view(story: Story, at: float, expected: int) -> RenderableType:
    """Everything at one moment. `expected`: how many callers there will be."""
    over = [line for line in story.callers.values() if line.ended is not None]
    elapsed = at - story.start if story.start else 0.0
    counts = Text.assemble(
        ("softswitch demo  ", "bold"),
        f"{elapsed:5.1f} s   ",
        f"{len(story.callers)} of {expected} callers have dialled   ",
        (f"{sum(line.end == 'answered' for line in over)} answered   ", "green"),
        (f"{sum(line.end == 'abandoned' for line in over)} gave up   ", "yellow"),
        (f"{sum(line.end.startswith('refused') for line in over)} refused", "red"),
    )
    return Group(counts, _waiting(story, at), _talking(story, at), _agents(story, at))


def _panel(title: str, table: Table) -> Panel:
    return Panel(table, title=title, title_align="left", box=ROUNDED, border_style="dim", width=WIDTH)


def _table(*columns: str) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", ratio=1)
    return table


def _fill(table: Table, rows: int = ROWS) -> Table:
    while table.row_count < rows:
        table.add_row()
    return table


def _waiting(story: Story, at: float) -> Panel:
    table = _table("queue", ">place", "caller", "class", ">waits", "rings at")
    for queue in story.settings.queues:
        for place, caller in enumerate(story.waiting(queue, at), start=1):
            vip = caller.priority != "default"
            table.add_row(
                queue,
                str(place),
                Text(caller.name, style="bold red" if vip else ""),
                Text(caller.priority, style="bold red" if vip else "dim"),
                _for(at - (caller.joined or at)),
                Text(", ".join(caller.rung.values()), style=COLOURS[Doing.RINGING]),
            )
    return _panel("waiting, with music", _fill(table))


def _talking(story: Story, at: float) -> Panel:
    table = _table("caller", "is", "with", ">for")
    for caller in story.callers.values():
        if caller.ended is None and caller.joined is None:
            span = caller.spans[-1]
            table.add_row(
                caller.name,
                Text(span.doing, style=COLOURS[span.doing]),
                Text(span.note),
                _for(at - span.start),
            )
    return _panel("in the menu, talking", _fill(table))


def _agents(story: Story, at: float) -> Panel:
    table = _table("agent", "is", "with", ">for", ">calls taken")
    for agent in story.agents.values():
        span = agent.doing(at) or Span(Doing.FREE, at)
        table.add_row(
            agent.name,
            Text(span.doing, style=COLOURS[span.doing]),
            span.note,
            _for(at - span.start) if span.doing is not Doing.FREE else "",
            str(agent.taken),
        )
    return _panel("agents", table)


def _for(seconds: Seconds) -> str:
    return f"{seconds:.1f} s"


def line(story: Story, event: Recorded) -> str | None:
    """An event that the story has just taken, as a sentence; None for those of little interest."""
    caller = story.callers.get(event.call) if event.call else None
    if caller is None:
        return None
    sentence = _sentence(story, caller, event)
    return f"{event.at - (story.start or event.at):6.1f} s  {sentence}" if sentence else None


def _sentence(story: Story, caller: CallerLine, event: Recorded) -> str | None:
    data = event.data
    match event.kind:
        case Kind.CALL_ARRIVED:
            return f"{caller.name} dials {data.get('dialled')}"
        case Kind.CALLER_JOINED:
            line = story.waiting(caller.queue, event.at)
            return f"{caller.name} waits for {caller.queue}, place {line.index(caller) + 1}"
        case Kind.OFFER_MADE:
            return f"{data.get('agent')} is rung for {caller.name}"
        case Kind.CONNECTED:
            return f"{caller.name} talks to {data.get('agent')}, after {data.get('waited', 0)} s"
        case Kind.CALL_ENDED:
            return f"{caller.name} is gone: {caller.end}"
        case _:
            return None


def summary(
    cast: Iterable[Caller], records: Mapping[str, CallRecord], agents: Iterable[str]
) -> list[Fitting]:
    """What became of everybody: a table of callers, a table of agents, and the totals."""
    found = [(caller, record) for caller in cast if (record := records.get(caller.number))]
    answered = [record for _, record in found if record.outcome == "answered"]
    took: list[tuple[Cell, ...]] = []
    for agent in agents:
        mine = [record for record in answered if record.agent == agent]
        talk, names = sum(record.talk or 0.0 for record in mine), ", ".join(record.name for record in mine)
        took.append((agent, str(len(mine)), _for(talk), names))
    waits = [record.wait for record in answered]
    outcomes = [record.outcome for record in records.values()]
    totals: tuple[Cell, ...] = (
        str(len(outcomes)),
        str(len(answered)),
        str(outcomes.count("abandoned")),
        str(outcomes.count("refused")),
        _for(sum(waits) / len(waits)) if waits else "-",
        _for(max(waits)) if waits else "-",
    )
    return [
        Fitting(CALLERS, [_caller(*one) for one in found], BELOW),
        Fitting(("agent", ">calls", ">talk", "took"), took, sentences="took"),
        Fitting(("calls", "answered", "gave up", "refused", "mean wait", "longest wait"), [totals]),
    ]


CALLERS = ("caller", "dialled", "keys", "queue", ">wait", "agent", ">talk", "ended by", "outcome")
BELOW = ("keys", "dialled", "ended by", ">talk")
"""What goes below its row on a narrow terminal, the first first."""


def _caller(caller: Caller, record: CallRecord) -> tuple[Cell, ...]:
    outcome = f"{record.outcome} {record.status}" if record.status >= 300 else record.outcome
    return (
        caller.name,
        record.dialled,
        record.digits,
        " > ".join(record.queues),
        _for(record.wait) if record.queues else "",
        record.agent,
        _for(record.talk or 0.0) if record.agent else "",
        record.ended_by,
        Text(outcome, style=_STYLE[record.outcome]),
    )


_STYLE = {
    "answered": "green",
    "abandoned": "yellow",
    "refused": "red",
    "lost": "red",
    "turned away": "yellow",
    "served": "",
}
"""By outcome."""
