"""Where a call can go, and what a caller can hear: the pieces that numbers, menus and queues share."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from softswitch.config.models.base import Section
from softswitch.config.models.sip import LanguageName
from softswitch.config.models.teams import Skills
from softswitch.config.quantities import FilePath, Name, PublicNumber, Trunks, Words, parse_text, wrong

GOALS = ("menu", "queue", "callback", "agent", "dial", "voicemail", "say", "play", "reject")
"""The keys of a destination that each say where a call goes."""

# Names of union members in pydantic's locations; the round brackets keep them apart from keys of the file.
WORD, MAPPING, _PLAIN, _BY_LANGUAGE = "(word)", "(mapping)", "(plain)", "(by language)"


def is_word(value: object) -> str:
    """Of a union of words and mappings: which it is."""
    return MAPPING if isinstance(value, dict | Section) else WORD


def _is_plain(value: object) -> str:
    return _BY_LANGUAGE if isinstance(value, dict) else _PLAIN


def word(*words: str) -> BeforeValidator:
    """One of some words, where a destination could stand as well."""

    def parse(value: object) -> str:
        if value not in words:
            expected = " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
            message = f"expected a destination, as {{queue: support}} or {{menu: welcome}}, or {expected}"
            raise PydanticCustomError("word", "{message}", {"message": message, "words": words})
        return str(value)

    return BeforeValidator(parse)


Say = Annotated[
    Annotated[Words, Tag(_PLAIN)]
    | Annotated[dict[LanguageName, Words], Field(min_length=1), Tag(_BY_LANGUAGE)],
    Discriminator(_is_plain),
]
"""A text for each language, or one text, which is in the default language."""


def _parse_status(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 400 <= value <= 699:
        raise wrong("expected a SIP status from 400 to 699, as 404, 486 or 603")
    return value


Status = Annotated[
    int,
    BeforeValidator(_parse_status),
    WithJsonSchema(
        {"title": "SIP status", "type": "integer", "minimum": 400, "maximum": 699, "examples": [404]}
    ),
]


class Sound(Section):
    """Something to be heard: a text or a file."""

    say: Say | None = None
    """What is spoken: one text for each language, or one in the default language."""
    play: FilePath | None = None
    """A sound file, played in every language; relative to the file that names it."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.say is None) == (self.play is None):
            raise wrong("expected either `say` or `play`")
        return self


class Destination(Section):
    """Where a call goes: exactly one of menu, queue, callback, agent, dial, voicemail, say, play or
    reject.
    """

    menu: Name | None = None
    """On to a menu."""
    queue: Name | None = None
    """Into a queue."""
    priority: Name | None = None
    """With `queue`: a priority class that overrules the caller's own."""
    needs: Skills = Field(default={})
    """With `queue`: the least level of each skill that an agent must have, beside what the queue needs."""
    callback: Name | None = None
    """Be called back by the agents of this queue; who waits in it, or was sent on by it, keeps the place. The
    number is asked for or confirmed first, as `callback` of the queue says."""
    agent: Name | None = None
    """Ring one agent directly: a name in `agents`; `dialled`, in `numbers`, is the one whose extension was
    dialled; `entered`, in menus, is the one whose extension was keyed in."""
    dial: PublicNumber | None = None
    """Call this number outside, by `via`, or else by the first line of `outbound` that takes it."""
    via: Trunks | None = None
    """With `dial`: the trunk, or trunks in the order to try them."""
    voicemail: Name | None = None
    """Leave a message in a mailbox of `voicemail`."""
    say: Say | None = None
    """Speak this, then hang up."""
    play: FilePath | None = None
    """Play this file, then hang up."""
    reject: Status | None = None
    """Refuse the call with a SIP status; once it is answered, hang up."""

    @property
    def goals(self) -> list[str]:
        """Which of the keys that say where to go are given."""
        return [goal for goal in GOALS if getattr(self, goal) is not None]

    @model_validator(mode="after")
    def _one_goal(self) -> Self:
        if len(self.goals) > 1:
            raise wrong(f"a call can go to one place only, here are {' and '.join(self.goals)}")
        if not self.goals and not self._may_stay():
            raise wrong(f"expected one of {', '.join(GOALS)}")
        if self.priority is not None and self.queue is None:
            raise wrong("`priority` goes with `queue`")
        if self.needs and self.queue is None:
            raise wrong("`needs` goes with `queue`")
        if self.via is not None and self.dial is None:
            raise wrong("`via` goes with `dial`")
        return self

    def _may_stay(self) -> bool:
        return False


class Choice(Destination):
    """What a key leads to: a destination, a language, or both."""

    language: LanguageName | None = None
    """The language from here on; alone, the menu is heard again in it."""

    def _may_stay(self) -> bool:
        return self.language is not None


AnyDestination = Annotated[
    Annotated[Literal["hangup"], word("hangup"), Tag(WORD)] | Annotated[Destination, Tag(MAPPING)],
    Discriminator(is_word),
]
Otherwise = Annotated[
    Annotated[Literal["hangup", "back"], word("hangup", "back"), Tag(WORD)]
    | Annotated[Destination, Tag(MAPPING)],
    Discriminator(is_word),
]
AnyChoice = Annotated[
    Annotated[Literal["repeat", "back", "hangup"], word("repeat", "back", "hangup"), Tag(WORD)]
    | Annotated[Choice, Tag(MAPPING)],
    Discriminator(is_word),
]
Closed = Annotated[
    Annotated[Literal["back", "hangup"], word("back", "hangup"), Tag(WORD)] | Annotated[Choice, Tag(MAPPING)],
    Discriminator(is_word),
]

KEYS = {"star": "*", "hash": "#"}
"""Names of the keys that YAML reads as something else when they are not in quotes."""


def _parse_key(value: object) -> str:
    text = parse_text(value)
    key = KEYS.get(text, text)
    if key in ("*", "#") or (key.isascii() and key.isdigit() and len(key) <= 32):
        return text
    if key.isascii() and key.replace("x", "").isdigit() and len(key) <= 32:
        return text
    raise PydanticCustomError(
        "word",
        "{message}",
        {
            "message": "expected a key: 0-9, star or hash, several digits, or digits with x as 2xx",
            "words": tuple(KEYS),
        },
    )


PhoneKey = Annotated[
    str,
    BeforeValidator(_parse_key),
    WithJsonSchema(
        {
            "title": "key",
            "type": "string",
            "pattern": r"^([0-9x]{1,32}|\*|#|star|hash)$",
            "examples": ["1", "star", "201"],
        }
    ),
]
"""A key of the phone: 0-9, star (or "*"), hash (or "#"); or several digits. As the file has it."""


def _parse_one_key(value: object) -> str:
    text = _parse_key(value)
    if len(KEYS.get(text, text)) != 1 or text == "x":
        raise wrong("expected one key: 0-9, star or hash")
    return text


QueueKey = Annotated[
    str,
    BeforeValidator(_parse_one_key),
    WithJsonSchema(
        {"title": "key", "type": "string", "pattern": r"^([0-9]|\*|#|star|hash)$", "examples": ["0"]}
    ),
]
"""One key of the phone, as the file has it."""
