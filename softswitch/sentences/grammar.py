"""The sentence for a number, in a book's language: the number in words, and everything that agrees with it.

Numbers are written as words, since a voice cannot know that "2 minuty" is *dwie*, not *dwa*. A sentence knows
its parts, so that some of them, or all, can be recordings.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from num2words import num2words

from softswitch.sentences.book import DIGITS, Book, Counted
from softswitch.types import Language, Seconds

STEPS = (1, 2, 3, 4, 5, 10, 15, 20, 30, 45, 60, 90, 120)
"""Minutes that people speak of; an estimated wait is rounded up to one of them."""

UNDER_A_MINUTE: Seconds = 45.0
"""An estimate of no more than this is said to be under a minute."""

SPELT = "+0123456789"
"""What a number is spelt with."""

_HOUR = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence that a recording can stand for."""

    text: str
    words: tuple[str, ...] = ()
    """Of a number: its words, for each of which a recording can stand as well."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, whole and in parts."""

    text: str
    parts: tuple[Part, ...]


def position(book: Book, place: int) -> Sentence:
    """The place in the queue; 1 is next. Raises ValueError below that."""
    if place < 1:
        raise ValueError(f"a position of {place}: the first caller in a queue is at position 1")
    if place == 1:
        return _whole(book.position.least)
    return _sentence(book, book.position, place - 1 if book.position.ahead else place)


def callers(book: Book, count: int) -> Sentence:
    """How many wait, the one who hears it too. Raises ValueError below 1."""
    if count < 1:
        raise ValueError(f"{count} callers: whoever hears it is one")
    return _sentence(book, book.callers, count)


def rounded(seconds: Seconds) -> int:
    """Minutes to speak of: rounded up to one of STEPS, 0 for under a minute, -1 for more than the last."""
    if seconds <= UNDER_A_MINUTE:
        return 0
    return next((step for step in STEPS if seconds <= step * 60), -1)


def wait(book: Book, seconds: Seconds) -> Sentence:
    """The estimated wait, rounded up as people speak."""
    minutes = rounded(seconds)
    if minutes == 0:
        return _whole(book.wait.least)
    return _whole(book.wait.most) if minutes < 0 else _sentence(book, book.wait, minutes)


def introduction(book: Book, queue: str, waited: Seconds) -> Sentence:
    """Who comes, and how many whole minutes the caller has waited."""
    minutes = math.floor(waited / 60) if waited < _HOUR * 60 + 60 else _HOUR + 1
    if minutes < 1:
        return _sentence_of(book.introduction.least, {"queue": Part(queue)})
    if minutes > _HOUR:
        return _sentence_of(book.introduction.most, {"queue": Part(queue)})
    template = template_of(book, book.introduction, minutes)
    return _sentence_of(template, {"queue": Part(queue), "number": _number(book, book.introduction, minutes)})


def speaks_of_messages(book: Book) -> bool:
    """Whether the book has all that is said of messages."""
    return book.new_messages is not None and book.old_messages is not None and bool(book.no_messages)


def messages(book: Book, new: int, old: int) -> tuple[Sentence, ...]:
    """How many messages there are, heard or not; the book is one that `speaks_of_messages`."""
    counts = ((book.new_messages, new), (book.old_messages, old))
    said = [_sentence(book, section, count) for section, count in counts if section is not None and count]
    return tuple(said) or (_whole(book.no_messages),)


def digits(book: Book, number: str) -> tuple[Sentence, ...]:
    """The digits of a number, and its plus, each as a word; what else is in it is left out."""
    return tuple(_whole(digit_word(book, each)) for each in number if each in SPELT)


def digit_word(book: Book, sign: str) -> str:
    """The word for one of `SPELT`."""
    return book.plus if sign == "+" else in_words(book, int(sign), DIGITS)


def template_of(book: Book, section: Counted, number: int) -> str:
    """The sentence for a number, with `{number}` still in it."""
    if number in section.exactly:
        return section.exactly[number]
    return section.forms.get(category(book.language, number)) or section.forms["other"]


@lru_cache(maxsize=8192)
def category(language: Language, number: int) -> str:
    """The plural category of a number (CLDR); other in a language that is not known there."""
    try:
        return Locale.parse(language).plural_form(number)
    except (UnknownLocaleError, ValueError):
        return "other"


def in_words(book: Book, number: int, way: str = "") -> str:
    """A number in words, said in one of the book's ways; in digits where num2words lacks the language."""
    how = book.numbers.get(way)
    if how is None:
        return _plain(book.language, number)
    if number in how.exactly:
        return how.exactly[number]
    text = _plain(book.language, number, **how.arguments)
    for word, other in how.last.items():
        if text == word or text.endswith(f" {word}"):
            text = text[: len(text) - len(word)] + other
            break
    if how.each:
        text = " ".join(how.each.get(word, word) for word in text.split(" "))
    return text


def words_of(number: str) -> list[str]:
    """The words of a number in words."""
    return [word for word in re.split(r"[\s-]+", number) if word]


def bare(text: str) -> str:
    """A text without what is not spoken: two texts of which this is the same sound the same."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def pronounced(book: Book, text: str) -> str:
    """The text as espeak-ng should read it: words that the book spells out become `[[phonemes]]`."""
    if not book.phonemes:
        return text
    pattern = _spelt(tuple(book.phonemes))

    def spoken(match: re.Match[str]) -> str:
        joined, word = match.groups()
        return f"[[{'ve' if joined else ''}{book.phonemes[word]}]]"

    return pattern.sub(spoken, text).replace("]] [[", " ")


@lru_cache(maxsize=16)
def _spelt(words: tuple[str, ...]) -> re.Pattern[str]:
    """Words as a pattern, the longest phrase first, with an optional Hebrew "and" before."""
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(ו)?({alternatives})(?!\w)")


def _plain(language: Language, number: int, **arguments: object) -> str:
    """The number in words; in digits where num2words has no words of that language, or none of that kind."""
    try:
        return str(num2words(number, lang=language, **arguments))
    except NotImplementedError:
        return str(number)


def _number(book: Book, section: Counted, number: int) -> Part:
    text = in_words(book, number, section.number)
    words = words_of(text)
    return Part(text, tuple(words) if len(words) > 1 else ())


def _sentence(book: Book, section: Counted, number: int) -> Sentence:
    return _sentence_of(template_of(book, section, number), {"number": _number(book, section, number)})


def _whole(text: str) -> Sentence:
    return Sentence(text, (Part(text),))


def _sentence_of(template: str, fills: dict[str, Part]) -> Sentence:
    """A template with its gaps filled; its parts are what stands between the gaps, and what fills them."""
    parts: list[Part] = []
    text = ""
    for place, piece in enumerate(re.split(r"\{(\w+)\}", template)):
        part = fills[piece] if place % 2 else Part(piece.strip())
        text += part.text if place % 2 else piece
        if re.search(r"\w", part.text):
            parts.append(part)
    return Sentence(text, tuple(parts))
