"""How the phones of a `FakeEndpoint` behave: scripts, and the verbs that write them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from softswitch.testing.fake_leg import FakeLeg
from softswitch.types import Seconds


@dataclass(frozen=True, slots=True)
class PhoneScript:
    """How an agent's phone behaves each time that it is rung. Times are seconds from the INVITE."""

    rings: Seconds | None = 0.0
    """When it sends 180; None: never."""
    answers: Seconds | None = None
    """When it answers; None: never."""
    refuses: tuple[Seconds, int] | None = None
    """When it refuses, and the status."""
    hangs_up: Seconds | None = None
    """How long after its answer it hangs up; None: never."""
    early: bool = False
    """It is heard from its ringing on."""
    target: str = ""
    """Where it sends the call by refusing with a 3xx."""
    silent: bool = False
    """Not even 100 Trying comes back."""


def answers(after: Seconds = 1.0, *, talks: Seconds | None = None) -> PhoneScript:
    """Rings, answers, and hangs up `talks` seconds later (None: waits for the other side to)."""
    return PhoneScript(answers=after, hangs_up=talks)


def busy(after: Seconds = 0.0) -> PhoneScript:
    """486 without ringing."""
    return PhoneScript(rings=None, refuses=(after, 486))


def rejects(after: Seconds = 1.0, status: int = 603) -> PhoneScript:
    """Rings, then the agent presses reject."""
    return PhoneScript(refuses=(after, status))


def forwards(target: str, after: Seconds = 0.0) -> PhoneScript:
    """302 to another address."""
    return PhoneScript(rings=None, refuses=(after, 302), target=target)


def never_answers() -> PhoneScript:
    """Rings for ever."""
    return PhoneScript()


def drops_after_answer(after: Seconds = 1.0, delay: Seconds = 0.0) -> PhoneScript:
    """Answers, and is gone `delay` seconds later."""
    return PhoneScript(answers=after, hangs_up=delay)


def unreachable(after: Seconds = 0.0, status: int = 408) -> PhoneScript:
    """No phone there."""
    return PhoneScript(rings=None, refuses=(after, status))


def silent() -> PhoneScript:
    """Nobody there, and no word about it."""
    return PhoneScript(rings=None, silent=True)


def play(script: PhoneScript, leg: FakeLeg) -> None:
    """Set the script's moments. Even a moment of 0 comes after `dial` has returned."""
    if script.rings is not None:
        status = 183 if script.early else 180
        leg.after(script.rings, partial(leg.ring_remotely, status, early=script.early))
    if script.refuses is not None:
        leg.after(script.refuses[0], leg.refuse, script.refuses[1], "", script.target)
    if script.answers is not None:
        leg.after(script.answers, leg.answer_remotely)
        if script.hangs_up is not None:
            leg.after(script.answers + script.hangs_up, leg.hang_up)
