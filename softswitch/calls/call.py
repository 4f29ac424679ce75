"""One caller on the way through the switch: what is known of the call, for whoever serves it."""

from __future__ import annotations

from dataclasses import dataclass, field

from softswitch.ports import JsonValue, Leg
from softswitch.types import AgentName, CallId, Destination, EndedBy, Language, LegState, QueueName, Seconds


@dataclass(slots=True, eq=False)
class Call:
    """The state of one call. It lives as long as its coroutine."""

    id: CallId
    leg: Leg
    """The caller's leg."""

    language: Language
    """Rules all speech of this call; a menu may change it."""

    started: Seconds
    """When it came in, on the loop's clock."""

    priority: str | None = None
    """The caller's priority class, from the rule in `callers` that matched."""

    entered: dict[str, str] = field(default_factory=dict)
    """Numbers keyed in, by the name of the question: `customer_number`."""

    phase: str = "arriving"
    """For people: arriving, menu, waiting, ringing, talking, leaving."""

    queue: QueueName | None = None
    agent: AgentName | None = None

    diversion: Destination | None = None
    """Where the call is being sent from outside its own coroutine (see `Supervisor.divert`)."""

    @property
    def is_answered(self) -> bool:
        """Whether the caller has had a 200 OK."""
        return self.leg.state is LegState.ANSWERED

    async def answer(self) -> None:
        """Answer the caller unless that has been done. Raises LegError when the caller is gone."""
        if not self.is_answered:
            self.leg.answer()
            await self.leg.answered()

    def headers(self) -> dict[str, str]:
        """What the agent's phone is told of this call, beside the caller's number and name.

        A number that was keyed in for `customer_number` becomes `X-Customer-Number`.
        """
        headers = {"X-Call-Id": self.id}
        if self.queue:
            headers["X-Queue"] = self.queue
        for name, digits in self.entered.items():
            headers["X-" + "-".join(part.capitalize() for part in name.split("_"))] = digits
        return headers

    def ended_by(self, agent: Leg | None) -> EndedBy:
        """Which side ended a conversation: the first leg that is over tells."""
        if self.leg.ended.done() and self.leg.ended.result().remote:
            return EndedBy.CALLER
        if agent is not None and agent.ended.done() and agent.ended.result().remote:
            return EndedBy.AGENT
        return EndedBy.SWITCH

    def describe(self, now: Seconds) -> dict[str, JsonValue]:
        """A line of `softswitch calls --live`."""
        return {
            "call": self.id,
            "from": self.leg.remote.label,
            "dialled": self.leg.dialled,
            "phase": self.phase,
            "queue": self.queue,
            "agent": self.agent,
            "seconds": round(now - self.started, 1),
        }
