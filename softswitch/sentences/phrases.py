"""What is said without a number in it: every sentence of the switch's own, in the books under a name.

Code names a sentence, `phrase("menus.wrong_key")`, and gets it in the languages that are built in. Whoever
makes sound or text of it puts the words of the configuration before those: `worded`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from softswitch.sentences.book import ENGLISH, Book, built_in
from softswitch.types import Language, Prompt


def phrase(name: str, **gaps: str) -> Prompt:
    """A sentence of the catalogue, as `menus.wrong_key`, gaps filled. Raises KeyError for another name."""
    books = built_in()
    # English stands first: it is what `Prompt.text` falls back to in a language that has no words for it.
    first = {ENGLISH: _filled(books[ENGLISH].phrases[name], gaps)}
    others = {language: _filled(book.phrases[name], gaps) for language, book in books.items()}
    return Prompt(say=first | others, phrase=name, gaps=gaps)


def worded(prompt: Prompt, books: Mapping[Language, Book]) -> Prompt:
    """A prompt as the configuration words it: `books` are those of `sentences`. Any other one is itself."""
    if not prompt.phrase:
        return prompt
    own = {
        language: _filled(book.phrases[prompt.phrase], prompt.gaps)
        for language, book in books.items()
        if prompt.phrase in book.phrases
    }
    return replace(prompt, say={**prompt.say, **own})


def names(*groups: str) -> tuple[str, ...]:
    """All names, or those of some groups, as in the English book."""
    return tuple(name for name in built_in()[ENGLISH].phrases if not groups or _group(name) in groups)


def lacking(phrases: Mapping[str, str], *groups: str) -> tuple[str, ...]:
    """What there are no words for in the phrases of a book, of some groups."""
    return tuple(name for name in names(*groups) if not phrases.get(name))


def _group(name: str) -> str:
    return name.partition(".")[0]


def _filled(text: str, gaps: Mapping[str, str]) -> str:
    for gap, fill in gaps.items():
        text = text.replace(f"{{{gap}}}", fill)
    return text
