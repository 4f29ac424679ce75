"""`features:` and `pauses:`, what agents dial to change their state or to pick up, or press to record."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from softswitch.config.models.base import Section
from softswitch.config.quantities import Duration, Words, matching

Code = Annotated[
    str,
    BeforeValidator(matching(r"[*#][0-9*#]{1,8}", "a star code, as *11")),
    WithJsonSchema({"title": "star code", "type": "string", "examples": ["*11"]}),
]
PauseDigits = Annotated[
    str,
    BeforeValidator(
        matching("[0-9]{1,4}", "one to four digits before the colon and the reason behind it, as 1: lunch")
    ),
    WithJsonSchema({"title": "digits", "type": ["string", "integer"], "pattern": "^[0-9]{1,4}$"}),
]


class Pause(Section):
    """A reason for a pause."""

    reason: Words
    """What it is called."""
    limit: Annotated[Duration, Field(gt=0)] | None = None
    """After so long the agent takes calls again; left out: when the agent says so."""


def _is_plain(value: object) -> str:
    return "(settings)" if isinstance(value, dict | Pause) else "(reason)"


AnyPause = Annotated[
    Annotated[Words, Tag("(reason)")] | Annotated[Pause, Tag("(settings)")], Discriminator(_is_plain)
]
"""A reason, or a reason with a limit."""


class Features(Section):
    """Codes that agents dial from their own phones, a voice confirms each; the last two are pressed in a
    conversation.
    """

    sign_in: Code = "*11"
    """Take calls of all the agent's queues."""
    sign_out: Code = "*12"
    """Take no more calls of any queue."""
    pause: Code = "*13"
    """Take no calls for a while; digits behind it are a reason of `pauses`, as *131. A lamp key for the code
    shows the pause."""
    resume: Code = "*14"
    """End the pause."""
    notes_done: Code = "*15"
    """End the wrap-up: the notes are written."""
    more_time: Code = "*16"
    """More time for the notes, each time `wrap_up_extend`, as far as the queue's `wrap_up_most` allows."""
    wrap_up_extend: Annotated[Duration, Field(gt=0)] = 60.0
    """How much that is."""
    pickup: Code = "*8"
    """Take the call that has been ringing longest at a colleague of the same queue; with a colleague's
    extension behind it, as *8201, what rings there."""
    voicemail: Code = "*97"
    """Hear the messages of the agent's mailboxes, new ones first."""
    record: Code = "*1"
    """Pressed in a conversation of a queue with `record`: record it from now on; again: no more. What is
    recorded anyway goes on. The agent alone hears two tones: up, recorded; down, not recorded; low, no
    change."""
    pause_recording: Code = "*2"
    """Pressed in a conversation that is being recorded: silence in the file, as for the number of a card;
    again: the pause is over."""
