"""How customers are called back, and what it means that they were not reached."""

from __future__ import annotations

from softswitch.calls.switch import Switch
from softswitch.config.settings import CallbackRules
from softswitch.dialplan.plan import Dial, Refused
from softswitch.errors import LegError, LegRefused
from softswitch.types import QueueName, ToNumber

_WHY = {486: "busy", 600: "busy", 603: "declined", 408: "no-answer", 480: "no-answer", 487: "no-answer"}


def way_to(switch: Switch, queue: QueueName, number: str) -> ToNumber | Refused:
    """How a customer is called: by the dial plan, and nothing expensive unless the queue names its class."""
    rules = switch.settings.callbacks.get(queue, CallbackRules())
    decision = switch.settings.dialplan.for_customer(number, rules.may_dial)
    return ToNumber(decision.number, decision.trunks) if isinstance(decision, Dial) else decision


def why_not(error: LegError | TimeoutError, status: int) -> str:
    """In a word, for the record."""
    if isinstance(error, TimeoutError):
        return "no-answer"
    return _WHY.get(error.status if isinstance(error, LegRefused) else status, "failed")
