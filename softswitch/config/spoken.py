"""Every text that the switch can say under a configuration: what can be recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from softswitch.config.settings import SwitchSettings
from softswitch.sentences import grammar
from softswitch.sentences.book import ENGLISH, OF_MESSAGES, SECTIONS, Book, Counted, built_in
from softswitch.sentences.grammar import STEPS
from softswitch.sentences.phrases import names, phrase, worded
from softswitch.types import Language, Prompt, ToMessage

GREETING = "callbacks.greeting"
"""That has a gap, for the queue."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text."""

    language: Language
    kind: str
    """sentence: a whole one; part: of one with a number; number: a word of it; text: of menus and so on."""
    text: str


def spoken(settings: SwitchSettings, numbers: int) -> Iterator[Spoken]:
    """All of it, each text once. `numbers`: up to which one numbers are listed."""
    prompts = (*prompts_of(settings), *own(settings))
    seen: set[tuple[Language, str]] = set()
    for language in settings.media.languages:
        books = {**built_in(), **settings.media.sentences}
        book = books.get(language) or books[ENGLISH]
        for one in (*_of_book(settings, book, numbers), *_texts(prompts, language)):
            key = (one.language, grammar.bare(one.text))
            if key[1] and key not in seen:
                seen.add(key)
                yield one


def own(settings: SwitchSettings) -> Iterator[Prompt]:
    """Those of the switch's own sentences that it can come to say, as the configuration words them."""
    callbacks, mailboxes = calls_back(settings), bool(settings.mailboxes)
    groups = ("menus", "calls", "agents", *("voicemail", "mailbox") * mailboxes, *("callbacks",) * callbacks)
    books = settings.media.sentences
    for name in names(*groups):
        if name != GREETING:
            yield worded(phrase(name), books)
    if not callbacks:
        return
    for queue in settings.callbacks:
        label = settings.queue_labels.get(queue, queue)
        yield worded(phrase(GREETING, queue=label), books)
        yield Prompt(dict.fromkeys(settings.media.languages[:1], label))


def calls_back(settings: SwitchSettings) -> bool:
    """Whether callers can be called back at all: there is a way out."""
    return any(line.trunks for line in settings.dialplan.rules)


def _of_book(settings: SwitchSettings, book: Book, numbers: int) -> Iterator[Spoken]:
    language = book.language
    for name in (*SECTIONS, *(OF_MESSAGES if settings.mailboxes else ())):
        section: Counted | None = getattr(book, name)
        if section is None:
            continue
        counts = STEPS if name == "wait" else range(1, numbers + 1)
        for text in (section.least, section.most, *section.exactly.values()):
            yield from _pieces(language, text)
        for number in counts:
            yield from _pieces(language, grammar.template_of(book, section, number))
        for number in counts:
            if "{number}" in grammar.template_of(book, section, number):
                for word in grammar.words_of(grammar.in_words(book, number, section.number)):
                    yield Spoken(language, "number", word)
    if settings.mailboxes:
        yield Spoken(language, "sentence", book.no_messages)
    if settings.mailboxes or calls_back(settings):
        for digit in grammar.digits(book, "+0123456789"):
            yield Spoken(language, "number", digit.text)
    for queue in settings.whispers:
        yield Spoken(language, "part", settings.queue_labels.get(queue, queue))


def _pieces(language: Language, template: str) -> Iterator[Spoken]:
    """A sentence, or its parts if it has gaps."""
    pieces = [piece.strip(" ,") for piece in re.split(r"\{\w+\}", template)]
    kind = "sentence" if len(pieces) == 1 else "part"
    for piece in pieces:
        yield Spoken(language, kind, piece)


def _texts(prompts: Iterable[Prompt], language: Language) -> Iterator[Spoken]:
    for prompt in prompts:
        if prompt.play is None and prompt.say.get(language):
            yield Spoken(language, "text", " ".join(prompt.say[language].split()))


def prompts_of(settings: SwitchSettings) -> Iterator[Prompt]:
    """All that the configuration itself words or has recorded; a menu that only asks has an empty one."""
    for menu in settings.menus.menus.values():
        yield menu.prompt
        yield from (ask.prompt for ask in menu.asks)
        if menu.wrong is not None:
            yield menu.wrong
        ways = (menu.otherwise, *(choice.then for choice in menu.choices.values()))
        yield from (way.prompt for way in ways if isinstance(way, ToMessage))
    for messages in settings.messages.values():
        yield from (message.prompt for message in messages)
    yield from (prompt for prompt in settings.whispers.values() if prompt is not None)
    yield from settings.media.sounds.values()
    yield from (box.greeting for box in settings.mailboxes.values() if box.greeting is not None)
    if settings.recording.announce is not None:
        yield settings.recording.announce
    for queue in settings.engine.queues.values():
        nobody = queue.no_agents
        ends = (queue.full, queue.timeout, queue.closed, queue.closes, nobody.joining, nobody.waiting)
        yield from (end.prompt for end in ends if isinstance(end, ToMessage))
    for rule in settings.routing.numbers:
        if isinstance(rule.then, ToMessage):
            yield rule.then.prompt
