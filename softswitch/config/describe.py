"""A configuration, or what is wrong with it, for people: as rich renderables."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.config.check import Report
from softswitch.config.durations import written
from softswitch.config.menu_trees import menu_trees, where
from softswitch.config.settings import SwitchSettings
from softswitch.config.tables import WordsTable
from softswitch.config.tree import lines_of
from softswitch.errors import Problem
from softswitch.hours import Schedule
from softswitch.types import AgentName

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def summary(settings: SwitchSettings) -> RenderableType:
    """Numbers, queues, agents and hours as tables, and the tree of every menu."""
    parts: list[RenderableType] = [Text(), _head(settings)]
    if settings.routing.numbers:
        parts.append(_numbers(settings))
    if settings.routing.callers:
        parts.append(_callers(settings))
    parts += menu_trees(settings)
    if settings.dialplan.rules:
        parts.append(_outbound(settings))
    if settings.trunks:
        parts.append(_trunks(settings))
    if settings.engine.queues:
        parts.append(_queues(settings))
    if settings.phones:
        parts.append(_agents(settings))
    if settings.hours.schedules:
        parts.append(_hours(settings))
    return Group(*parts)


def problems(report: Report) -> RenderableType:
    """Every problem and warning with its source line.

    Print it with `soft_wrap=True`: the first line of each, `file:line:column: message`, must stay one line.
    """
    lines = {name: lines_of(text) for name, text in report.sources.items()}
    parts: list[Text] = []
    for problem in report.problems:
        parts += _problem(problem, lines, "bold red", "")
    for problem in report.warnings:
        parts += _problem(problem, lines, "bold yellow", "warning: ")
    parts.append(_count(report))
    return Group(*parts)


def _problem(problem: Problem, lines: dict[str, list[str]], style: str, kind: str) -> Iterator[Text]:
    place = f"{problem.file}:{problem.line}:{problem.column}"
    yield Text.assemble((place, "bold"), ": ", (kind, style), (problem.message, style if not kind else ""))
    source = lines.get(problem.file, [])
    line = source[problem.line - 1] if problem.line <= len(source) else ""
    if line.strip():
        number = f"{problem.line:5d} | "
        yield Text.assemble((number, "dim"), line.expandtabs(1).rstrip())
        marks = "^" * min(problem.width, max(1, len(line) - problem.column + 1))
        yield Text.assemble(
            (" " * (len(number) - 2) + "| ", "dim"), " " * (problem.column - 1), (marks, style)
        )


def _count(report: Report) -> Text:
    words = [
        f"{len(found)} {word}{'' if len(found) == 1 else 's'}"
        for found, word in ((report.problems, "problem"), (report.warnings, "warning"))
        if found
    ]
    return Text(", ".join(words), style="bold")


def _head(settings: SwitchSettings) -> Text:
    sip, media = settings.sip, settings.media
    listens = ", ".join(one.shown for one in sip.listen)
    return Text.assemble(
        (f"{settings.path}", "bold"),
        f"\nlistens on {listens}; up to {sip.max_calls} callers",
        f"\ncodecs {', '.join(sip.codecs)}; sound at {media.sample_rate} Hz",
        f"\nRTP ports {sip.rtp_ports[0]}-{sip.rtp_ports[1]}",
        f"\nlanguages {', '.join(media.languages)}; the record is in {settings.data}\n",
    )


def _numbers(settings: SwitchSettings) -> WordsTable:
    table = WordsTable("Numbers", "dialled", "leads to")
    for rule in settings.routing.numbers:
        table.add_row(Text(rule.pattern), where(rule.then))
    return table


def _callers(settings: SwitchSettings) -> WordsTable:
    table = WordsTable("\nCallers", "class", "numbers", "what is special")
    for rule in settings.routing.callers:
        special = [
            f"priority {rule.priority}" if rule.priority else "",
            f"language {rule.language}" if rule.language else "",
            f"refused with {rule.reject}" if rule.reject else "",
            *(f"needs {skill} {level}" for skill, level in rule.needs.items()),
            f"prefers {rule.preferred}" if rule.preferred else "",
            f"asks {rule.lookup.url}" if rule.lookup else "",
            f"calls {', '.join(rule.dialled)}" if rule.dialled else "",
            f"while {rule.hours} is open" if rule.hours else "",
            f"while {rule.outside} is closed" if rule.outside else "",
        ]
        table.add_row(Text(rule.name), Text(", ".join(rule.patterns)), Text(", ".join(filter(None, special))))
    return table


def _outbound(settings: SwitchSettings) -> WordsTable:
    table = WordsTable("\nOutbound", "dialled", "line", "class", "goes by")
    for rule in settings.dialplan.rules:
        table.add_row(
            Text(", ".join(rule.patterns)),
            Text(rule.name),
            Text(rule.kind or "the number's own"),
            Text(", then ".join(rule.trunks) or f"refused with {rule.reject}"),
        )
    return table


def _trunks(settings: SwitchSettings) -> WordsTable:
    table = WordsTable(
        "\nTrunks", "trunk", "servers, in their order", "registers", "calls from", "channels", "shows"
    )
    for name, trunk in settings.trunks.items():
        sources = [*map(str, trunk.allow_from), *(["its servers"] if trunk.by_address else [])]
        sources += [] if trunk.inbound is None else [f"whoever has the password of {trunk.inbound}"]
        table.add_row(
            Text(name),
            Text(", ".join(server.shown for server in trunk.servers)),
            Text(f"as {trunk.username}" if trunk.register else "no"),
            Text(", ".join(sources)),
            Text(str(trunk.channels or "unlimited")),
            Text(trunk.caller_id or "the caller's number"),
        )
    return table


def _queues(settings: SwitchSettings) -> WordsTable:
    table = WordsTable("Queues", "queue", "strategy", "rings", "agents, in their order", "music", "limits")
    for name, queue in settings.engine.queues.items():
        limits = [
            f"at most {queue.max_callers} callers, then {where(queue.full)}" if queue.max_callers else "",
            f"at most {written(queue.max_wait)}, then {where(queue.timeout)}" if queue.max_wait else "",
        ]
        label = settings.queue_labels.get(name, name)
        table.add_row(
            Text(name if label == name else f"{name} ({label})"),
            Text(queue.strategy),
            Text(written(queue.ring)),
            Text(", ".join(queue.agents) or "nobody"),
            Text(settings.media.queue_music.get(name, "")),
            Text("; ".join(filter(None, limits)) or "none"),
        )
    return table


def _agents(settings: SwitchSettings) -> WordsTable:
    table = WordsTable("\nAgents", "agent", "name", "phone", "extension", "calls", "queues")
    for name, phone in settings.phones.items():
        agent = settings.engine.agents[name]
        table.add_row(
            Text(name),
            Text(phone.name),
            Text(phone.reached_at),
            Text(phone.extension or "-"),
            Text(str(agent.calls or "unlimited")),
            Text(", ".join(_queues_of(settings, name)) or "-"),
        )
    return table


def _queues_of(settings: SwitchSettings, agent: AgentName) -> list[str]:
    return [name for name, queue in settings.engine.queues.items() if agent in queue.agents]


def _hours(settings: SwitchSettings) -> WordsTable:
    table = WordsTable("\nHours", "name", "open", "zone", "closed on")
    for name, schedule in settings.hours.schedules.items():
        closed = [f"holidays of {schedule.holidays}"] if schedule.holidays else []
        closed += [day.isoformat() for day in sorted(schedule.closed)]
        table.add_row(
            Text(name),
            Text("; ".join(spans(schedule))),
            Text(schedule.timezone),
            Text(", ".join(closed) or "-"),
        )
    return table


def spans(schedule: Schedule) -> Iterator[str]:
    """Days with the same hours as one: `Mon-Fri 08:00-18:00`."""
    first = 0
    for day in range(1, 8):
        spans = schedule.open.get(first, ())
        if day < 7 and schedule.open.get(day, ()) == spans:
            continue
        if spans:
            days = DAYS[first] if day - first == 1 else f"{DAYS[first]}-{DAYS[day - 1]}"
            hours = ", ".join(
                f"{start:%H:%M}-{f'{end:%H:%M}' if end.hour or end.minute else '24:00'}"
                for start, end in spans
            )
            yield f"{days} {hours}"
        first = day
