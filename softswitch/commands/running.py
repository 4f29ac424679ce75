"""What the running switch says of itself, asked over its control socket."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from softswitch.commands.table import console, doing, duration, foreign, print_json
from softswitch.control.client import ask
from softswitch.fitting import Cell, Fitting
from softswitch.ports import BEHIND

COLOURS = {
    "free": "green",
    "ringing": "yellow",
    "talking": "cyan",
    "outside-call": "cyan",
    "wrap-up": "magenta",
    "paused": "red",
    "offline": "dim",
    "signed-out": "dim",
    "back-off": "red",
}
"""Of agents' states."""

TIMED = ("paused", "wrap-up")
"""States of which people want to know how long they last still."""

Row = tuple[Cell, ...]
"""The cells of one line."""

QUEUES = (
    *("queue", ">waiting", ">free agents", ">joined", ">answered"),
    *(">mean wait", ">longest", ">service level", ">abandoned", ">turned away", ">wait now", ">off by"),
)
CALLERS = ("queue", ">place", "caller", "class", ">waiting for", "ringing", "call")
AGENTS = ("agent", "state", ">for", ">calls taken", ">talk time", "queues", "call")
LIVE_CALLS = ("call", "from", "dialled", "phase", "queue", "agent", ">for")

BANS = ("address", ">for another", "why")

LESS_OF_QUEUES = (
    *(">off by", ">wait now"),
    *(">turned away", ">joined", ">longest", ">mean wait"),
    *(">service level", ">abandoned", ">answered"),
)
LESS_OF_CALLERS = ("class", "call", "ringing", ">place")
LESS_OF_AGENTS = (">talk time", ">calls taken", "call", "queues")
LESS_OF_LIVE_CALLS = ("dialled", "call", "agent", "queue")
"""What goes below its row on a narrow terminal, the first first."""


def print_status(socket: Path, as_json: bool) -> None:
    """`softswitch status`."""
    answer = ask(socket, "status")
    if as_json:
        print_json(answer)
        return
    console().print(status(answer))


def status(answer: Mapping[str, Any]) -> Table:
    """The switch in a few numbers."""
    record = answer["record"]
    phases = ", ".join(f"{count} {phase}" for phase, count in answer["phases"].items())
    lines = {
        "softswitch": answer["version"],
        "configuration": answer["file"],
        "up for": duration(answer["uptime"]),
        "calls": f"{answer['calls']} of at most {answer['max_calls']}" + (f": {phases}" if phases else ""),
        "record": f"event {record['last']}, {record['waiting']} lines not yet written",
    }
    lines |= _recording(answer["recording"]) | _mail(answer.get("mail") or {})
    lines |= _voicemail(answer.get("voicemail") or {})
    if answer["turned_away"]:
        counts = ", ".join(f"{count} for {why}" for why, count in answer["turned_away"].items())
        lines["turned away"] = f"{counts} (503: no room)"
    thrown_away = answer["shielded"]
    if thrown_away or answer["bans"]:
        counts = ", ".join(f"{count} {reason}" for reason, count in thrown_away.items()) or "nothing"
        lines["shield"] = f"{answer['bans']} banned; thrown away: {counts}"
    if unreadable := sum(count for why, count in answer["dropped"].items() if why != "keep-alive"):
        lines["unreadable"] = f"{unreadable} messages"
    if answer["late"]:
        lines["calls"] += " [bold red](too late with everything: new ones are refused)[/]"
    if answer["draining"]:
        lines["calls"] += " [yellow](draining: no new ones are taken)[/]"
    if record["problem"]:
        lines["record"] = (
            f"[bold red]FAILING: {record['problem']}[/]; {record['waiting']} lines wait in memory"
        )
    behind = record["last"] - record["loaded"]
    if record["database_problem"]:
        problem = f"[bold red]FAILING: {record['database_problem']}[/]"
        lines["database"] = f"{problem}; {behind} events wait in files"
    elif behind > BEHIND:
        lines["database"] = f"[yellow]{behind} events behind[/]"
    if answer.get("not_ready"):
        lines["ready"] = "[bold red]no[/]: " + escape("; ".join(answer["not_ready"]))
    if record["lost"]:
        lines["record"] += f", [bold red]{record['lost']} events lost[/]"
    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in lines.items():
        made.add_row(Text(name, style="bold"), value)
    return made


def _mail(mail: Mapping[str, Any]) -> dict[str, str]:
    """The line about mails, if there are any."""
    if not mail or not mail["waiting"] + mail["dead"]:
        return {}
    dead = f", [bold red]{mail['dead']} refused for good[/] (`softswitch mail`)" if mail["dead"] else ""
    why = f": {escape(mail['why'])}" if mail["why"] else ""
    return {"mail": f"{mail['waiting']} waiting{why}{dead}"}


def _voicemail(voicemail: Mapping[str, Any]) -> dict[str, str]:
    """The line about messages, if there are any."""
    if not voicemail or not (voicemail["new"] or voicemail["heard"] or voicemail["problem"]):
        return {}
    problem = f" [bold red]FAILING: {escape(voicemail['problem'])}[/]" if voicemail["problem"] else ""
    return {"voicemail": f"{voicemail['new']:,} new, {voicemail['heard']:,} heard{problem}"}


def _recording(recording: Mapping[str, Any]) -> dict[str, str]:
    """The line about recordings, if there are any."""
    if not recording["open"] and not recording["problem"]:
        return {}
    problem = f" [bold red]FAILING: {escape(recording['problem'])}[/]" if recording["problem"] else ""
    return {"recording": f"{recording['open']} conversations{problem}"}


def print_queues(socket: Path, as_json: bool) -> None:
    """`softswitch queues`."""
    answer = ask(socket, "queues")
    if as_json:
        print_json(answer["queues"])
        return
    console().print(queues(answer["queues"]))


def queues(answer: list[Mapping[str, Any]]) -> RenderableType:
    """One line for each queue, and below them the callers who wait."""
    lines = Fitting(QUEUES, [_queue(queue) for queue in answer], LESS_OF_QUEUES)
    callers = [_caller(queue["name"], caller) for queue in answer for caller in queue["callers"]]
    return Group(lines, Fitting(CALLERS, callers, LESS_OF_CALLERS)) if callers else lines


def _queue(queue: Mapping[str, Any]) -> Row:
    counts = queue["counts"]
    answered = counts["answered"]
    return (
        queue["name"],
        _waiting(queue),
        str(queue["free"]),
        str(counts["joined"]),
        str(answered),
        duration(counts["answered_wait"] / answered if answered else None),
        duration(counts["longest_wait"] or None),
        "-" if (level := queue.get("service_level")) is None else f"{level:.1%}",
        str(counts["abandoned"]),
        str(counts["full"] + counts["timed_out"] + counts["sent_away"] + counts.get("by_key", 0)),
        duration(queue.get("estimate")),
        "-" if (error := queue.get("estimate_error")) is None else f"{error:.0%}",
    )


def _waiting(queue: Mapping[str, Any]) -> str | Text:
    """How many, and of these how many in vain: nobody of the team has the skills."""
    vain = queue.get("hopeless") or 0
    return Text(f"{queue['waiting']} ({vain} in vain)", style="red") if vain else str(queue["waiting"])


def _caller(queue: str, caller: Mapping[str, Any]) -> Row:
    return (
        queue,
        str(caller["position"]),
        foreign(caller["number"]),
        caller["priority"],
        duration(caller["waited"]),
        ", ".join(caller["ringing"]),
        caller["call"],
    )


def print_bans(socket: Path, as_json: bool) -> None:
    """`softswitch bans`."""
    answer = ask(socket, "bans")
    if as_json:
        print_json(answer)
        return
    console().print(bans(answer))


def bans(answer: list[Mapping[str, Any]]) -> RenderableType:
    """One line for each source that is not heard."""
    if not answer:
        return "nobody is banned"
    rows = [(ban["address"], duration(ban["left"]), foreign(ban["why"])) for ban in answer]
    return Fitting(BANS, rows, sentences="why")


def unban(socket: Path, address: str) -> None:
    """`softswitch unban ADDRESS`."""
    answer = ask(socket, "unban", address=address)
    print(f"{address} is heard again" if answer["banned"] else f"{address} was not banned")


def print_agents(socket: Path, as_json: bool) -> None:
    """`softswitch agents`."""
    answer = ask(socket, "agents")
    if as_json:
        print_json(answer["agents"])
        return
    console().print(agents(answer))


def agents(answer: Mapping[str, Any]) -> RenderableType:
    """One line for each agent."""
    rows = [_agent(agent, answer["at"]) for agent in answer["agents"]]
    return Fitting(AGENTS, rows, LESS_OF_AGENTS)


def _agent(agent: Mapping[str, Any], now: float) -> Row:
    state = agent["state"]
    left = f"{duration(until - now)} left" if (until := agent.get("until")) and state in TIMED else ""
    reason = ", ".join(filter(None, [agent["paused"], left]))
    reason = f" ({reason})" if reason else ""
    return (
        agent["name"],
        Text(doing(state) + reason, style=COLOURS.get(state, "")),
        duration(now - agent["since"]),
        str(agent["taken"]),
        duration(agent["talk_time"] or None),
        ", ".join(agent["queues"]),
        ", ".join(agent["calls"]),
    )


def print_live_calls(socket: Path, as_json: bool) -> None:
    """`softswitch calls --live`."""
    answer = ask(socket, "calls")
    if as_json:
        print_json(answer)
        return
    console().print(live_calls(answer))


def live_calls(answer: list[Mapping[str, Any]]) -> RenderableType:
    """One line for each call in progress."""
    if not answer:
        return "no calls in progress"
    return Fitting(LIVE_CALLS, [_call(call) for call in answer], LESS_OF_LIVE_CALLS)


def _call(call: Mapping[str, Any]) -> Row:
    return (
        call["call"],
        foreign(call["from"]),
        foreign(call["dialled"]),
        call["phase"],
        call["queue"] or "-",
        call["agent"] or "-",
        duration(call["seconds"]),
    )


def reload_settings(socket: Path) -> None:
    """`softswitch reload`. Raises ControlError with every problem of the file."""
    answer = ask(socket, "reload")
    print(f"in force now: {answer['file']}")
    told = [(how, answer.get(how)) for how in ("added", "removed", "changed")]
    for how, names in told:
        if names:
            print(f"{how}: {', '.join(names)}")
    if not any(names for _, names in told):
        print("nothing has changed")
    if answer["after_restart"]:
        print(f"changed, but in force only after a restart: {', '.join(answer['after_restart'])}")


def stop_switch(socket: Path, now: bool) -> None:
    """`softswitch stop`."""
    answer = ask(socket, "stop")
    if now:
        ask(socket, "stop")
        print(f"stopping; calls cut off: {answer['draining']}")
    elif answer["draining"]:
        print(f"draining: {answer['draining']} calls may go on for at most {duration(answer['limit'])}")
    else:
        print("stopping: there are no calls")
