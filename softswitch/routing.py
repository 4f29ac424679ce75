"""What was dialled and who calls -> where the call goes: pure.

Patterns are digits and `+` as they are dialled; `x` is one digit; `*` at the end is the rest, also nothing;
`*` at the beginning of a longer pattern is the star key (`*98`). A pattern with other letters is a SIP user's
name and means itself (`alex`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from softswitch.types import AgentName, Destination, Language, Seconds

_NUMBER = re.compile(r"[+]?[0-9#*xX]*[*]?|[*][0-9#*xX]+")
_NAME = re.compile(r"[A-Za-z0-9_.~!$&'+=-]*[A-WYZa-wyz_~!$&'=.-][A-Za-z0-9_.~!$&'+=-]*[*]?")
_DIALLED = re.compile(
    r"(?:[+]?[0-9*#().\- ]*[0-9*#][().\- ]*|[A-Za-z0-9_.~!$&'+=%-]+)(?:;[A-Za-z-]+=[^\s;]+)*"
)
_SEPARATED = re.compile(r"[+]?[0-9][0-9().\- *#]*")
SEPARATORS = "-.() "
"""What may stand between the digits of a number (RFC 3966 section 5.1.1), and blanks."""

_SEPARATORS = str.maketrans("", "", SEPARATORS)
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
class Lookup:
    """Where somebody is asked who a caller is."""

    url: str
    """With `{number}` in it."""
    timeout: Seconds = 0.3
    secret: str | None = field(default=None, repr=False)
    """Signs the question; None: nothing does."""


@dataclass(frozen=True, slots=True)
class CallerRule:
    """One line of `callers`; the first match wins."""

    name: str
    patterns: tuple[str, ...]
    priority: str | None = None
    language: Language | None = None
    reject: int | None = None
    dialled: tuple[str, ...] = ()
    """Patterns of what these callers have dialled; none: anything."""
    hours: str | None = None
    """Only while these are open."""
    outside: str | None = None
    """Only while these are closed."""
    needs: Mapping[str, int] = field(default_factory=dict)
    """The least level of each skill that they need."""
    preferred: AgentName | None = None
    """Who is rung first for them."""
    lookup: Lookup | None = None


def always(_hours: str) -> bool:
    """Hours that never end."""
    return True


def normalise(user: str) -> str:
    """The user part of a SIP address as rules see it.

    Parameters go, a `;phone-context=` as `whole` says; escapes (`%2B`) are resolved, and visual separators
    (RFC 3966 section 5.1.1: `-.()`, and blanks) go from anything that is a number; a name keeps them.
    """
    number, _, parameters = user.partition(";")
    plain = whole(unquote(number), parameters)
    return plain.translate(_SEPARATORS) if _SEPARATED.fullmatch(plain) else plain


def number_problem(text: str) -> str | None:
    """What is wrong with a number that somebody has written, who did not dial it; None: it can be one."""
    if _DIALLED.fullmatch(text):
        return None
    return (
        f"{text!r} is no number: expected digits, with + before a whole one, * and # for codes, or a name; "
        "blanks and -.() between digits do not count"
    )


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
        (node.rest if rest else node.end).append(place)

    def first(self, number: str) -> int | None:
        """The place (0-based) of the first pattern that matches a normalised number."""
        return min((places[0] for places in self._matching(number)), default=None)

    def every(self, number: str) -> list[int]:
        """The places (0-based) of all patterns that match a normalised number, in no order."""
        return [place for places in self._matching(number) for place in places]

    def _matching(self, number: str) -> list[list[int]]:
        nodes = [self._root]
        found = [self._root.rest]
        for character in number:
            steps = (character, _DIGIT) if character in "0123456789" else (character,)
            nodes = [node.steps[step] for node in nodes for step in steps if step in node.steps]
            found += [node.rest for node in nodes]
        found += [node.end for node in nodes]
        return [places for places in found if places]


_DIGIT = "any digit"
"""The step in the tree that `x` is; no character, so no number has it."""


@dataclass(slots=True)
class _Node:
    steps: dict[str, _Node] = field(default_factory=dict)
    end: list[int] = field(default_factory=list)
    """The patterns that end here, by their places, ascending."""
    rest: list[int] = field(default_factory=list)
    """The patterns that are content with any rest from here."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Numbers and callers, in the order of the file. Raises ValueError on a pattern that is none."""

    numbers: tuple[NumberRule, ...] = ()
    callers: tuple[CallerRule, ...] = ()
    _by_number: Patterns = field(init=False, repr=False, compare=False)
    _by_caller: Patterns = field(init=False, repr=False, compare=False)
    _callers: tuple[tuple[CallerRule, Patterns | None], ...] = field(init=False, repr=False, compare=False)
    """The rule of each of the callers' patterns, and what must have been dialled."""

    def __post_init__(self) -> None:
        dialled = [Patterns(rule.dialled) if rule.dialled else None for rule in self.callers]
        lines = [
            (pattern, (rule, numbers))
            for rule, numbers in zip(self.callers, dialled, strict=True)
            for pattern in rule.patterns
        ]
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

    def classify(
        self, *number: str, dialled: Sequence[str] = (), is_open: Callable[[str], bool] = always
    ) -> CallerRule | None:
        """The first caller class that a calling user part belongs to, in any of its forms, who has dialled
        this (in any of its forms), at a time when the class counts.
        """
        forms = dict.fromkeys(map(normalise, number))
        for place in sorted({place for form in forms for place in self._by_caller.every(form)}):
            rule, numbers = self._callers[place]
            if numbers is not None and _first(numbers, dialled) is None:
                continue
            if rule.hours is not None and not is_open(rule.hours):
                continue
            if rule.outside is None or not is_open(rule.outside):
                return rule
        return None


def _first(patterns: Patterns, forms: Iterable[str]) -> int | None:
    """The place of the first pattern that matches any form of a number; an empty form fits `*` alone."""
    places = [patterns.first(form) for form in dict.fromkeys(map(normalise, forms))]
    return min((place for place in places if place is not None), default=None)
