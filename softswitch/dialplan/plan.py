"""The outbound rules and the decision: `decide(dialled, may_dial)` -> `Dial` or `Refused`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from softswitch.dialplan import classes
from softswitch.dialplan.numbering import Numbering, is_e164
from softswitch.routing import Patterns, normalise
from softswitch.types import AgentName, TrunkName


@dataclass(frozen=True, slots=True)
class Rewrite:
    """How a rule changes a number, before it is understood."""

    strip: int = 0
    """So many characters are taken off its front."""
    prefix: str = ""
    """Then this is put before it."""
    to: str = ""
    """Instead: the whole new number; `{number}` is the old one, `{rest}` what the pattern's * stood for."""

    def apply(self, number: str, pattern: str) -> str:
        """The new number."""
        if not self.to:
            return self.prefix + number[self.strip :]
        rest = number[len(pattern) - 1 :] if pattern.endswith("*") else ""
        return self.to.replace("{number}", number).replace("{rest}", rest)


@dataclass(frozen=True, slots=True)
class OutboundRule:
    """One line of `outbound`; the first match wins."""

    name: str
    patterns: tuple[str, ...]
    """As in `numbers`; they are held against what was dialled and against its E.164 form."""
    trunks: tuple[TrunkName, ...] = ()
    """To be tried in this order; none: the line refuses."""
    kind: str | None = None
    """The class of what it matches; None: the number's own."""
    rewrite: Rewrite | None = None
    reject: int = 403
    """The SIP status of a line that refuses."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Call this number."""

    number: str
    """E.164 with its plus, or a short number; `Numbering.written` gives it a carrier's form."""
    trunks: tuple[TrunkName, ...]
    """To be tried in this order."""
    kind: str
    """Its class."""
    rule: str
    """The name of the line that decided."""
    why: str
    """The decision in a sentence."""

    @property
    def emergency(self) -> bool:
        """No limit may stand in its way."""
        return self.kind == classes.EMERGENCY


@dataclass(frozen=True, slots=True)
class Refused:
    """Do not."""

    status: int
    """404: no line leads there. 403: not for this agent. 484: no number."""
    why: str
    """In a sentence."""
    advice: str
    """What to change where it should be allowed."""
    rule: str | None = None
    """The line that matched, if one did."""


@dataclass(frozen=True, slots=True)
class DialPlan:
    """All of outbound dialling. Raises ValueError on a pattern that is none."""

    numbering: Numbering = field(default_factory=Numbering)
    rules: tuple[OutboundRule, ...] = ()
    everybody: frozenset[str] | None = None
    """Classes that an agent may dial of whom nothing else is said; None: all that are not expensive."""
    agents: dict[AgentName, frozenset[str]] = field(default_factory=dict)
    """Classes by agent, for those of whom something is said."""
    _patterns: Patterns = field(init=False, repr=False, compare=False)
    _lines: tuple[tuple[OutboundRule, str], ...] = field(init=False, repr=False, compare=False)
    _emergency: DialPlan | None = field(init=False, repr=False, compare=False)
    """The lines that refuse nothing: those count for emergency numbers."""

    def __post_init__(self) -> None:
        lines = tuple((rule, pattern) for rule in self.rules for pattern in rule.patterns)
        object.__setattr__(self, "_patterns", Patterns(pattern for _, pattern in lines))
        object.__setattr__(self, "_lines", lines)
        calling = tuple(rule for rule in self.rules if rule.trunks)
        plan = DialPlan(self.numbering, calling) if len(calling) < len(self.rules) else None
        object.__setattr__(self, "_emergency", plan)

    def for_agent(self, agent: AgentName | None, user: str) -> Dial | Refused:
        """What becomes of what an agent dialled; None: somebody of whom nothing is said."""
        allowed = self.everybody if agent is None else self.agents.get(agent, self.everybody)
        return self.decide(user, allowed)

    def for_customer(self, number: str, besides: Collection[str] = ()) -> Dial | Refused:
        """What becomes of a number that somebody wants to be called back at: whole numbers alone, and none
        that is expensive, but for the classes in `besides`.
        """
        whole = self.numbering.dialled(normalise(number))
        if not is_e164(whole):
            return Refused(484, f"{number!r} is no whole number", "take one with its country or area code")
        decision = self.decide(whole)
        if isinstance(decision, Refused) and decision.status == 403 and besides:
            decision = self.decide(whole, besides)
        if isinstance(decision, Dial) and not (is_e164(decision.number) and not decision.emergency):
            return Refused(403, f"{whole} would become {decision.number}", "change that line", decision.rule)
        return decision

    def decide(self, user: str, may_dial: Collection[str] | None = None) -> Dial | Refused:
        """What becomes of a dialled user part, for somebody who may dial these classes (None: none
        expensive).
        """
        dialled = normalise(user)
        number = self.numbering.dialled(dialled)
        if number in self.numbering.emergency:
            return (self._emergency or self)._help(number)
        found = self._first(dialled, number)
        if found is None:
            advice = "add a line whose `match` takes it"
            return Refused(404, f"no line of `outbound` matches {number}", advice)
        rule, pattern, form = found
        if not rule.trunks:
            return Refused(rule.reject, f"{rule.name!r} refuses {number}", "change that line", rule.name)
        if rule.rewrite is not None:
            number = self.numbering.dialled(rule.rewrite.apply(form, pattern))
        if problem := self.numbering.problem(number):
            return Refused(484, f"{number!r} {problem}", "dial a whole number", rule.name)
        kind = self._kind(rule, pattern, number)
        if not _allowed(kind, may_dial):
            return _forbidden(number, kind, rule, may_dial)
        return Dial(number, rule.trunks, kind, rule.name, f"{number} ({kind}) goes by {rule.name!r}")

    def whatever_it_costs(self, user: str) -> Dial | Refused:
        """What becomes of a number that the configuration itself names: all classes may be dialled."""
        named = {rule.kind for rule in self.rules if rule.kind is not None}
        return self.decide(user, {*classes.BUILT_IN, *named})

    def _help(self, number: str) -> Dial | Refused:
        """An emergency number: by the first line that takes it; as it is, unless the line is for it alone."""
        found = self._first(number)
        if found is None:
            advice = f'add a line, as {{name: emergency, match: ["{number}"], via: [carrier]}}'
            why = f"{number} is an emergency number, and no line of `outbound` takes it"
            return Refused(404, why, advice)
        rule, pattern, _ = found
        shown = rule.rewrite.apply(number, pattern) if rule.rewrite and pattern == number else number
        return Dial(shown, rule.trunks, classes.EMERGENCY, rule.name, f"{number} is an emergency number")

    def _first(self, *forms: str) -> tuple[OutboundRule, str, str] | None:
        """The first line that matches any form of a number, its pattern, and that form."""
        best: tuple[int, str] | None = None
        for form in forms:
            place = self._patterns.first(form)
            if place is not None and (best is None or place < best[0]):
                best = place, form
        return None if best is None else (*self._lines[best[0]], best[1])

    def _kind(self, rule: OutboundRule, pattern: str, number: str) -> str:
        """A line's class, unless the number is expensive by itself and the line does not say so."""
        own, said = classes.classified(number, self.numbering)
        if rule.kind is None:
            return own
        knows = rule.rewrite is None and classes.explicit(pattern, said, self.numbering)
        if own == classes.EMERGENCY or (own in classes.EXPENSIVE and not knows):
            return rule.kind if rule.kind in classes.EXPENSIVE and own == classes.INTERNATIONAL else own
        return rule.kind


def _allowed(kind: str, may_dial: Collection[str] | None) -> bool:
    if kind == classes.EMERGENCY:
        return True
    return kind not in classes.EXPENSIVE if may_dial is None else kind in may_dial


def _forbidden(number: str, kind: str, rule: OutboundRule, may_dial: Collection[str] | None) -> Refused:
    if may_dial is None:
        allowed = "an expensive class is dialled only where `may_dial` names it"
    else:
        allowed = (
            f"only {', '.join(sorted(may_dial))} may be dialled" if may_dial else "no class may be dialled"
        )
    return Refused(
        403,
        f"{number} is {kind}, and {allowed}",
        f"add {kind} to `may_dial` of the agent",
        rule.name,
    )
