"""`sentences:`, what the switch says by itself, in languages that are not built in or with other words."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from softswitch.config.models.base import Section
from softswitch.config.models.phrases import (
    AgentsPhrases,
    CallbacksPhrases,
    CallsPhrases,
    MailboxPhrases,
    MenusPhrases,
    Plain,
    Queued,
    VoicemailPhrases,
    gaps,
)
from softswitch.config.quantities import Name, Words, matching, wrong

CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""Of plurals, by CLDR."""

Category = Literal["zero", "one", "two", "few", "many", "other"]


_COUNT = "[1-9][0-9]{0,5}"

Count = Annotated[
    str,
    BeforeValidator(matching(_COUNT, "a number from 1, as 2 or 30")),
    WithJsonSchema({"title": "number", "type": "string", "pattern": f"^{_COUNT}$", "examples": ["2"]}),
]


_GAPPED = WithJsonSchema({"title": "text with {number}", "type": "string"})
Numbered = Annotated[str, gaps("number"), _GAPPED]
QueuedNumber = Annotated[
    str,
    gaps("queue", "number"),
    WithJsonSchema({"title": "text with {queue} and {number}", "type": "string"}),
]


class NumberWay(Section):
    """A way to say numbers, a gender or a case, where it is not that of the package num2words."""

    arguments: dict[Name, Words] = Field(default={})
    """What num2words is given, as `{gender: f}` for Hebrew."""
    exactly: dict[Count, Words] = Field(default={})
    """Numbers in other words: `{2: zwo}`."""
    last: dict[Words, Words] = Field(default={})
    """Words that change where they come last: `{eins: eine}`."""
    each: dict[Words, Words] = Field(default={})
    """Words that change wherever they come."""


class PositionSentences(Section):
    """The caller's place in the queue."""

    next: Plain
    """To whoever comes next."""
    counts: Literal["position", "ahead"] = "position"
    """What `{number}` is: the place, 2 or more, or how many are before the caller, 1 or more."""
    number: Name | None = None
    """How the number is said: a name in `numbers`; left out: as num2words does."""
    exactly: dict[Count, Numbered] = Field(default={})
    """For some numbers a sentence of its own: `{2: You are second in line.}`."""
    forms: dict[Category, Numbered]
    """The sentence by the plural category of the number, by CLDR: zero, one, two, few, many, other."""


class CallersSentences(Section):
    """How many wait, with whoever hears it."""

    number: Name | None = None
    """How the number is said."""
    exactly: dict[Count, Numbered] = Field(default={})
    """For some numbers a sentence of its own."""
    forms: dict[Category, Numbered]
    """The sentence by the plural category of the number."""


class WaitSentences(Section):
    """The estimated wait; the minutes that are said are 1 to 5, 10, 15, 20, 30, 45, 60, 90 and 120."""

    under_a_minute: Plain
    """For less than one."""
    more: Plain
    """For more than two hours."""
    number: Name | None = None
    """How the number is said."""
    exactly: dict[Count, Numbered] = Field(default={})
    """For some minutes a sentence of its own: `{30: It will take half an hour.}`."""
    forms: dict[Category, Numbered]
    """The sentence by the plural category of the number."""


class IntroductionSentences(Section):
    """What an agent hears of the caller who comes (`whisper`)."""

    under_a_minute: Queued
    """For who has waited less."""
    more: Queued
    """For who has waited more than an hour."""
    number: Name | None = None
    """How the number of minutes is said."""
    exactly: dict[Count, QueuedNumber] = Field(default={})
    """For some minutes a sentence of its own."""
    forms: dict[Category, QueuedNumber]
    """The sentence by the plural category of the minutes; `{queue}` is its label."""


class MessagesSentences(Section):
    """How many messages there are in somebody's mailbox, heard or not."""

    number: Name | None = None
    """How the number is said."""
    exactly: dict[Count, Numbered] = Field(default={})
    """For some numbers a sentence of its own."""
    forms: dict[Category, Numbered]
    """The sentence by the plural category of the number."""


class Sentences(Section):
    """What the switch says by itself in one language. Of a language that is built in (en, pl, he) what is
    left out is as it is built in; of another one position, callers, wait
    and introduction are needed. Digits are said one by one in the way `digits`, if `numbers` has it.
    """

    numbers: dict[Name, NumberWay] = Field(default={})
    """Ways to say numbers, by names that the sentences mention."""
    position: PositionSentences | None = None
    """The caller's place in the queue."""
    callers: CallersSentences | None = None
    """How many wait."""
    wait: WaitSentences | None = None
    """The estimated wait."""
    introduction: IntroductionSentences | None = None
    """What an agent hears of the caller who comes."""
    new_messages: MessagesSentences | None = None
    """How many messages nobody has heard. A language in which this, the next or the one after it is missing
    speaks of messages in English."""
    old_messages: MessagesSentences | None = None
    """How many messages have been heard."""
    no_messages: Plain | None = None
    """Where there is none."""
    plus: Plain | None = None
    """The sign before an international number."""
    menus: MenusPhrases | None = None
    """After a mistake in a menu. Of this and the five below a further language may lack any sentence:
    English is spoken in its place, and `softswitch check` says which those are."""
    calls: CallsPhrases | None = None
    """To callers who cannot be served."""
    callbacks: CallbacksPhrases | None = None
    """To who wants to be called back, and to the agent then."""
    voicemail: VoicemailPhrases | None = None
    """To who leaves a message."""
    mailbox: MailboxPhrases | None = None
    """To who hears messages by phone."""
    agents: AgentsPhrases | None = None
    """To agents at their phones."""
    phonemes: dict[Words, Words] = Field(default={})
    """How the built-in voice, espeak-ng, should say words that it reads wrongly, in its phonemes."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise wrong(
                "expected position, callers, wait, introduction, numbers, phonemes, words for messages,"
                " menus, calls, callbacks, voicemail, mailbox or agents"
            )
        return self
