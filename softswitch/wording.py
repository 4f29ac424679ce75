"""Destinations, classes of callers and prompts in a few words, for `softswitch try`. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.ivr.settings import Back, Repeat, ToEntered
from softswitch.routing import CallerRule
from softswitch.sentences.book import Book
from softswitch.sentences.phrases import worded
from softswitch.types import (
    Destination,
    HangUp,
    Language,
    Prompt,
    Reject,
    ToAgent,
    ToCallback,
    ToMenu,
    ToMessage,
    ToNumber,
    ToQueue,
    ToVoicemail,
)


def class_words(rule: CallerRule | None) -> str:
    """A class of callers, and what is special about it."""
    if rule is None:
        return "in no caller class"
    means = {
        "priority": rule.priority,
        "language": rule.language,
        "reject": rule.reject,
        "prefers": rule.preferred,
        "asks": rule.lookup and rule.lookup.url,
    }
    needs = [f"needs {skill} {level}" for skill, level in rule.needs.items()]
    known = [f"{key} {value}" for key, value in means.items() if value is not None]
    return ", ".join([rule.name, *known, *needs])


def spoken(prompt: Prompt, language: Language) -> str:
    """What is heard."""
    return f"file {prompt.play}" if prompt.play else f'"{prompt.text(language)}"'


def heard(prompt: Prompt, language: Language, books: Mapping[Language, Book]) -> tuple[str, str]:
    """What is heard, and in which language; `books` are those of the configuration."""
    said = worded(prompt, books)
    return spoken(said, language), "" if said.play else said.spoken_in(language)


def leads_to(then: Destination | Repeat | Back | ToEntered | None) -> str:
    """What a key, a line or an end leads to, in a few words."""
    match then:
        case ToEntered(ask):
            return f"agent of the {ask} entered"
        case Back():
            return "back"
        case Repeat() | None:
            return "the menu again"
        case _:
            return _destination(then)


def _destination(to: Destination) -> str:
    match to:
        case ToMenu(menu):
            return f"menu {menu}"
        case ToQueue(queue, priority, needs):
            skills = "".join(f", needs {skill} {level}" for skill, level in needs.items())
            return f"queue {queue}" + (f", priority {priority}" if priority else "") + skills
        case ToCallback(queue):
            return f"call back by queue {queue}"
        case ToAgent(agent):
            return f"agent {agent or 'of that extension'}"
        case ToNumber(number):
            return f"call {number}"
        case ToVoicemail(mailbox):
            return f"voicemail {mailbox}"
        case _:
            return _end(to)


def _end(to: ToMessage | Reject | HangUp) -> str:
    match to:
        case ToMessage():
            return "a message"
        case Reject(status):
            return f"reject {status}"
        case HangUp():
            return "hang up"
