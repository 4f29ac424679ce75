"""A caller wants to be called back: at which number, and then good-bye.

| the number | of `number: confirm` | ask | caller |
|---|---|---|---|
| the caller's own, and it may be called | read out, 1 confirms it, 2 asks for another | keyed in | taken |
| hidden, or it may not be called | keyed in | keyed in | keyed in |

What is keyed in is read out and confirmed. After a few mistakes the caller is led on: back to the place in
line, if it was given up for this.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from softswitch.acd.events import CallerJoined
from softswitch.calls import callback_words as words
from softswitch.calls.call import Call
from softswitch.calls.case import Case
from softswitch.calls.customers import way_to
from softswitch.calls.onward import Onward
from softswitch.calls.saying import Questions, read_out
from softswitch.calls.switch import Switch
from softswitch.config.settings import CallbackRules
from softswitch.dialplan.plan import Refused
from softswitch.types import HangUp, QueueName, ToCallback, ToQueue

MISTAKES = 3
"""So many numbers that cannot be called, or silences, and the caller is led on."""

DEFAULT_PRIORITY = "default"


async def want_callback(switch: Switch, call: Call, to: ToCallback) -> Onward | None:
    """Take a caller's number and hang up; returns where to go on when there is none to call.

    Raises LegError when the caller is gone.
    """
    await call.answer()
    call.phase = "callback"
    if to.queue not in switch.settings.engine.queues:  # a reload has removed it
        return HangUp()
    questions = Questions(switch, call)
    with questions.asking():
        number = await _number(switch, call, to.queue, questions)
        if number is None:
            call.note("CallbackDeclined", queue=to.queue)
            return await _lead_on(call, to, questions)
    await _take(switch, call, to.queue, number, questions)
    return None


async def _lead_on(call: Call, to: ToCallback, questions: Questions) -> Onward:
    await questions.say(words.IMPOSSIBLE)
    if call.place is not None and call.place.queue == to.queue and call.gave_up_place:
        return ToQueue(to.queue, call.place.priority)
    return HangUp()


async def _take(switch: Switch, call: Call, queue: QueueName, number: str, questions: Questions) -> None:
    """From here on the caller may hang up: it is on record."""
    if switch.callbacks.waiting(queue, number) is not None:
        await questions.say(words.ALREADY)
        return
    kept = call.place is not None and call.place.queue == queue
    case = _case(switch, call, queue, number)
    case.note_wanted()
    try:
        await questions.say(words.KEPT if kept else words.NOTED)
    finally:
        call.leg.hangup()  # first: a phone that is still in this call would be busy
        case.join()


def _case(switch: Switch, call: Call, queue: QueueName, number: str) -> Case:
    place = call.place
    if place is None or place.queue != queue:
        now = asyncio.get_running_loop().time()
        place = CallerJoined(call.id, queue, call.priority or DEFAULT_PRIORITY, standing=now)
    joined = replace(place, call=call.id, number=number, absent=True)
    return Case(switch, joined, call.language, call.leg.remote.name, switch.clock.now())


async def _number(switch: Switch, call: Call, queue: QueueName, questions: Questions) -> str | None:
    """The number to call, in E.164; None: the caller has none to give."""
    rules = switch.settings.callbacks.get(queue, CallbackRules())
    own = callable_number(switch, queue, call.leg.remote.number)
    offered = None if rules.number == "ask" else own
    if offered is not None and rules.number == "caller":
        return offered
    mistakes = 0
    while mistakes < MISTAKES:
        if offered is None:
            entered = await questions.number(words.ENTER)
            offered = callable_number(switch, queue, entered)
            if offered is None:
                mistakes += 1
                if entered:
                    await questions.say(words.NOT_THAT_ONE)
                continue
        key = await questions.key(words.NUMBER, *read_out(switch, offered), words.CONFIRM)
        if key == "1":
            call.note("NumberEntered", name="callback", digits=offered)
            return offered
        if key == "2":
            offered = None
        mistakes += key != "2"
    return None


def callable_number(switch: Switch, queue: QueueName, number: str) -> str | None:
    """A number in E.164, if the queue may call it; None: it may not."""
    if isinstance(way_to(switch, queue, number), Refused):
        return None
    return switch.settings.dialplan.numbering.dialled(number)
