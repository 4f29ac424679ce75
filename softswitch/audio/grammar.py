"""Sentences with numbers in them, right in every language: the place in the queue and the wait.

A language is one file in `catalogue/`:

    position.next       whoever is first
    position.counts     what {number} counts: `position` in the queue, or callers `ahead`
    position.forms      the sentence by the plural category of that number (CLDR: one, two, few, many, other)
    position.gender     the grammatical gender that the number takes there
    wait                the same for minutes, with sentences for less than one and more than sixty
    new_messages        how many messages there are, which nobody has heard; old_messages: others
    no_messages         there is none
    plus                the sign before an international number
    phonemes            how espeak-ng should say words that it reads wrongly (optional)

Numbers are written as words, since a voice cannot know that "2 minuty" is *dwie*, not *dwa*. A language
without a catalogue is served in English.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from num2words import num2words

from softswitch.ports import Announcement
from softswitch.types import Language, Seconds

_CATALOGUE = Path(__file__).parent / "catalogue"
_ENGLISH = Language("en")


@cache
def languages() -> frozenset[Language]:
    """The languages that have a catalogue."""
    return frozenset(Language(path.stem) for path in _CATALOGUE.glob("*.yaml"))


def language_of_sentences(language: Language) -> Language:
    """The language in which a caller of `language` hears announcements."""
    return language if language in languages() else _ENGLISH


def announcement(what: Announcement, language: Language) -> tuple[str, ...]:
    """The sentences of an announcement, one after the other."""
    said = []
    if what.position is not None:
        said.append(position(what.position, language))
    if what.wait is not None:
        said.append(wait(what.wait, language))
    return tuple(said)


def position(place: int, language: Language) -> str:
    """The place in the queue; 1 is next. Raises ValueError below that."""
    if place < 1:
        raise ValueError(f"a position of {place}: the first caller in a queue is at position 1")
    words = _catalogue(language)["position"]
    if place == 1:
        return str(words["next"])
    return _counted(place if words["counts"] == "position" else place - 1, "position", language)


def wait(seconds: Seconds, language: Language) -> str:
    """The estimated wait, in minutes rounded to the nearest one."""
    words = _catalogue(language)["wait"]
    if seconds < 60:
        return str(words["under_a_minute"])
    if seconds > 3600:
        return str(words["over_an_hour"])
    return _counted(math.floor(seconds / 60 + 0.5), "wait", language)


def messages(new: int, old: int, language: Language) -> tuple[str, ...]:
    """How many messages there are, heard or not."""
    counts = (("new_messages", new), ("old_messages", old))
    said = [_counted(count, section, language) for section, count in counts if count]
    return tuple(said) or (str(_catalogue(language)["no_messages"]),)


def digits(number: str, language: Language) -> tuple[str, ...]:
    """The digits of a number, and its plus, each as a word; what else is in it is left out."""
    spoken, plus = language_of_sentences(language), str(_catalogue(language)["plus"])
    gender = "feminine" if spoken == "he" else "masculine"  # as people count in each
    words = {str(digit): _WORDS[spoken](digit, gender) for digit in range(10)} | {"+": plus}
    if spoken == "he":
        words["2"] = str(num2words(2, lang="he", gender="f"))
    return tuple(words[each] for each in number if each in words)


def pronounced(text: str, language: Language) -> str:
    """The text as espeak-ng should read it: words that the catalogue spells out become `[[phonemes]]`."""
    lookup = _phonemes(language)
    if lookup is None:
        return text
    pattern, phonemes = lookup

    def spoken(match: re.Match[str]) -> str:
        joined, word = match.groups()
        return f"[[{'ve' if joined else ''}{phonemes[word]}]]"

    return pattern.sub(spoken, text).replace("]] [[", " ")


@lru_cache(maxsize=4096)
def _counted(number: int, section: str, language: Language) -> str:
    """The section's sentence in the plural category of `number`, with the number in words."""
    words = _catalogue(language)[section]
    spoken = language_of_sentences(language)
    forms: Mapping[str, str] = words["forms"]
    category = Locale.parse(spoken).plural_form(number)
    form = forms.get(category) or forms["other"]
    return form.format(number=_WORDS[spoken](number, words["gender"]))


@cache
def _catalogue(language: Language) -> dict[str, Any]:
    path = _CATALOGUE / f"{language_of_sentences(language)}.yaml"
    catalogue: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return catalogue


@cache
def _phonemes(language: Language) -> tuple[re.Pattern[str], Mapping[str, str]] | None:
    """Words of the language as a pattern, the longest phrase first, with an optional Hebrew "and" before."""
    if language not in languages():
        return None
    phonemes: Mapping[str, str] = _catalogue(language).get("phonemes", {})
    if not phonemes:
        return None
    words = "|".join(re.escape(word) for word in sorted(phonemes, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(ו)?({words})(?!\w)"), phonemes


def _english(number: int, gender: str) -> str:
    return str(num2words(number, lang="en"))


def _polish(number: int, gender: str) -> str:
    """num2words knows the masculine; in the feminine only a two at the end differs (dwadzieścia dwie)."""
    words = str(num2words(number, lang="pl"))
    if gender == "feminine" and (words == "dwa" or words.endswith(" dwa")):
        return words[:-1] + "ie"
    return words


def _hebrew(number: int, gender: str) -> str:
    """Before a noun without an article only two has a form of its own (the construct, *shnei*, *shtei*)."""
    return str(num2words(number, lang="he", gender=gender[0], construct=number == 2))


_WORDS: Mapping[str, Callable[[int, str], str]] = {"en": _english, "pl": _polish, "he": _hebrew}
