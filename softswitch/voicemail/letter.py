"""The mail that brings a message, with its sound attached: in English, Polish and Hebrew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from softswitch.kinds import Kind
from softswitch.parcels import Attachment, Mail
from softswitch.ports import Recorded

LEFT = Kind.VOICEMAIL_LEFT


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    subject: str
    hidden: str
    greeting: str
    labels: Mapping[str, str]


ENGLISH = Words(
    subject="Voicemail from {caller}",
    hidden="a hidden number",
    greeting="A caller has left a message; it is attached.",
    labels={
        "caller": "From", "queue": "Queue", "mailbox": "Mailbox", "time": "Time", "length": "Length",
    },
)  # fmt: skip
WORDS = {
    "en": ENGLISH,
    "pl": Words(
        subject="Wiadomość głosowa: {caller}",
        hidden="numer zastrzeżony",
        greeting="Ktoś zostawił wiadomość głosową; jest w załączniku.",
        labels={
            "caller": "Od", "queue": "Kolejka", "mailbox": "Skrzynka", "time": "Czas", "length": "Długość",
        },
    ),
    "he": Words(
        subject="הודעה קולית מאת {caller}",
        hidden="מספר חסוי",
        greeting="הושארה הודעה קולית; היא מצורפת.",
        labels={
            "caller": "מאת", "queue": "תור", "mailbox": "תיבה", "time": "זמן", "length": "אורך",
        },
    ),
}  # fmt: skip


def letters(folder: Path) -> Callable[[Recorded], Iterable[Mail]]:
    """The mails that an event of kind `LEFT` leads to; `folder`: of messages."""

    def of(event: Recorded) -> Iterable[Mail]:
        data: Any = event.data
        return [_letter(str(to), data, folder) for to in data.get("to", ())]

    return of


def _letter(to: str, data: Mapping[str, Any], folder: Path) -> Mail:
    words = WORDS.get(str(data.get("language")), ENGLISH)
    file, filled = str(data.get("file", "")), _filled(data, words)
    lines = [f"{label}: {filled[name]}" for name, label in words.labels.items() if filled[name]]
    stamp = filled["time"].replace(" ", "-").replace(":", "")
    return Mail(
        key=f"voicemail {file}",
        to=to,
        subject=str(data.get("subject") or words.subject).format_map(filled),
        text="\n".join([words.greeting, "", *lines, ""]),
        attachments=(Attachment(f"voicemail-{stamp}.wav", path=folder / file),),
    )


def _filled(data: Mapping[str, Any], words: Words) -> dict[str, str]:
    """What stands in for the blanks (`mailboxes.BLANKS`)."""
    number, name = str(data.get("number") or ""), str(data.get("name") or "")
    seconds = round(float(data.get("seconds") or 0.0))
    return {
        "caller": f"{name} ({number})" if name and number else name or number or words.hidden,
        "number": number or words.hidden,
        "name": name,
        "mailbox": str(data.get("mailbox") or ""),
        "queue": str(data.get("queue_label") or data.get("queue") or ""),
        "time": str(data.get("when") or ""),
        "length": f"{seconds // 60}:{seconds % 60:02}",
    }
