"""How customers are called back, and what it means that they were not reached."""

from __future__ import annotations

import asyncio
from collections.abc import Set as AbstractSet
from typing import Any

from softswitch.calls.outbound import Outside
from softswitch.calls.switch import Switch
from softswitch.config.settings import CallbackRules
from softswitch.dialplan.plan import Dial, Refused
from softswitch.errors import LegError, LegRefused, NoChannel
from softswitch.ports import Leg
from softswitch.types import QueueName, Seconds, ToNumber

_WHY = {486: "busy", 600: "busy", 603: "declined", 408: "no-answer", 480: "no-answer", 487: "no-answer"}


def way_to(switch: Switch, queue: QueueName, number: str) -> ToNumber | Refused:
    """How a customer is called: by the dial plan, and nothing expensive unless the queue names its class."""
    rules = switch.settings.callbacks.get(queue, CallbackRules())
    decision = switch.settings.dialplan.for_customer(number, rules.may_dial)
    return ToNumber(decision.number, decision.trunks) if isinstance(decision, Dial) else decision


def way_now(switch: Switch, queue: QueueName, number: str) -> ToNumber | tuple[str, int]:
    """How a customer is called at this moment; else why not, and the final status that says so."""
    if switch.callbacks.is_here(queue, number):
        return ON_THE_LINE, 486
    to = way_to(switch, queue, number)
    return (NOT_ALLOWED, 403) if isinstance(to, Refused) else to


NO_CARRIER, NOT_ALLOWED, ON_THE_LINE = "no-carrier", "not-allowed", "on-the-line"
"""Why somebody cannot be called at all for the time being."""


def barred(switch: Switch, queue: QueueName, number: str) -> str:
    """Why an attempt need not even begin: the customer has called, and waits or talks; every carrier that may
    be asked is down; or the dial plan refuses. Empty: it can.
    """
    if switch.callbacks.is_here(queue, number):
        return ON_THE_LINE
    to = way_to(switch, queue, number)
    if isinstance(to, Refused):
        return NOT_ALLOWED
    return "" if any(map(switch.carriers.is_up, to.trunks)) else NO_CARRIER


def why_not(error: LegError | TimeoutError, *, reached: bool) -> tuple[str, int]:
    """In a word, for the record, and the final status, 0 without one. `reached`: it came to the customer."""
    status = error.status if isinstance(error, LegRefused) else 0
    if isinstance(error, NoChannel):
        return "no-channel", status
    if not reached:
        return "carrier", status
    return ("no-answer" if isinstance(error, TimeoutError) else _WHY.get(status, "failed")), status


async def answered_before(
    outside: Outside, ends: AbstractSet[asyncio.Future[Any]], limit: Seconds
) -> Leg | None:
    """Who has answered; None: one of `ends` came before. Raises LegError, and TimeoutError after `limit`."""
    answer = asyncio.ensure_future(outside.answered())
    try:
        done, _ = await asyncio.wait({answer, *ends}, timeout=limit, return_when="FIRST_COMPLETED")
        if answer in done:
            return answer.result()
        if not done:
            raise TimeoutError
        return None
    finally:
        answer.cancel()
