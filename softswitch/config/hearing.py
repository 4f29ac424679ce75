"""What a caller hears while waiting in a queue, and an agent before talking, for people: by an example."""

from __future__ import annotations

from collections.abc import Iterator

from softswitch.acd.settings import AnnounceSettings
from softswitch.config.durations import written
from softswitch.config.settings import SwitchSettings
from softswitch.sentences import grammar
from softswitch.sentences.book import ENGLISH, Book, built_in
from softswitch.types import Language, Prompt, QueueName, Seconds

PLACE, WAIT = 3, 580.0
"""Of the example: who is third, and waits for nearly ten minutes."""


def in_queue(settings: SwitchSettings, queue: QueueName, language: Language) -> Iterator[tuple[str, str]]:
    """Each thing that is said, and when, in the caller's language and the agent's."""
    announce = settings.engine.queues[queue].announce
    if announce.wanted:
        text = " ".join(_sentences(announce, _book(settings, language)))
        yield f'"{text}"', f"{language}, as to the third in line, {_times(announce.first, announce.every)}"
    if announce.wait:
        most = f"{announce.max_error:.0%}"
        yield "the wait", f"is left out until five have waited, and while estimates are off by over {most}"
    for message in settings.messages.get(queue, ()):
        yield _said(message.prompt, language), f"message, {_times(message.first, message.every)}"
    if queue in settings.whispers:
        yield _whispered(settings, queue), "to the agent, before the two are connected"


def _book(settings: SwitchSettings, language: Language) -> Book:
    books = {**built_in(), **settings.media.sentences}
    return books.get(language) or books[ENGLISH]


def _sentences(announce: AnnounceSettings, book: Book) -> Iterator[str]:
    if announce.position:
        yield grammar.position(book, PLACE).text
    if announce.callers:
        yield grammar.callers(book, PLACE).text
    if announce.wait:
        yield grammar.wait(book, WAIT).text


def _whispered(settings: SwitchSettings, queue: QueueName) -> str:
    house, prompt = settings.media.languages[0], settings.whispers[queue]
    if prompt is not None:
        return _said(prompt, house)
    label = settings.queue_labels.get(queue, queue)
    return f'"{grammar.introduction(_book(settings, house), label, WAIT).text}"'


def _said(prompt: Prompt, language: Language) -> str:
    return f"file {prompt.play}" if prompt.play else f'"{prompt.text(language)}"'


def _times(first: Seconds, every: Seconds | None) -> str:
    begins = f"after {written(first)}" if first else "at once"
    return f"{begins}, then every {written(every)}" if every is not None else f"{begins}, once"
