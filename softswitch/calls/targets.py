"""What a number means to an agent: whom a phone transfers or forwards to. The codes are none of it."""

from __future__ import annotations

from softswitch.calls.switch import Switch
from softswitch.config.settings import AgentPhone
from softswitch.dialplan.plan import Dial, Refused
from softswitch.dialplan.way_out import way_out
from softswitch.routing import normalise
from softswitch.types import AgentName, Destination, Reject, ToAgent, ToNumber


def phone_of(switch: Switch, to: ToAgent, dialled: str) -> AgentPhone | None:
    """The phone that a destination means; None when the dialled number is nobody's extension, or when a
    reload has removed the agent while the caller was still in a menu of before.
    """
    agent = to.agent or switch.settings.menus.extensions.get(normalise(dialled))
    return switch.settings.phones.get(AgentName(agent)) if agent else None


def outbound(decision: Dial | Refused) -> Destination:
    """What the dial plan has decided, as a destination."""
    if isinstance(decision, Refused):
        return Reject(decision.status)
    return ToNumber(decision.number, decision.trunks, decision.emergency)


def target_of(switch: Switch, agent: AgentName, number: str) -> Destination:
    """Where an agent may send somebody by this number: a colleague's extension, what is in `numbers`, or a
    number outside by the agent's dial plan.
    """
    settings, dialled = switch.settings, normalise(number)
    if dialled in settings.menus.extensions:
        to: Destination = ToAgent(None)
    elif decision := way_out(settings.dialplan, settings.routing, agent, dialled):
        to = outbound(decision)
    else:
        rule = settings.routing.rule(dialled, settings.dialplan.numbering.dialled(dialled))
        to = rule.then if rule else Reject(404)
    if not isinstance(to, ToAgent):
        return to
    phone = phone_of(switch, to, number)
    return Reject(404) if phone is None else ToAgent(phone.agent)
