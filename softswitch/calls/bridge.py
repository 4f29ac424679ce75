"""Two legs talk until one hangs up; whoever is put on hold hears music meanwhile."""

from __future__ import annotations

import asyncio

from softswitch.calls.call import Call
from softswitch.calls.switch import Switch
from softswitch.ports import Hear, Leg

DEFAULT_MUSIC = "classical"


async def over(leg: Leg) -> None:
    """Wait for the end of a leg; being cancelled leaves the leg's own future alone."""
    await asyncio.wait([leg.ended])


async def converse(switch: Switch, call: Call, agent: Leg) -> None:
    """Let the caller and an agent talk; returns when the agent's leg is over.

    The caller's hang-up cancels this coroutine, as it cancels everything that the call does.
    """
    caller = call.leg
    playlist = switch.settings.media.queue_music.get(call.queue or "", DEFAULT_MUSIC)

    def wire() -> None:
        """Each hears the other, or music while the other one holds."""
        for listener, talker in ((caller, agent), (agent, caller)):
            listener.hear(*(switch.music.hear(playlist) if talker.held else (Hear(talker),)))

    def on_hold(who: str, held: bool) -> None:
        call.note("Held" if held else "Resumed", by=who)
        wire()

    call.phase, call.connected = "talking", asyncio.get_running_loop().time()
    caller.on_hold = lambda held: on_hold("caller", held)
    agent.on_hold = lambda held: on_hold("agent", held)
    try:
        wire()
        await over(agent)
    finally:
        caller.on_hold = agent.on_hold = None
        caller.hear()
        agent.hear()
