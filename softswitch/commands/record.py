"""What the record says of past calls: read from its database, whether a switch runs or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from softswitch.commands.behind import say_behind
from softswitch.commands.callback_lines import callback_story
from softswitch.commands.table import console, duration, foreign, print_json, when
from softswitch.commands.why_lines import hopeless, moved, nobody, offer, pulled, waits
from softswitch.control.client import ask
from softswitch.control.wire import SOCKET
from softswitch.errors import ControlError, StoreError
from softswitch.fitting import Cell, Fitting
from softswitch.kinds import Kind
from softswitch.ports import Recorded
from softswitch.store.call_record import CallRecord
from softswitch.store.encoding import dumps
from softswitch.store.reading import events_of, find_call, last_calls, reading, reasoning, story_of
from softswitch.types import CallId, Quality

OUTCOMES = {
    "answered": "green",
    "abandoned": "yellow",
    "lost": "red",
    "refused": "red",
    "turned away": "yellow",
    "callback": "cyan",
    "not reached": "yellow",
}
"""Colour by outcome."""

POOR = 3.1
"""MOS below which nearly everybody is dissatisfied (ITU-T G.107 annex B: R 60)."""


def print_calls(folder: Path, last: int, as_json: bool) -> None:
    """`softswitch calls`. Raises StoreError: there is no record."""
    with reading(folder) as connection:
        records, found = last_calls(connection, last), say_behind(connection, folder)
    if as_json:
        for record in records:
            print(dumps(record.to_json()))
        return
    if not records:
        print("no call is in the database yet" if found.events else "no call has ended yet")
        return
    console().print(calls(records))


def calls(records: Sequence[CallRecord]) -> Fitting:
    """One line for each."""
    now = datetime.now().astimezone()
    return Fitting(COLUMNS, [_row(record, now) for record in records], BELOW)


COLUMNS = (
    *("when", "from", "dialled", "menus", "queue", ">wait", "agent", ">talk"),
    *("outcome", "ended by", "codec, loss", ">MOS", "call"),
)


BELOW = ("codec, loss", "ended by", ">MOS", "menus", "dialled", "queue", ">talk", ">wait")
"""What goes below its row on a narrow terminal, the first first."""


def _row(record: CallRecord, now: datetime) -> tuple[Cell, ...]:
    """The cells of `COLUMNS` for one call."""
    return (
        when(record.start, now),
        foreign(f"{record.name} {record.number}".strip() or "anonymous"),
        foreign(
            record.dialled + "".join(f" (for {number or 'anonymous'})" for number in record.diverted[:1])
        ),
        Text(_way(record)),
        Text(" > ".join(record.queues) or "-"),
        duration(record.wait if record.queues else None),
        _agents(record),
        _talk(record),
        Text(_outcome(record), style=OUTCOMES.get(record.outcome, "")),
        record.ended_by or "-",
        _media(record.caller_media),
        _scores(record),
        record.id,
    )


def _talk(record: CallRecord) -> str:
    if record.talk is None:
        return "?"
    return duration(record.talk if record.answered is not None else None)


def _way(record: CallRecord) -> str:
    menus = " > ".join(record.menus)
    keys = f" [{record.digits}]" if record.digits else ""
    return f"{menus}{keys}" or "-"


def _agents(record: CallRecord) -> Text:
    """Who was rung in vain (in brackets), for a customer who was not reached, too; and all who answered; of a
    call outside, its number.
    """
    missed = [offer.agent for offer in record.offers if record.callback or offer.result != "answered"]
    talked = [talk.agent or talk.number for talk in record.talks] or [record.agent] * bool(record.agent)
    words = [(f"({name})", "dim") for name in dict.fromkeys(missed) if name not in talked]
    if any(talked):
        words.append((" > ".join(talked), "bold"))
    elif record.outside and not record.callback:
        words.append((record.outside, "" if record.answered is None else "bold"))
    return Text(" ").join(Text(name, style=style) for name, style in words) if words else Text("-")


def _outcome(record: CallRecord) -> str:
    return f"{record.outcome} {record.status}" if record.outcome == "refused" else record.outcome


def _media(quality: Quality) -> str:
    if not quality.codec:
        return "-"
    return f"{quality.codec} silent" if quality.loss is None else f"{quality.codec} {quality.loss:.1%}"


def _scores(record: CallRecord) -> Text:
    """How good the caller and the agent could be heard, estimated."""
    scores = (record.caller_media.mos, record.agent_media.mos)
    if scores == (None, None):
        return Text("-")
    text = " / ".join("-" if score is None else f"{score:.1f}" for score in scores)
    return Text(text, style="red" if any(score and score < POOR for score in scores) else "")


def print_why(folder: Path, wanted: str, as_json: bool) -> None:
    """`softswitch why`. Raises StoreError: no such call."""
    now = _now(folder, wanted)
    with reading(folder) as connection:
        call, found = find_call(connection, now.get("call", wanted)), say_behind(connection, folder)
        if call is None:
            yet = " (but that lags behind)" if found.events else ""
            raise StoreError(
                f"no call {wanted!r} in the record of {folder}{yet}; `softswitch calls` lists them"
            )
        wanted, attempts = story_of(connection, call)
        parts = {each: events_of(connection, each) for each in (wanted, *attempts)}
        events = [event for each in parts.values() for event in each]
    if as_json:
        steps = reasoning(sorted(events, key=lambda event: event.seq))
        print_json([*steps, {"kind": "now", **now}] if now.get("why") else steps)
        return
    if not attempts:
        console().print(why(call, events, now=now))
    if any(event.kind == Kind.CALLBACK_WANTED for event in events):
        console().print(callback_story(wanted, events))
    told = 0
    for attempt in attempts:
        console().print(why(attempt, parts[attempt], told))
        told += sum(event.kind == Kind.OFFER_MADE for event in parts[attempt])
    if attempts and now.get("why"):
        console().print(waits(now))


def _now(folder: Path, wanted: str) -> Mapping[str, Any]:
    """The call in progress that is meant, where it waits while no phone rings for it, and why none does;
    empty: there is none, or no switch runs that could tell.
    """
    try:
        return ask(folder / SOCKET, "waits", wanted=wanted) or {}
    except ControlError:
        return {}


def why(
    call: CallId, events: list[Recorded], before: int = 0, now: Mapping[str, Any] = MappingProxyType({})
) -> RenderableType:
    """Each offer with its reasoning and its end, and what else became of the call; `before`: so many offers
    were told; `now`: how it waits at this moment, while no phone rings.
    """
    ends = {event.data["offer"]: event for event in events if event.kind == Kind.OFFER_ENDED}
    parts: list[RenderableType] = _entrances(events)
    queue: str | None = None
    rung = False
    for event in events:
        if event.kind == Kind.OFFER_MADE:
            before, rung = before + 1, True
            parts.append(offer(before, event, _result(event, ends.get(event.data["offer"]), events)))
        elif event.kind == Kind.CALLER_JOINED:
            queue, rung = str(event.data.get("queue")), False
        elif (told := _TOLD.get(event.kind)) is not None:
            parts.append(told(event))
        elif event.kind == Kind.CALLER_LEFT and (left := nobody(event, queue, rung)) is not None:
            parts.append(left)
    parts += [waits(now)] if now.get("why") else []
    parts += _attempts(events)
    parts += _transfers(events)
    if _was_cut(events):
        parts.append("talk time unknown: the switch was killed")
    return Group(*parts) if parts else f"call {call}: {_nowhere(events)}"


_TOLD: Mapping[str, Callable[[Recorded], str]] = {
    Kind.CALLER_HOPELESS: hopeless,
    Kind.CALLER_MOVED: moved,
    Kind.CALLER_PULLED: pulled,
}
"""What is said in one line, by the kind of event."""


def _nowhere(events: list[Recorded]) -> str:
    """Why there is nothing to explain."""
    queues = [str(event.data.get("queue")) for event in events if event.kind == Kind.CALLER_JOINED]
    if queues:
        return f"no agent was rung yet; it waits in queue {queues[-1]}"
    to = next((event.data["destination"] for event in events if event.kind == Kind.CALL_ROUTED), None)
    return "no agent was rung, and it has joined no queue" + (f"; it was led to {to}" if to else "")


def _entrances(events: list[Recorded]) -> list[RenderableType]:
    """As what the caller joined queues: rules that decided, and what a look-up said."""
    lines: list[RenderableType] = []
    for event in events:
        data: Mapping[str, Any] = event.data
        if event.kind == Kind.RULE_APPLIED:
            to = f"to {data['destination']}" if data.get("destination") else data.get("then")
            said = f"rule {data['rule']!r} of queue {data['queue']}: {to}, since {data['why']}"
            lines.append(Text(said))
        elif event.kind == Kind.CALL_WENT_ROUND:
            way = " -> ".join(map(str, data["way"]))
            lines.append(Text(f"sent round and round, and ended for that by the switch: {way}"))
        elif event.kind == Kind.CALLER_LOOKED_UP:
            lines.append(Text(_looked_up(data)))
    return lines


def _looked_up(data: Mapping[str, Any]) -> str:
    """What a look-up came to, as far as it was of use."""
    problem = foreign(str(data.get("problem") or ""))
    whose, after = f"look-up of {data['caller_rule']!r}", f"after {duration(data['took'])}"
    if data.get("found"):
        return f"{whose} knows the caller, {after}" + (f"; passed over: {problem}" if problem else "")
    return f"{whose} failed {after}: {problem}" if problem else f"{whose} does not know the caller, {after}"


def _was_cut(events: list[Recorded]) -> bool:
    """Whether a crash ended a conversation of which nobody knows how long it went on."""
    talks = (Kind.CONNECTED, Kind.CONNECT_FAILED, Kind.CONVERSATION_ENDED, Kind.CALL_ENDED)
    told = [event for event in events if event.kind in talks][-2:]
    return [event.kind for event in told] == [Kind.CONNECTED, Kind.CALL_ENDED] and "last_seen" in told[1].data


def _attempts(events: list[Recorded]) -> list[RenderableType]:
    """Each attempt to call a number outside, and how it ended; also those that could not even begin."""
    lines: list[RenderableType] = []
    dialling = False
    for event in events:
        if event.kind not in (Kind.DIALLED_OUT, Kind.DIAL_ENDED):
            continue
        data, begins = event.data, event.kind == Kind.DIALLED_OUT
        at = datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S.%f")[:-3]
        if not dialling:
            server = f", server {data['address']}" if data.get("address") else ""
            done = "was" if begins else "could not be"
            text = f"{at} {data['number']} {done} called by trunk {data['trunk']}{server}"
            lines.append(Text(text, style="bold"))
        if not begins:
            end = "answered" if data["status"] == 200 else f"{data['status'] or ''} {data['reason']}".strip()
            lines.append(Text(f"   {at} {end}"))
        dialling = begins
    return lines


def _transfers(events: list[Recorded]) -> list[RenderableType]:
    """Each transfer that an agent asked for, and what came of it."""
    lines: list[RenderableType] = []
    asked = talked = False
    for event in events:
        data = event.data
        talked = talked or event.kind == Kind.CONNECTED
        at = datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S.%f")[:-3]
        if event.kind == Kind.TRANSFER_ASKED:
            asked = True
            how = "after a consultation" if data["attended"] else "at once"
            whom = f"{data['number']} ({data['destination']})"
            text = f"{at} {data['by']} transferred the other side to {whom}, {how}"
            lines.append(Text(text, style="bold"))
        elif event.kind == Kind.TRANSFER_FAILED:
            asked = False
            lines.append(Text(f"   {at} failed with {data['status']}"))
        elif event.kind == Kind.TRANSFERRED:
            if data.get("taken_by"):
                lines.append(Text(f"{at} {data['taken_by']} took over from {data['by']}", style="bold"))
            elif not asked:  # that was in the agent's other call
                what = "put the other side through to that of another call"
                if not talked:
                    what = f"transferred the other side of another call to {data['number']} instead"
                lines.append(Text(f"{at} {data['by']} {what}", style="bold"))
            asked = False
            lines.append(Text(f"   {at} done" + (f", in call {data['into']}" if data["into"] else "")))
    return lines


_UNCONFIRMED = {
    ("no-answer", "no-key"): "answered, key not pressed within {} (a mailbox?)",
    ("rejected", "hung-up"): "answered, hung up before pressing the key",
}
"""What an offer's result and that of waiting for the key mean together."""


def _result(made: Recorded, end: Recorded | None, events: list[Recorded]) -> str:
    """How the ringing of one agent ended; of one outside, also what became of the key."""
    if end is None:
        over = any(event.kind == Kind.CALL_ENDED for event in events)
        return "ended with the switch, which was killed" if over else "is still ringing"
    result, seconds = str(end.data["result"]), end.at - made.at
    missing = _without_key(made, events)
    if missing is None or result == "answered":
        return f"{result} after {duration(seconds)}"
    data: Mapping[str, Any] = missing.data
    waited = duration(data["waited"])
    if known := _UNCONFIRMED.get((result, data["reason"])):
        return known.format(waited)
    return f"{result} after {duration(seconds)}; answered outside, key not pressed within {waited}"


def _without_key(made: Recorded, events: list[Recorded]) -> Recorded | None:
    """Where an agent's number outside answered, and nobody pressed the key, in one ringing."""
    agent, began = made.data["agent"], False
    for event in events:
        if event is made:
            began = True
        elif began and event.data.get("agent") == agent:
            if event.kind == Kind.NOT_CONFIRMED:
                return event
            if event.kind == Kind.OFFER_MADE:
                break
    return None
