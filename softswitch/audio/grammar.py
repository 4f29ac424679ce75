"""Which sentences an announcement has, in the language of whoever hears it."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.sentences import grammar
from softswitch.sentences.book import ENGLISH, Book, built_in
from softswitch.sentences.grammar import Sentence
from softswitch.sentences.phrases import worded
from softswitch.spoken import Announcement, Introduction
from softswitch.types import Language, Prompt


class Books:
    """Every language in which the switch speaks by itself: those that are configured, and those built in."""

    def __init__(self, configured: Mapping[Language, Book]) -> None:
        self._books = {**built_in(), **configured}

    def book(self, language: Language) -> Book:
        """That of a language; one that has none is served in English."""
        return self._books.get(language) or self._books[ENGLISH]

    def announcement(self, what: Announcement, language: Language) -> tuple[Sentence, ...]:
        """The sentences of an announcement, one after the other."""
        book, said = self.book(language), []
        if what.position is not None:
            said.append(grammar.position(book, what.position))
        if what.callers is not None:
            said.append(grammar.callers(book, what.callers))
        if what.wait is not None:
            said.append(grammar.wait(book, what.wait))
        return tuple(said)

    def prompt(self, prompt: Prompt) -> Prompt:
        """A prompt in the words of the configuration, if it is one of the switch's own."""
        return worded(prompt, self._books)

    def introduction(self, what: Introduction, language: Language) -> Sentence:
        """The one sentence that tells an agent who comes."""
        return grammar.introduction(self.book(language), what.queue, what.waited)

    def of_messages(self, language: Language) -> Book:
        """That of a language; where it does not speak of messages, the English one."""
        book = self.book(language)
        return book if grammar.speaks_of_messages(book) else self._books[ENGLISH]

    def messages(self, new: int, old: int, language: Language) -> tuple[Sentence, ...]:
        """How many messages there are, heard or not."""
        return grammar.messages(self.of_messages(language), new, old)

    def digits(self, number: str, language: Language) -> tuple[Sentence, ...]:
        """A number digit by digit, with its plus."""
        return grammar.digits(self.book(language), number)

    def pronounced(self, text: str, language: Language) -> str:
        """The text as espeak-ng should read it, with the phonemes of words that it reads wrongly."""
        book = self._books.get(language)
        return text if book is None else grammar.pronounced(book, text)
