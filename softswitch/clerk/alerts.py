"""The mail that tells of an alert: in English, Polish and Hebrew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from softswitch.config.durations import on_a_clock
from softswitch.kinds import Kind
from softswitch.parcels import Mail
from softswitch.ports import Recorded


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    measures: Mapping[str, str]
    """With {value}."""
    levels: Mapping[str, str]
    ended: str
    limit: str
    lasted: str
    since: str
    unwatched: str
    unknown: str
    """Of a service level based on too few calls."""


ENGLISH = Words(
    measures={
        "waiting": "{value} callers wait",
        "longest_wait": "the longest wait is {value}",
        "service_level": "the service level of the last half hour is {value}",
        "free_agents": "{value} agents are free",
        "abandoned": "{value} callers gave up in the last half hour",
    },
    levels={"warn": "Warning", "alarm": "Alarm"},
    ended="Over",
    limit="The limit is {limit}.",
    lasted="It lasted {lasted}.",
    since="Since {time}.",
    unwatched="nobody watches it any more: the queue is closed, or its limit was taken away",
    unknown="too few callers in the last half hour to say",
)
WORDS = {
    "en": ENGLISH,
    "pl": Words(
        measures={
            "waiting": "czekających: {value}",
            "longest_wait": "najdłuższe czekanie: {value}",
            "service_level": "poziom obsługi w ostatniej półgodzinie: {value}",
            "free_agents": "wolnych konsultantów: {value}",
            "abandoned": "porzuconych w ostatniej półgodzinie: {value}",
        },
        levels={"warn": "Ostrzeżenie", "alarm": "Alarm"},
        ended="Koniec",
        limit="Granica: {limit}.",
        lasted="Trwało to {lasted}.",
        since="Od {time}.",
        unwatched="nikt już tego nie pilnuje: kolejka jest zamknięta albo granica została usunięta",
        unknown="w ostatniej półgodzinie zbyt mało rozmów, by to ocenić",
    ),
    "he": Words(
        measures={
            "waiting": "{value} ממתינים",
            "longest_wait": "ההמתנה הארוכה ביותר היא {value}",
            "service_level": "רמת השירות בחצי השעה האחרונה היא {value}",
            "free_agents": "{value} נציגים פנויים",
            "abandoned": "{value} מתקשרים ויתרו בחצי השעה האחרונה",
        },
        levels={"warn": "אזהרה", "alarm": "אזעקה"},
        ended="הסתיים",
        limit="הסף הוא {limit}.",
        lasted="זה נמשך {lasted}.",
        since="מאז {time}.",
        unwatched="איש אינו עוקב עוד: התור סגור, או שהסף הוסר",
        unknown="בחצי השעה האחרונה היו מעט מדי שיחות מכדי לקבוע",
    ),
}


KINDS = (Kind.ALERT_RAISED, Kind.ALERT_ENDED)


def alert_letters(event: Recorded) -> Iterable[Mail]:
    """The mails that an event of these `KINDS` leads to."""
    data: Any = event.data
    return [_letter(str(to), event, data) for to in data.get("to", ())]


def _letter(to: str, event: Recorded, data: Mapping[str, Any]) -> Mail:
    words, measure = WORDS.get(str(data.get("language")), ENGLISH), str(data.get("measure"))
    value = data.get("value")
    says = words.measures.get(measure, measure + " {value}").format(value=_written(measure, value))
    if value is None:
        says = words.unwatched if data.get("unwatched") else words.unknown
    ended = event.kind == Kind.ALERT_ENDED
    head = words.ended if ended else words.levels.get(str(data.get("level")), "?")
    if ended:
        more = words.lasted.format(lasted=on_a_clock(float(data.get("lasted") or 0.0)))
    else:
        at = datetime.fromtimestamp(event.at).astimezone()
        more = words.limit.format(limit=_written(measure, data.get("limit")))
        more += " " + words.since.format(time=f"{at:%Y-%m-%d %H:%M:%S %z}")
    subject = f"{head}: {data.get('queue')}: {says}"
    return Mail(key=f"alert {event.seq}", to=to, subject=subject, text=f"{subject}.\n\n{more}\n")


def _written(measure: str, value: Any) -> str:
    if value is None:
        return "-"
    if measure == "longest_wait":
        return on_a_clock(float(value))
    return f"{float(value):.0%}" if measure == "service_level" else f"{float(value):g}"
