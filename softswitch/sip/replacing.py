"""INVITE with Replaces (RFC 3891): pickup of a call that rings at a colleague's phone. PJSUA, which would let
anybody have any call, never sees the header.

| the INVITE with Replaces is | and names | gets |
|---|---|---|
| refused without it, too | | that answer |
| not of an agent who has proved it | | 403 |
| an agent's | no dialog of ours, or two are named | 481, 400 |
| an agent's | a call that is answered, and `early-only` | 486 |
| an agent's | a call that is answered | 403: nobody is robbed of a conversation |
| an agent's | what rings at somebody who is no colleague of a common queue | 403 |
| an agent's | what rings at such a colleague | let through: the call goes to `calls/pickup.py` |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from softswitch import siptext
from softswitch.ports import Leg
from softswitch.sip._native import lib
from softswitch.sip.gate import Answer, Gate, Handler, Request
from softswitch.sip.leg import SipLeg
from softswitch.types import AgentName, LegState


class Replacing:
    """The gate's handler for INVITE, around the one that says who may call."""

    def __init__(
        self, legs: Mapping[int, SipLeg], admit: Handler, may_pick_up: Callable[[AgentName, Leg], bool]
    ) -> None:
        """`may_pick_up`: whether an agent may take what rings on a leg."""
        self._legs = legs
        self._admit = admit
        self._may_pick_up = may_pick_up

    def install(self, gate: Gate) -> None:
        """Decide from now on."""
        gate.handle("INVITE", self.invite)

    def invite(self, request: Request) -> Answer:
        """See the table above."""
        answer, named = self._admit(request), request.message.headers.get("replaces")
        if named is None or answer.status:
            return answer
        if answer.origin.agent is None:
            return Answer(403)
        if len(siptext.split(named)) != 1:
            return Answer(400)
        leg = leg_of(self._legs, named)
        if leg is None:
            return Answer(481)
        if leg.state is LegState.ANSWERED:
            return Answer(486 if "early-only" in siptext.parameters(named.partition(";")[2]) else 403)
        if not self._may_pick_up(answer.origin.agent, leg):
            return Answer(403)
        return replace(answer, replaces=leg)


def leg_of(legs: Mapping[int, SipLeg], replaces: str) -> SipLeg | None:
    """The leg that a Replaces names. Whose tag is which depends on who is asked: either way does."""
    call_id, _, params = replaces.partition(";")
    tags = siptext.parameters(params)
    ours, theirs = tags.get("to-tag", ""), tags.get("from-tag", "")
    for pair in ((ours, theirs), (theirs, ours)):
        names = (call_id.strip(), *pair)
        serial = lib.refer_find_leg(*(name.encode(errors="replace") for name in names))
        if serial in legs:
            return legs[serial]
    return None
