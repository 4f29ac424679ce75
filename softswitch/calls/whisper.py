"""What an agent hears alone before being connected: the caller still has music meanwhile."""

from __future__ import annotations

import asyncio

import structlog

from softswitch.acd.actions import Ring
from softswitch.acd.events import OfferAccepted
from softswitch.calls.call import Call
from softswitch.calls.saying import play_out
from softswitch.calls.switch import Switch
from softswitch.errors import AudioError, LegGone
from softswitch.ports import Leg
from softswitch.sound import Clip
from softswitch.spoken import Introduction
from softswitch.types import Language, Prompt

log = structlog.get_logger(__name__)


async def whisper(
    switch: Switch, leg: Leg, what: Prompt | Introduction, language: Language | None = None
) -> None:
    """Let whoever has answered on a leg hear something, to its end. `language`: None is the house's.

    Sound that cannot be had is logged and left out. Raises LegGone when the leg ends meanwhile.
    """
    try:
        clip = await _clip(switch, what, language or switch.settings.media.languages[0])
    except AudioError as error:
        log.error("whisper cannot be spoken", leg=leg.id, error=str(error))
    else:
        await play_out(switch, leg, clip)
    if leg.ended.done():
        raise LegGone(f"{leg.id}: gone while it was told who comes")


async def introduce_caller(switch: Switch, call: Call, leg: Leg, ring: Ring) -> None:
    """Tell the agent who has answered of the caller, if the queue wants that. Raises LegGone."""
    whispers = switch.settings.whispers
    if ring.queue not in whispers:
        return
    switch.dispatcher.feed(OfferAccepted(ring.offer))
    began = asyncio.get_running_loop().time()
    waited = 0.0 if call.queued is None else began - call.queued
    label = switch.settings.queue_labels.get(ring.queue, ring.queue)
    await whisper(switch, leg, whispers[ring.queue] or Introduction(label, waited))
    took = asyncio.get_running_loop().time() - began
    call.note("Introduced", agent=ring.agent, offer=ring.offer, took=round(took, 3))


async def _clip(switch: Switch, what: Prompt | Introduction, language: Language) -> Clip:
    if isinstance(what, Prompt):
        return await switch.speech.prompt(what, language)
    return await switch.speech.introduction(what, language)
