"""Lamps on agents' phones: SUBSCRIBE to `dialog` and `message-summary`, and the NOTIFYs that follow.

PJSIP's own way would be `pjsip_evsub`, with a dialog, a session and two timers for each lamp in C, and a
callback for each of their moments. Here the gate lets Python answer each SUBSCRIBE without a transaction, as
it does REGISTER; the table of subscriptions is pure and tested on virtual time (`softswitch.watching`); and
PJSIP only carries the NOTIFYs. So a lamp costs 2 kB, a flood of SUBSCRIBEs holds nothing, and nothing in C
outlives a mistake.

Only agents may watch, by digest; who talks to whom is nobody else's business. After a restart the switch
knows no subscription: it says 481 to a refresh, and the phone begins anew (RFC 6665 section 4.1.2.2).
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

import structlog

from softswitch import siptext
from softswitch.ports import Mailboxes, Recorded
from softswitch.sip.gate import Answer, Gate, Request
from softswitch.sip.proofs import Proofs
from softswitch.sip.sender import Outgoing, Told
from softswitch.types import AgentName, Messages, Party, Seconds
from softswitch.watching import dialog_info, message_summary
from softswitch.watching.lamps import Dialog, DialogState, Lamps
from softswitch.watching.request import BODIES, Malformed, Subscribe, read
from softswitch.watching.subscriptions import Notice, Outcome, Subscription, Subscriptions
from softswitch.watching.watched import Lamp, Watchable, Watched

log = structlog.get_logger(__name__)

EVENTS = ", ".join(BODIES)
"""The value of Allow-Events."""

BURST, PAUSE = 10, 0.005
"""So many NOTIFYs in one turn of the loop, and so long (s) until the next: calls come before lamps."""

COME_BACK: Seconds = 10.0
"""How long phones wait before they subscribe again when the switch stops; up to four times as long, each a
different time."""

QUIET: Seconds = 60.0
"""Between two lines in the log about one agent who wants too much."""


class Sends(Protocol):
    """`sender.Sender`, as far as it is needed here."""

    def send(self, request: Outgoing, told: Told) -> None:
        """Send it, and tell the status of the answer; 0: none."""


class Watching:
    """The subscriptions of the running switch."""

    def __init__(self, sender: Sends, proofs: Proofs, table: Subscriptions | None = None) -> None:
        self.mailboxes: Mailboxes | None = None
        """Where there is voicemail; until then no mailbox holds anything."""
        self._sender = sender
        self._proofs = proofs
        self._table = Subscriptions(lambda: secrets.token_hex(8)) if table is None else table
        self._lamps = Lamps()
        self._watchable = Watchable()
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.TimerHandle | None = None
        self._pump: asyncio.Handle | None = None
        self._closed = False
        self._complained: dict[AgentName, Seconds] = {}
        """When the log was last told that an agent wants too much."""

    def install(self, gate: Gate) -> None:
        """Decide from now on."""
        gate.handle("SUBSCRIBE", self.subscribe)

    def apply(self, numbers: Mapping[str, AgentName], pause: str, watchers: Iterable[AgentName]) -> None:
        """Put settings in force: what can be watched, and by whom; what nobody may watch any more ends."""
        self._watchable = Watchable(numbers, pause)
        there, may = set(numbers.values()), set(watchers)
        for one in self._table:
            if one.agent not in may:
                self._table.end(one, "rejected")
            elif one.watched.agent not in there:
                self._table.end(one, "noresource")
        self._work()

    def close(self) -> None:
        """Tell everybody to come back in a moment: the switch stops."""
        for one in self._table:
            wait = round(COME_BACK * (1 + 3 * (one.serial % 16) / 16))
            self._table.end(one, f"probation;retry-after={wait}")
        while (notice := self._table.take(self._loop.time())) is not None:
            self._notify(notice)
        self._closed = True
        for handle in (self._end, self._pump):
            if handle is not None:
                handle.cancel()

    def counts(self) -> Counter[str]:
        """Subscriptions by where they come from, as `192.0.2.7:5060`."""
        return Counter(f"{one.asked.source.host}:{one.asked.source.port}" for one in self._table)

    # SUBSCRIBE ---------------------------------------------------------------------------------------

    def subscribe(self, request: Request) -> Answer:
        """The notifier's answer (RFC 6665 section 4.2.1)."""
        if self._closed:
            return Answer(503)
        asked = read(request.message.headers, request.received)
        if isinstance(asked, Malformed):
            log.debug("watch.malformed", source=request.source, why=asked.why)
            return Answer(400)
        if asked.package not in BODIES:
            return Answer(489, {"Allow-Events": EVENTS})
        if request.in_dialog:
            return Answer(403)  # of a call; 481 would end it
        return self._again(request, asked) if asked.our_tag else self._anew(request, asked)

    def _anew(self, request: Request, asked: Subscribe) -> Answer:
        proof = self._proofs.of(request)
        if isinstance(proof, Answer):
            return proof
        if not asked.accepts:
            return Answer(406, {"Accept": BODIES[asked.package]})
        uri = siptext.uri(request.message.uri)
        watched = 404 if uri is None else self._watchable.find(asked.package, uri.user, proof.agent)
        if isinstance(watched, int) or uri is None:
            return Answer(watched if isinstance(watched, int) else 404)
        port = "" if uri.port is None else f":{uri.port}"
        host = f"[{uri.host}]" if ":" in uri.host else uri.host
        entity = f"sip:{uri.user}@{host}{port}"
        outcome = self._table.subscribe(asked, proof.agent, watched, entity, request.here, self._loop.time())
        return self._answer(outcome, proof.agent, request)

    def _again(self, request: Request, asked: Subscribe) -> Answer:
        found = self._table.find(asked)
        if found is None:
            return Answer(481)
        proof = self._proofs.of(request)
        if isinstance(proof, Answer):
            return proof
        if proof.agent != found.agent:
            return Answer(403)
        return self._answer(self._table.refresh(found, asked, self._loop.time()), proof.agent, request)

    def _answer(self, outcome: Outcome, agent: AgentName, request: Request) -> Answer:
        made = outcome.subscription
        if made is None:
            if outcome.status in (403, 503):
                self._complain(agent, request.source, outcome.why)
            brief = {"Min-Expires": str(round(outcome.granted))} if outcome.status == 423 else {}
            return Answer(outcome.status, brief)
        self._work()
        headers = {"Expires": str(round(outcome.granted)), "Contact": f"<{made.here}>"}
        return Answer(200, headers, tag=made.our_tag)

    def _complain(self, agent: AgentName, source: str, why: str) -> None:
        """Once a minute for each agent: phones ask again and again."""
        now = self._loop.time()
        if now - self._complained.get(agent, float("-inf")) >= QUIET:
            self._complained[agent] = now
            log.warning("watch.refused", agent=agent, source=source, why=why)

    # NOTIFY ------------------------------------------------------------------------------------------

    def hear(self, event: Recorded) -> None:
        """Something happened."""
        touched = self._lamps.hear(event.kind, event.call, event.data)
        for agent in touched:
            lamp = Lamp.CALLS if event.call is not None else Lamp.PAUSE
            self._table.changed(Watched(lamp, agent))
        if touched:
            self._work()

    def mailbox_changed(self, agent: AgentName) -> None:
        """A mailbox holds something else than before."""
        self._table.changed(Watched(Lamp.MAILBOX, agent))
        self._work()

    def _work(self) -> None:
        """Send what is due, in a moment: an answer goes before the NOTIFY that follows from it."""
        if self._closed:
            return
        if self._table.is_due and self._pump is None:
            self._pump = self._loop.call_soon(self._send)
        due = self._table.next_deadline()
        if self._end is not None and self._end.when() != due:
            self._end.cancel()
            self._end = None
        if self._end is None and due is not None:
            self._end = self._loop.call_at(due, self._expire)

    def _expire(self) -> None:
        self._end = None
        self._table.expire(self._loop.time())
        self._work()

    def _send(self) -> None:
        self._pump = None
        now = self._loop.time()
        for _ in range(BURST):
            if (notice := self._table.take(now)) is None:
                break
            self._notify(notice)
        if self._table.is_due and not self._closed:
            self._pump = self._loop.call_later(PAUSE, self._send)

    def _notify(self, notice: Notice) -> None:
        one = notice.subscription
        headers = {
            "From": one.ours,
            "To": one.asked.theirs,
            "Call-ID": one.asked.call_id,
            "CSeq": f"{one.cseq} NOTIFY",
            "Contact": f"<{one.here}>",
            "Event": one.asked.event,
            "Subscription-State": notice.state,
        }
        body = BODIES[one.asked.package], self._document(one)
        request = Outgoing("NOTIFY", one.asked.contact, headers, one.asked.route, body)
        self._sender.send(request, lambda status: self._over(notice, status))

    def _over(self, notice: Notice, status: int) -> None:
        self._table.over(notice, status)
        self._work()

    def _document(self, one: Subscription) -> str:
        watched = one.watched
        if watched.lamp is Lamp.MAILBOX:
            messages = self.mailboxes.messages(watched.agent) if self.mailboxes else Messages()
            return message_summary.document(one.entity, messages)
        dialogs = (
            self._paused(watched.agent) if watched.lamp is Lamp.PAUSE else self._lamps.dialogs(watched.agent)
        )
        alive = frozenset(dialog.id for dialog in dialogs)
        ended, one.told = one.told - alive, alive
        return dialog_info.document(one.entity, one.version, dialogs, ended)

    def _paused(self, agent: AgentName) -> tuple[Dialog, ...]:
        """A pause as the call that a lamp can show."""
        lit = self._lamps.is_paused(agent)
        return (Dialog("pause", DialogState.CONFIRMED, Party("pause")),) if lit else ()
