"""`numbering`, `outbound` and `may_dial` of a sound file -> the dial plan."""

from __future__ import annotations

from softswitch.config.models.dialling import Numbering, Outbound, Rewrite
from softswitch.config.models.root import Configuration
from softswitch.dialplan import numbering as plain
from softswitch.dialplan.plan import DialPlan, OutboundRule
from softswitch.dialplan.plan import Rewrite as PlainRewrite
from softswitch.types import AgentName, TrunkName


def dial_plan(file: Configuration) -> DialPlan:
    """The dial plan; every name that it mentions is there."""
    return DialPlan(
        numbering=_numbering(file.numbering),
        rules=tuple(_rule(line) for line in file.outbound),
        everybody=None if file.may_dial is None else frozenset(file.may_dial),
        agents={
            AgentName(name): frozenset(agent.may_dial)
            for name, agent in file.agents.items()
            if agent.may_dial is not None
        },
    )


def _numbering(section: Numbering) -> plain.Numbering:
    least, _, most = section.national_length.partition("-")
    return plain.Numbering(
        country=section.country,
        national_prefix=section.national_prefix,
        international_prefix=section.international_prefix,
        national_length=(int(least), int(most or least)),
        emergency=tuple(section.emergency),
    )


def _rule(line: Outbound) -> OutboundRule:
    return OutboundRule(
        name=line.name,
        patterns=tuple(line.match),
        trunks=tuple(map(TrunkName, line.via or ())),
        kind=line.kind,
        rewrite=None if line.rewrite is None else _rewrite(line.rewrite),
        reject=line.reject or 403,
    )


def _rewrite(section: Rewrite) -> PlainRewrite:
    return PlainRewrite(section.strip, section.prefix or "", section.to or "")
