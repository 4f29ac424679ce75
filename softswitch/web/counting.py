"""What is counted off the events as they happen: waits, outcomes, the quality of sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

from softswitch.ports import Recorded
from softswitch.types import CallId

WAITS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 1800)
"""Bounds of waits, in seconds: usual service levels are among them."""

TALKS = (10, 30, 60, 120, 180, 300, 480, 600, 900, 1800, 3600)
JITTERS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
LOSSES = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
ROUND_TRIPS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1.0)

SCORES = (1.0, 2.0, 2.58, 3.1, 3.6, 3.8, 4.03, 4.2, 4.34, 4.4, 4.5)
"""Bounds of MOS: among them those of the classes of ITU-T G.109 (R 50, 60, 70, 80, 90)."""

CANCELLED = 487


@dataclass(slots=True)
class _Open:
    """A call in progress."""

    queue: str = ""
    """In which it waits, or has waited last."""
    joined: float = 0.0
    waiting: bool = False
    connected: bool = False
    left: str = ""
    callback: str = ""
    """`wanted` by the caller, or the `attempt` to call back."""
    short: float = 0.0
    """Who hangs up before does not count as abandoned."""


class _Sound:
    """How good the sound of calls was."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def histogram(name: str, says: str, buckets: Sequence[float]) -> Histogram:
            return Histogram(name, says, ("side", "way"), buckets=buckets, registry=registry)

        self._jitter = Histogram(
            "softswitch_rtp_jitter_seconds",
            "Mean jitter of what came from that side, by calls that ended.",
            ("side",),
            buckets=JITTERS,
            registry=registry,
        )
        self._round_trip = Histogram(
            "softswitch_rtp_round_trip_seconds",
            "To that side and back, by RTCP, by calls that ended.",
            ("side",),
            buckets=ROUND_TRIPS,
            registry=registry,
        )
        way = "from that side, or to it as it reports (`way`), by calls that ended."
        self._loss = histogram("softswitch_rtp_loss_ratio", f"Share of packets lost {way}", LOSSES)
        self._mos = histogram("softswitch_call_mos", f"Estimated opinion score of sound {way}", SCORES)

    def hear(self, side: str, quality: Mapping[str, Any]) -> None:
        """One side of a call that ended; of events of earlier versions some fields are missing."""
        self._jitter.labels(side).observe(quality["jitter"])
        if (round_trip := quality.get("round_trip")) is not None:
            self._round_trip.labels(side).observe(round_trip)
        expected = quality["received"] + quality["lost"]
        self._note(self._loss, side, "from", quality["lost"] / expected if expected > 0 else None)
        self._note(self._mos, side, "from", quality.get("mos"))
        far_lost, sent = quality.get("far_lost"), quality["sent"]
        self._note(self._loss, side, "to", far_lost / sent if far_lost is not None and sent else None)
        self._note(self._mos, side, "to", quality.get("far_mos"))

    def _note(self, histogram: Histogram, side: str, way: str, value: float | None) -> None:
        if value is not None:
            histogram.labels(side, way).observe(value)


class Counting:
    """A subscriber of the journal, for the loop; its registry may be rendered in any thread."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._calls: dict[CallId, _Open] = {}
        on = self.registry
        self._wait = Histogram(
            "softswitch_queue_wait_seconds",
            "Waits in queues, by how they ended.",
            ("queue", "result"),
            buckets=WAITS,
            registry=on,
        )
        self._joined = Counter(
            "softswitch_queue_joined", "Callers who began to wait in a queue.", ("queue",), registry=on
        )
        self._left = Counter(
            "softswitch_queue_left",
            "Callers who left a queue without an agent, by why.",
            ("queue", "reason"),
            registry=on,
        )
        self._talk = Histogram(
            "softswitch_talk_seconds", "Conversations of agents.", ("queue",), buckets=TALKS, registry=on
        )
        self._ended = Counter("softswitch_calls", "Calls that ended, by outcome.", ("outcome",), registry=on)
        self._status = Counter(
            "softswitch_call_answers",
            "Final SIP answers to calls that ended, by status.",
            ("status",),
            registry=on,
        )
        self._packets = Counter(
            "softswitch_rtp_packets",
            "RTP packets of calls that ended, by side and direction.",
            ("side", "direction"),
            registry=on,
        )
        self._lost = Counter(
            "softswitch_rtp_lost_packets",
            "RTP packets that should have come from that side and did not, in calls that ended.",
            ("side",),
            registry=on,
        )
        self._sound = _Sound(on)
        self._messages = Counter(
            "softswitch_voicemails_left", "Messages that callers left, by mailbox.", ("mailbox",), registry=on
        )

    def hear(self, event: Recorded) -> None:
        """The newest event (`Journal.subscribe`)."""
        if event.call is None:
            return
        if event.kind == "VoicemailLeft":  # the call may be over by then
            self._messages.labels(str(event.data.get("mailbox", ""))).inc()
            return
        note = _NOTES.get(event.kind)
        if note is None:
            return
        if event.kind == "CallArrived":
            self._calls[event.call] = _Open(callback="attempt" if event.data.get("callback") else "")
        elif (call := self._calls.get(event.call)) is not None:
            note(self, call, event.at, event.data)
        if event.kind == "CallEnded":
            self._calls.pop(event.call, None)

    def _join(self, call: _Open, at: float, data: Mapping[str, Any]) -> None:
        call.queue, call.joined, call.waiting = str(data.get("queue", "")), at, True
        call.left, call.short = "", float(data.get("short") or 0.0)
        self._joined.labels(call.queue).inc()

    def _want_callback(self, call: _Open, at: float, data: Mapping[str, Any]) -> None:
        call.callback = "wanted"

    def _try(self, call: _Open, at: float, data: Mapping[str, Any]) -> None:
        call.queue = str(data.get("queue", ""))

    def _leave(self, call: _Open, at: float, data: Mapping[str, Any]) -> None:
        if not call.waiting:
            return
        call.waiting, call.left = False, str(data.get("reason", ""))
        self._left.labels(call.queue, call.left).inc()
        if call.left == "hung-up":
            waited = float(data.get("waited", at - call.joined))
            self._wait.labels(call.queue, "short" if waited < call.short else "abandoned").observe(waited)

    def _connect(self, call: _Open, at: float, data: Mapping[str, Any]) -> None:
        call.connected, call.left = True, ""
        if call.waiting:
            call.waiting = False
            waited = float(data.get("waited", at - call.joined))
            self._wait.labels(call.queue, "answered").observe(waited)

    def _talked(self, call: _Open, at: float, data: Mapping[str, Any]) -> None:
        self._talk.labels(call.queue).observe(float(data.get("talked") or 0.0))

    def _end(self, call: _Open, at: float, data: Mapping[str, Any]) -> None:
        status = int(data.get("status") or 0)
        self._ended.labels(_outcome(call, str(data.get("ended_by", "")), status)).inc()
        self._status.labels(str(status)).inc()
        for side in ("caller", "agent"):
            quality = data.get(side)
            if not quality or not quality.get("codec"):
                continue
            self._packets.labels(side, "received").inc(quality["received"])
            self._packets.labels(side, "sent").inc(quality["sent"])
            self._lost.labels(side).inc(max(0, quality["lost"]))
            self._sound.hear(side, quality)


def _outcome(call: _Open, ended_by: str, status: int) -> str:
    """The word of `store.calls.CallRecord.outcome`; a test holds the two together."""
    if call.connected:
        return "answered"
    if ended_by == "transfer":
        return "transferred"
    if call.callback:
        return "callback" if call.callback == "wanted" else "not reached"
    if call.left == "hung-up" or (ended_by == "caller" and status == CANCELLED):
        return "abandoned"
    if call.left:
        return "turned away"
    return "refused" if status >= 300 else "served"


def _nothing(_: Counting, _call: _Open, _at: float, _data: Mapping[str, Any]) -> None:
    """Only the call itself counts."""


_NOTES = {
    "CallArrived": _nothing,
    "CallerJoined": Counting._join,
    "CallbackWanted": Counting._want_callback,
    "CallbackTried": Counting._try,
    "CallerLeft": Counting._leave,
    "Connected": Counting._connect,
    "ConversationEnded": Counting._talked,
    "CallEnded": Counting._end,
}
