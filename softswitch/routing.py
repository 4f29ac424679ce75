"""What was dialled and who calls -> where the call goes: pure.

Patterns are digits and `+` as they are dialled; `x` is one digit; `*` at the end is the rest, also nothing;
`*` at the beginning of a longer pattern is the star key (`*98`). A pattern with other letters is a SIP user's
name and means itself (`alex`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote

from softswitch.types import Destination, Language

_NUMBER = re.compile(r"[+]?[0-9#*xX]*[*]?|[*][0-9#*xX]+")
_NAME = re.compile(r"[A-Za-z0-9_.~!$&'+=-]*[A-WYZa-wyz_~!$&'=.-][A-Za-z0-9_.~!$&'+=-]*[*]?")
_SEPARATED = re.compile(r"[+]?[0-9][0-9().\- *#]*")
_SEPARATORS = str.maketrans("", "", "-.() ")
_CONTEXT = re.compile(r"(?:^|;)phone-context=(\+[0-9.()-]+)(?:;|$)", re.IGNORECASE)

LOCAL = 4
"""Digits that a local number has at least."""

WHOLE, E164 = 9, 15
"""Digits of an international number, at least (nearly everywhere) and at most (E.164 section 6)."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """One line of `numbers`; the first match wins. `x` is one digit, `*` is the rest (also nothing)."""

    pattern: str
    then: Destination


@dataclass(frozen=True, slots=True)
class CallerRule:
    """One line of `callers`; the first match wins."""

    name: str
    patterns: tuple[str, ...]
    priority: str | None = None
    language: Language | None = None
    reject: int | None = None


def normalise(user: str) -> str:
    """The user part of a SIP address as rules see it.

    Parameters go, a `;phone-context=` as `whole` says; escapes (`%2B`) are resolved, and visual separators
    (RFC 3966 section 5.1.1: `-.()`, and blanks) go from anything that is a number; a name keeps them.
    """
    number, _, parameters = user.partition(";")
    plain = whole(unquote(number), parameters)
    return plain.translate(_SEPARATORS) if _SEPARATED.fullmatch(plain) else plain


def whole(number: str, parameters: str) -> str:
    """A local number behind the prefix that is its context, `1234567;phone-context=+4822` (RFC 3966 section
    5.1.5); any other number as it is.

    So is one of up to three digits, and one that is too short with its prefix to be anybody's: what phones
    send so are emergency numbers, short ones and extensions, whatever context they give them.
    """
    context = _CONTEXT.search(unquote(parameters)) if parameters else None
    local = number.translate(_SEPARATORS)
    if context is None or not (local.isascii() and local.isdigit()) or len(local) < LOCAL:
        return number
    full = context[1].translate(_SEPARATORS) + local
    return full if WHOLE <= len(full) - 1 <= E164 else number


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with a pattern, and how to write it; None: nothing."""
    if not pattern:
        return 'an empty pattern matches nothing; "*" matches everything'
    if (plain := normalise(pattern)) != pattern:
        return f'"{pattern}" has separators that are taken out of every number; write "{plain}"'
    if "*" in pattern[1:-1]:
        return (
            f'"{pattern}" goes on after the *, which stands for all the rest; end with it,'
            ' as "+4822*", or write one x for each digit, as "2xx"'
        )
    if "+" in pattern[1:] and not _NAME.fullmatch(pattern):
        return f'"{pattern}" has a + inside; it belongs in front, as "+48221234567"'
    if not _NUMBER.fullmatch(pattern) and not _NAME.fullmatch(pattern):
        return (
            f'"{pattern}" is no pattern: write digits and +, x for one digit, * at the end for the rest'
            ' ("+4822*", "2xx"), or a SIP user name'
        )
    return None


class Patterns:
    """Many patterns, compiled to one tree: a look-up costs a step per digit, however many patterns there are.

    Raises ValueError with `pattern_problem` on a pattern that is none.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._root = _Node()
        for place, pattern in enumerate(patterns):
            if (problem := pattern_problem(pattern)) is not None:
                raise ValueError(problem)
            self._add(pattern, place)

    def _add(self, pattern: str, place: int) -> None:
        rest = pattern.endswith("*")
        is_number = _NUMBER.fullmatch(pattern) is not None
        node = self._root
        for character in pattern.removesuffix("*") if rest else pattern:
            step = _DIGIT if is_number and character in "xX" else character
            node = node.steps.setdefault(step, _Node())
        if rest:
            node.rest = min(node.rest, place)
        else:
            node.end = min(node.end, place)

    def first(self, number: str) -> int | None:
        """The place (0-based) of the first pattern that matches a normalised number."""
        best = self._root.rest
        nodes = [self._root]
        for character in number:
            steps = (character, _DIGIT) if character in "0123456789" else (character,)
            nodes = [node.steps[step] for node in nodes for step in steps if step in node.steps]
            best = min([best, *(node.rest for node in nodes)])
        best = min([best, *(node.end for node in nodes)])
        return None if best == _NEVER else int(best)


_DIGIT = "any digit"
"""The step in the tree that `x` is; no character, so no number has it."""

_NEVER = float("inf")


@dataclass(slots=True)
class _Node:
    steps: dict[str, _Node] = field(default_factory=dict)
    end: float = _NEVER
    """The first pattern that ends here."""
    rest: float = _NEVER
    """The first pattern that is content with any rest from here."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Numbers and callers, in the order of the file. Raises ValueError on a pattern that is none."""

    numbers: tuple[NumberRule, ...] = ()
    callers: tuple[CallerRule, ...] = ()
    _by_number: Patterns = field(init=False, repr=False, compare=False)
    _by_caller: Patterns = field(init=False, repr=False, compare=False)
    _callers: tuple[CallerRule, ...] = field(init=False, repr=False, compare=False)
    """The rule of each of the callers' patterns."""

    def __post_init__(self) -> None:
        lines = [(pattern, rule) for rule in self.callers for pattern in rule.patterns]
        object.__setattr__(self, "_by_number", Patterns(rule.pattern for rule in self.numbers))
        object.__setattr__(self, "_by_caller", Patterns(pattern for pattern, _ in lines))
        object.__setattr__(self, "_callers", tuple(rule for _, rule in lines))

    def rule(self, *dialled: str) -> NumberRule | None:
        """The first line of `numbers` that a dialled user part matches, in any of its forms."""
        place = _first(self._by_number, dialled)
        return None if place is None else self.numbers[place]

    def route(self, dialled: str) -> Destination | None:
        """Where a dialled user part leads; None: nowhere (404)."""
        rule = self.rule(dialled)
        return None if rule is None else rule.then

    def classify(self, *number: str) -> CallerRule | None:
        """The first caller class that a calling user part belongs to, in any of its forms."""
        place = _first(self._by_caller, number)
        return None if place is None else self._callers[place]


def _first(patterns: Patterns, forms: Iterable[str]) -> int | None:
    """The place of the first pattern that matches any form of a number; an empty form fits `*` alone."""
    places = [patterns.first(form) for form in dict.fromkeys(map(normalise, forms))]
    return min((place for place in places if place is not None), default=None)
