"""Who enters a queue, and as what: rules over the caller's number, the time, what was pressed and entered.

Pure. A rule is matched when somebody is about to join a queue: first the queue's own rules, then those for
all queues, and the first that matches decides. It may say with which priority, for which skills and for whom
the caller waits, or where to go instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from softswitch.routing import Patterns, normalise
from softswitch.types import AgentName, Destination, Language, MenuName, QueueName, Seconds, ToQueue


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody else's server says of a caller."""

    found: bool = False
    """Whether it knows the caller."""
    problem: str = ""
    """Why it did not answer, or what of its answer is of no use."""
    priority: str | None = None
    language: Language | None = None
    needs: Mapping[str, int] = field(default_factory=dict)
    preferred: AgentName | None = None
    name: str = ""
    """Whom agents' phones show."""
    note: str = ""
    """For agents."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Whatever else."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a call that is about to join a queue."""

    queue: QueueName
    is_open: Callable[[str], bool]
    """Whether hours of that name are open now."""
    number: tuple[str, ...] = ()
    """The caller's number, in each of its forms."""
    dialled: tuple[str, ...] = ()
    """What was dialled, in each of its forms."""
    caller: str | None = None
    """The name of the caller's class in `callers`."""
    pressed: Mapping[MenuName, str] = field(default_factory=dict)
    """Menus that the caller came through, with the last key pressed in each; empty: none."""
    entered: Mapping[str, str] = field(default_factory=dict)
    """Numbers keyed in, by the name of the question."""
    language: Language | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    """What a lookup says of the caller."""


@dataclass(frozen=True, slots=True)
class When:
    """All of these must hold; what is empty always does. Of several values one is enough."""

    number: tuple[str, ...] = ()
    """Patterns."""
    dialled: tuple[str, ...] = ()
    """Patterns."""
    hours: str | None = None
    """Open now."""
    outside: str | None = None
    """Closed now."""
    queue: tuple[QueueName, ...] = ()
    caller: tuple[str, ...] = ()
    menu: tuple[MenuName, ...] = ()
    """The caller came through it."""
    pressed: Mapping[MenuName, tuple[str, ...]] = field(default_factory=dict)
    """The last key there."""
    entered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Patterns."""
    language: tuple[Language, ...] = ()
    data: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Then:
    """What a rule says."""

    priority: str | None = None
    needs: Mapping[str, int] = field(default_factory=dict)
    preferred: AgentName | None = None
    to: Destination | None = None
    """Where to go instead; None: into the queue."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    name: str
    when: When = When()
    then: Then = Then()


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that decides, and why it does."""

    rule: Rule
    why: str
    """As `number +48600100200 is +48600*; office is open`."""
    goes: Destination | None
    """Where to go instead of the queue; None: in."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What holds of joining one queue, and of leaving it by a key."""

    rules: tuple[Rule, ...] = ()
    """In their order: the queue's own before those for all queues."""
    last_agent: Seconds | None = None
    """Who talked to the caller within this time is the preferred agent; None: nobody is for that."""
    keys: Mapping[str, Destination] = field(default_factory=dict)
    """Where a key leads that is pressed while waiting."""


def decide(rules: Sequence[Rule], facts: Facts, spent: Collection[str] = ()) -> Decision | None:
    """The first rule that matches. `spent`: those that have sent this call elsewhere before, which they do
    once only, so that no two send it to and fro for ever.
    """
    for rule in rules:
        goes = rule.then.to
        if isinstance(goes, ToQueue) and goes.queue == facts.queue:
            goes = None
        if goes is not None and rule.name in spent:
            continue
        if (why := because(rule.when, facts)) is not None:
            return Decision(rule, why, goes)
    return None


def because(when: When, facts: Facts) -> str | None:
    """Why the conditions hold, for people; None: one does not."""
    words: list[str] = []
    for said in _each(when, facts):
        if said is None:
            return None
        words.append(said)
    return "; ".join(words) or "it holds always"


def _each(when: When, facts: Facts) -> Iterator[str | None]:
    """Each condition in words; None: it does not hold. Those that cost nothing come first."""
    if when.queue:
        yield f"queue {facts.queue}" if facts.queue in when.queue else None
    if when.caller:
        yield f"caller class {facts.caller}" if facts.caller in when.caller else None
    if when.language:
        yield f"language {facts.language}" if facts.language in when.language else None
    if when.menu:
        came = next((menu for menu in when.menu if menu in facts.pressed), None)
        yield None if came is None else f"came through menu {came}"
    for menu, keys in when.pressed.items():
        key = facts.pressed.get(menu)
        yield f"pressed {key} in menu {menu}" if key in keys else None
    for name, texts in when.data.items():
        yield f"{name} is {facts.data[name]}" if facts.data.get(name) in texts else None
    for name, patterns in when.entered.items():
        yield _matched(name, patterns, (facts.entered[name],) if name in facts.entered else ())
    if when.number:
        yield _matched("number", when.number, facts.number)
    if when.dialled:
        yield _matched("dialled", when.dialled, facts.dialled)
    if when.hours is not None:
        yield f"{when.hours} is open" if facts.is_open(when.hours) else None
    if when.outside is not None:
        yield None if facts.is_open(when.outside) else f"{when.outside} is closed"


def _matched(what: str, patterns: tuple[str, ...], forms: Sequence[str]) -> str | None:
    tree = _tree(patterns)
    for form in dict.fromkeys(map(normalise, forms)):
        place = tree.first(form)
        if place is not None:
            return f"{what} {form} is {patterns[place]}"
    return None


@lru_cache(maxsize=4096)
def _tree(patterns: tuple[str, ...]) -> Patterns:
    """Made once for each list of a configuration."""
    return Patterns(patterns)


def together(*needs: Mapping[str, int]) -> dict[str, int]:
    """Of each skill the highest level that anybody asks for."""
    both: dict[str, int] = {}
    for one in needs:
        for skill, level in one.items():
            both[skill] = max(level, both.get(skill, 0))
    return both


def words(then: Then) -> str:
    """What a rule says, for people, without where it leads."""
    parts = [f"priority {then.priority}"] if then.priority is not None else []
    parts += [f"needs {skill} {level}" for skill, level in then.needs.items()]
    parts += [f"prefers {then.preferred}"] if then.preferred is not None else []
    return ", ".join(parts)
