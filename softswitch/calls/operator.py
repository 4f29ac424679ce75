"""What people do to agents and calls by an interface, each with its event: who, what, to whom."""

from __future__ import annotations

from dataclasses import dataclass

from softswitch.acd.events import (
    AgentPaused,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    WrapUpEnded,
    WrapUpExtended,
)
from softswitch.calls.amending import Amending
from softswitch.calls.call import Call
from softswitch.calls.moving import Usher
from softswitch.calls.originator import Originator, Then, check_number, known
from softswitch.calls.overseeing import Overseer
from softswitch.calls.playing import Hearer, Playing, Wanted
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.errors import AudioError, ControlError, NoSuch, NotNow
from softswitch.ports import Referral
from softswitch.types import AgentName, CallId, Destination, EndedBy, Language, Prompt, QueueName, Seconds

BY_STATUS = {
    403: "the agent may not transfer there, or it is a code and no number",
    404: "nobody has that number",
    486: "who is there is busy",
    491: "a transfer is being tried already",
}
"""Why a transfer does not begin, by the status that a phone would get."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """What is to be played: a sound of the configuration, else a text."""

    sound: str | None = None
    """Its name in `sounds`."""
    text: str = ""
    """What is said."""
    language: str | None = None
    """Of the text; None: the call's."""


class Operator:
    """Everything happens at once, on the loop; `by` is who does it, for the record."""

    def __init__(self, switch: Switch, supervisor: Supervisor) -> None:
        self._switch = switch
        self._supervisor = supervisor
        self._originator = Originator(switch, supervisor)
        self.overseer = Overseer(switch, supervisor, self._originator, self.changed)
        """What supervisors do in conversations."""
        self.usher = Usher(switch, supervisor, self.changed, self.take_callback)
        """What they do to those who wait."""
        self.amending = Amending(switch, self.changed)
        """What they change for a while."""

    def pause(self, agent: str, reason: str, by: str) -> None:
        """Let an agent take no offers until resumed. Raises NoSuch."""
        self._switch.dispatcher.feed(AgentPaused(self._agent(agent), reason))
        self.changed(by, "pause", agent, reason)

    def resume(self, agent: str, by: str) -> None:
        """Let an agent take offers again. Raises NoSuch."""
        self._switch.dispatcher.feed(AgentResumed(self._agent(agent)))
        self.changed(by, "resume", agent)

    def sign_in(self, agent: str, queue: str | None, by: str) -> None:
        """Let an agent take calls of a queue again, None: of all. Raises NoSuch."""
        self._switch.dispatcher.feed(AgentSignedIn(self._agent(agent), self._queue(queue)))
        self.changed(by, "sign-in", agent, queue or "")

    def sign_out(self, agent: str, queue: str | None, by: str) -> None:
        """Let an agent take no more calls of a queue, None: of all. Raises NoSuch."""
        self._switch.dispatcher.feed(AgentSignedOut(self._agent(agent), self._queue(queue)))
        self.changed(by, "sign-out", agent, queue or "")

    def dial(self, agent: str, number: str, by: str) -> CallId:
        """Ring an agent's phone, and call a number from there. Raises as `Originator` does."""
        call = self._originator.dial(self._agent(agent), number, by)
        self.changed(by, "dial", agent, number)
        return call

    def originate(self, to: str, then: Then, ring: Seconds, by: str) -> CallId:
        """Ring somebody, and lead them on once they answer. Raises as `Originator` does."""
        call = self._originator.call(to, then, ring, by)
        self.changed(by, "call", to, call)
        return call

    def destination(self, then: Then) -> Destination:
        """Where somebody goes. Raises NoSuch."""
        return self._originator.destination(then)

    def end_wrap_up(self, agent: str, by: str) -> None:
        """An agent has done with the notes. Raises NoSuch; NotNow: no notes are being written."""
        self._switch.dispatcher.feed(WrapUpEnded(self._writer(agent)))
        self.changed(by, "wrap-up", agent, "end")

    def extend_wrap_up(self, agent: str, seconds: Seconds | None, by: str) -> None:
        """An agent needs more time for the notes; None: so much as the code gives. Raises as the other."""
        more = self._switch.settings.features.wrap_up_extend if seconds is None else seconds
        self._switch.dispatcher.feed(WrapUpExtended(self._writer(agent), more))
        self.changed(by, "wrap-up", agent, f"{more:g} s more")

    def hang_up(self, call: str, by: str) -> None:
        """End a call, whatever it is doing. Raises NoSuch."""
        found = self._call(call)
        self.changed(by, "hang-up", call)
        if found.queue is not None and found.agent is None:
            found.hung_up_by = EndedBy.SWITCH  # who waits has not given up
        found.leg.hangup(reason=f"Hung up by {by}")

    def transfer(self, call: str, number: str, by: str) -> None:
        """Send the other side of an agent's conversation elsewhere, as the agent's own phone would.

        Raises NoSuch; NotNow: nobody talks in it, or the transfer could not begin; ControlError: no number.
        """
        check_number(number)
        conversation = self._switch.exchange.conversations.get(self._call(call).leg.id)
        mover = None if conversation is None else conversation.agents_leg()
        if conversation is None or mover is None:
            raise NotNow(f"call {call} is not with an agent; a transfer takes the place of one who talks")
        answers: list[int] = []
        status = self._switch.exchange.refer(conversation, mover, Referral(number, answers.append))
        refused = next((each for each in (status, *answers) if each >= 300), None)
        if refused is not None:
            why = BY_STATUS.get(refused, f"it was refused with {refused}")
            raise NotNow(f"call {call} stays where it is: {number!r}: {why}")
        self.changed(by, "transfer", call, number)

    def cancel_callback(self, callback: str, by: str) -> str:
        """Call somebody back no more; returns whom. Raises NoSuch; NotNow: they talk already."""
        case = self._switch.callbacks.cancel(callback, by)
        self.changed(by, "cancel-callback", callback, case.number)
        return case.number

    def take_callback(self, callback: str, agent: str, by: str) -> CallId:
        """Call somebody back out of turn, from an agent's phone; if the two do not come to talk, it has
        its place again. Raises as `dial`, and NoSuch, NotNow: it is being called already.
        """
        case = self._switch.callbacks.free(callback)
        id = self._originator.dial(self._agent(agent), case.number, by)
        call = self._supervisor.find(id)
        assert call is not None
        case.taken(call, AgentName(agent))
        self.changed(by, "take-callback", callback, case.number)
        return id

    async def play(self, call: str, what: Sounds, to: Hearer, by: str) -> None:
        """Play a sound into a call, once it is rendered. Raises NoSuch; NotNow: nobody is there to hear it;
        ControlError: it cannot be spoken.
        """
        name, prompt = self._prompt(what)
        try:
            clip = await self._switch.speech.prompt(prompt, self._call(call).language)
        except AudioError as error:
            raise ControlError(f"{name!r} cannot be played: {error}") from None
        found = self._call(call)
        found.playing = found.playing or Playing(self._switch, found)
        found.playing.play(Wanted(name, clip, to, by))
        self.changed(by, "play", call, name)

    def stop_playing(self, call: str, by: str) -> None:
        """End the sound that is played into a call. Raises NoSuch; NotNow: none is."""
        found = self._call(call)
        if found.playing is None or not found.playing.stop("stopped", by):
            raise NotNow(f"nothing is played into call {call}")
        self.changed(by, "stop-playing", call)

    def _prompt(self, what: Sounds) -> tuple[str, Prompt]:
        media = self._switch.settings.media
        if what.sound is not None:
            known("sound", what.sound, media.sounds)
            return what.sound, media.sounds[what.sound]
        if what.language is not None:
            known("language", what.language, media.languages)
            return what.text, Prompt({Language(what.language): what.text})
        return what.text, Prompt(dict.fromkeys(media.languages, what.text))

    def changed(self, by: str, what: str, of: str, how: str = "") -> None:
        """Put a change on record."""
        self._switch.journal.note("Changed", by=by, what=what, of=of, how=how)

    def check_agent(self, name: str) -> None:
        """Raises NoSuch unless there is an agent of that name."""
        known("agent", name, self._switch.settings.engine.agents)

    def _agent(self, name: str) -> AgentName:
        self.check_agent(name)
        return AgentName(name)

    def _writer(self, name: str) -> AgentName:
        agent = self._agent(name)
        if not self._switch.dispatcher.engine.wraps_up(agent):
            raise NotNow(f"{name} is not writing notes on a call; `softswitch agents` shows who is")
        return agent

    def _queue(self, name: str | None) -> QueueName | None:
        if name is None:
            return None
        known("queue", name, self._switch.settings.engine.queues)
        return QueueName(name)

    def _call(self, id: str) -> Call:
        found = self._supervisor.find(CallId(id))
        if found is None:
            raise NoSuch(f"no call {id!r} is in progress; /api/v1/calls/live shows those that are")
        return found
