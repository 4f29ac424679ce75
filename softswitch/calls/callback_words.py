"""What is said about callbacks: to the caller who wants one, to the agent, to the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softswitch.types import Language, Prompt, Seconds


def _prompt(en: str, pl: str, he: str) -> Prompt:
    return Prompt({Language("en"): en, Language("pl"): pl, Language("he"): he})


# To the caller.

ENTER = _prompt(
    "Please enter the number at which we can call you back, and then press hash.",
    "Podaj numer, na który mamy oddzwonić, a potem naciśnij krzyżyk.",
    "הקש את המספר שאליו נחזור, ולסיום הקש סולמית.",
)
NUMBER = _prompt("We will call you back at:", "Oddzwonimy na numer:", "נחזור אליך למספר:")
CONFIRM = _prompt(
    "To confirm, press 1. For another number, press 2.",
    "Aby potwierdzić, naciśnij 1. Aby podać inny numer, naciśnij 2.",
    "לאישור, הקש 1. למספר אחר, הקש 2.",
)
NOT_THAT_ONE = _prompt(
    "We cannot call that number.", "Na ten numer nie możemy oddzwonić.", "איננו יכולים להתקשר למספר הזה."
)
KEPT = _prompt(
    "Thank you. You keep your place, and we will call you back. Goodbye.",
    "Dziękujemy. Zachowujesz swoje miejsce w kolejce, a my oddzwonimy. Do widzenia.",
    "תודה. מקומך בתור נשמר, ואנחנו נחזור אליך. להתראות.",
)
NOTED = _prompt(
    "Thank you. We will call you back. Goodbye.",
    "Dziękujemy. Oddzwonimy. Do widzenia.",
    "תודה. נחזור אליך. להתראות.",
)
ALREADY = _prompt(
    "We have your number already, and will call you back. Goodbye.",
    "Mamy już ten numer i oddzwonimy. Do widzenia.",
    "המספר כבר רשום אצלנו, ואנחנו נחזור אליך. להתראות.",
)
IMPOSSIBLE = _prompt(
    "We are sorry, we cannot call you back.",
    "Przepraszamy, nie możemy oddzwonić.",
    "מצטערים, איננו יכולים לחזור אליך.",
)

# To the agent.

CALLBACK = _prompt("Call back.", "Oddzwonienie.", "שיחה חוזרת.")

_AGO: Sequence[tuple[Seconds, Prompt]] = (
    (120.0, _prompt("Asked for just now.", "Zamówione przed chwilą.", "התבקשה זה עתה.")),
    (600.0, _prompt("Asked for a few minutes ago.", "Zamówione kilka minut temu.", "התבקשה לפני כמה דקות.")),
    (
        1500.0,
        _prompt(
            "Asked for about a quarter of an hour ago.",
            "Zamówione około kwadransa temu.",
            "התבקשה לפני כרבע שעה.",
        ),
    ),
    (
        2700.0,
        _prompt(
            "Asked for about half an hour ago.", "Zamówione około pół godziny temu.", "התבקשה לפני כחצי שעה."
        ),
    ),
    (
        5400.0,
        _prompt("Asked for about an hour ago.", "Zamówione około godziny temu.", "התבקשה לפני כשעה."),
    ),
    (43200.0, _prompt("Asked for some hours ago.", "Zamówione kilka godzin temu.", "התבקשה לפני כמה שעות.")),
)
_LONG_AGO = _prompt("Asked for a long time ago.", "Zamówione dawno temu.", "התבקשה לפני זמן רב.")


def about(
    label: str, languages: Sequence[Language], number: Sequence[Prompt], waits: Seconds
) -> list[Prompt]:
    """For the agent: which queue, which number, and since when."""
    return [CALLBACK, named(label, languages), *number, ago(waits)]


def ago(seconds: Seconds) -> Prompt:
    """How long the customer waits, as people say it."""
    return next((prompt for below, prompt in _AGO if seconds < below), _LONG_AGO)


# To the customer.


def greeting(label: str) -> Prompt:
    """For somebody who is called before the agent is."""
    return _prompt(
        f"This is your call back from {label}. An agent comes at once.",
        f"Oddzwaniamy: {label}. Konsultant zaraz się zgłosi.",
        f"שיחה חוזרת מ-{label}. נציג יענה מיד.",
    )


def named(label: str, languages: Sequence[Language]) -> Prompt:
    """A queue, for an agent."""
    said: Mapping[Language, str] = dict.fromkeys(languages, label)
    return Prompt(said)


FIXED = (ENTER, NUMBER, CONFIRM, NOT_THAT_ONE, KEPT, NOTED, ALREADY, IMPOSSIBLE, CALLBACK, _LONG_AGO)
"""What can be rendered ahead of need; with `times` that is all but labels and digits."""


def times() -> tuple[Prompt, ...]:
    """Everything that `ago` may say."""
    return tuple(prompt for _, prompt in _AGO)
