"""What is said about callbacks: to the caller who wants one, to the agent, to the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softswitch.sentences.phrases import phrase
from softswitch.types import Language, Prompt, Seconds

# To the caller.

ENTER = phrase("callbacks.enter")
NUMBER = phrase("callbacks.number")
CONFIRM = phrase("callbacks.confirm")
NOT_THAT_ONE = phrase("callbacks.not_that_one")
KEPT = phrase("callbacks.kept")
NOTED = phrase("callbacks.noted")
ALREADY = phrase("callbacks.already")
IMPOSSIBLE = phrase("callbacks.impossible")

# To the agent.

CALLBACK = phrase("callbacks.call_back")

_AGO: Sequence[tuple[Seconds, Prompt]] = (
    (120.0, phrase("callbacks.just_now")),
    (600.0, phrase("callbacks.minutes_ago")),
    (1500.0, phrase("callbacks.quarter_hour_ago")),
    (2700.0, phrase("callbacks.half_hour_ago")),
    (5400.0, phrase("callbacks.hour_ago")),
    (43200.0, phrase("callbacks.hours_ago")),
)
_LONG_AGO = phrase("callbacks.long_ago")


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
    return phrase("callbacks.greeting", queue=label)


def named(label: str, languages: Sequence[Language]) -> Prompt:
    """A queue, for an agent."""
    said: Mapping[Language, str] = dict.fromkeys(languages, label)
    return Prompt(said)
