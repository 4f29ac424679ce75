"""One agent's desk: what is at hand, and what is done about it. Belongs to the loop's thread."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, cast

from softswitch.access import COMMAND_LINE, Principal, Role
from softswitch.acd.snapshot import AgentView
from softswitch.calls.operator import Operator
from softswitch.calls.supervisor import Supervisor
from softswitch.calls.switch import Switch
from softswitch.config.nearest import did_you_mean
from softswitch.errors import ControlError, NoSuch, NotAllowed, NotNow
from softswitch.hours import midnight
from softswitch.kinds import Kind
from softswitch.panel.cards import WRITING, Card, blank, card_of
from softswitch.panel.notebook import Notebook
from softswitch.ports import JsonValue, Recorded
from softswitch.texts import LINE_OR_NOTHING, LINES_OR_NOTHING, NOTES, WORD
from softswitch.types import AgentName, CallId

Talked = Callable[[str], Awaitable[bytes | None]]
"""Who talked in a call, by the database: `librarian.Desk.talked`."""


class PanelDesk:
    """`web.operations.Panel`."""

    def __init__(self, switch: Switch, supervisor: Supervisor, operator: Operator, talked: Talked) -> None:
        self._switch = switch
        self._supervisor = supervisor
        self._operator = operator
        self._talked = talked
        self._notebook = Notebook()

    def hear(self, event: Recorded) -> None:
        """The record's newest event (`Journal.subscribe`)."""
        self._notebook.hear(event)
        if event.kind == Kind.CONVERSATION_ENDED and event.call is not None and event.data.get("agent"):
            call = self._supervisor.find(event.call)
            if call is not None:  # it is told before anything of it is forgotten
                card = card_of(self._switch, call, AgentName(str(event.data["agent"])))
                self._notebook.keep({**card, "phase": WRITING})

    @property
    def midnight(self) -> float:
        """When the day began, in seconds since the epoch."""
        return midnight(self._switch.clock.now(), self._switch.settings.zone)

    def queues_of(self, agent: str | None) -> tuple[str, ...]:
        """Which an agent serves; none of nobody."""
        if agent is None or agent not in self._switch.settings.engine.agents:
            return ()
        return tuple(self._view(agent).queues)

    def view(self, agent: str) -> JsonValue:
        """`web.panel_models.Desk`. Raises NoSuch."""
        view, settings = self._view(agent), self._switch.settings
        ahead = self._switch.clock.now() - asyncio.get_running_loop().time()
        limits = settings.engine.pauses
        desk: dict[str, Any] = {
            "agent": agent,
            "label": settings.phones[view.name].name,
            "at": round(self._switch.clock.now(), 2),
            "state": view.state.value,
            "since": round(view.since + ahead, 2),
            "until": None if view.until is None else round(view.until + ahead, 2),
            "paused": view.paused,
            "queues": [
                {
                    "name": name,
                    "label": settings.queue_labels.get(name, name),
                    "signed_in": name not in view.signed_out,
                }
                for name in view.queues
            ],
            "pauses": [
                {"reason": reason, "limit": limits.get(reason)}
                for reason in dict.fromkeys(settings.features.reasons.values())
            ],
            "dispositions": {name: list(words) for name, words in settings.dispositions.items()},
            "extend": settings.features.wrap_up_extend,
            "calls": [self._with_notes(card, agent) for card in self._cards(view)],
        }
        return desk

    async def caller_in(self, agent: str, call: str, who: Principal) -> str | None:
        """See `web.operations.Panel`."""
        card = self._card(agent, call)
        if card is not None and card["came"] is not None:
            return str(card["number"])
        await self._queue(agent, call, who)
        return None

    async def write(
        self, agent: str, call: str, notes: str, disposition: str, seen: float | None, who: Principal
    ) -> float:
        """Put notes on record, in place of those of this agent that are there; returns when that was.
        `seen`: the moment of those that the writer had before, None: whichever. Raises NoSuch, NotAllowed;
        NotNow: others have been written meanwhile; ControlError: no such disposition; StoreError.
        """
        queue = await self._queue(agent, call, who)
        known = self._switch.settings.dispositions.get(queue, ())
        if disposition and known and disposition not in known:
            near = did_you_mean(disposition, known)
            raise ControlError(f"{disposition!r} is no disposition of queue {queue!r}{near}")
        last = self._notebook.written(call, agent)
        if last is not None and seen is not None and last.at > seen + 0.001:
            raise NotNow("other notes were written on this call meanwhile; look at them first")
        if last is None or (last.notes, last.disposition) != (notes, disposition):
            self._switch.journal.note(
                Kind.NOTES_WRITTEN,
                CallId(call),
                agent=agent,
                queue=queue,
                notes=notes,
                disposition=disposition,
                by=who.name,
            )
        written = self._notebook.written(call, agent)
        return self._switch.clock.now() if written is None else written.at

    async def only_agent(self, call: str) -> str:
        """Who talks or talked in a call. Raises NoSuch; ControlError: several did, or nobody."""
        found = await self._talked(call)
        if found is None:
            live = self._supervisor.find(CallId(call))
            if live is None:
                raise NoSuch(f"no call {call!r} is known")
            agents = [live.agent] if live.agent is not None else []
        else:
            agents = list(json.loads(found)["agents"])
        if len(agents) != 1:
            said = f"{' and '.join(agents)} talked" if agents else "nobody talked"
            raise ControlError(f"{said} in call {call}; say whose notes they are")
        return str(agents[0])

    def hang_up(self, agent: str, call: str, who: Principal) -> None:
        """End a call that is in an agent's hands. Raises NoSuch, NotNow."""
        found = self._card(agent, call)
        if found is None or found["phase"] == WRITING:
            raise NotNow(f"{agent} is not in call {call} (any more)")
        self._operator.hang_up(call, who.name)

    async def callbacks(self, agent: str) -> list[dict[str, Any]]:
        """Who is to be called back by the queues of an agent, the first wanted first. Raises NoSuch."""
        queues = self._view(agent).queues
        cases = sorted(self._switch.callbacks.cases.values(), key=lambda case: case.wanted)
        return [cast(dict[str, Any], case.describe()) for case in cases if case.queue in queues]

    def take(self, agent: str, callback: str, who: Principal) -> str:
        """See `web.operations.Panel`."""
        queues, case = self._view(agent).queues, self._switch.callbacks.cases.get(CallId(callback))
        if case is not None and case.queue not in queues:
            raise NotAllowed(f"callback {callback} is of queue {case.queue!r}, which {agent} does not serve")
        return self._operator.take_callback(callback, agent, who.name)

    async def _queue(self, agent: str, call: str, who: Principal) -> str:
        """By which queue an agent came to a call; empty: by none. Raises as `write`."""
        card = self._card(agent, call)
        if card is not None and card["came"] is not None:
            return str(card["queue"])
        found = await self._talked(call)
        if found is None:
            raise NoSuch(f"no call {call!r} is known")
        told: dict[str, Any] = json.loads(found)
        if agent not in told["agents"]:
            raise NotAllowed(f"{agent} did not talk in call {call}")
        ended, retention = told["ended"], self._switch.settings.privacy.retention
        if ended is not None:
            if not who.role.allows(Role.SUPERVISOR) and ended < self.midnight:
                raise NotAllowed("agents write on calls of the day; on others a supervisor does")
            if retention is not None and ended < self._switch.clock.now() - retention:
                raise NotNow("that is longer ago than `privacy.retention`: who called is forgotten")
        return str(told["agents"][agent])

    def _view(self, agent: str) -> AgentView:
        self._operator.check_agent(agent)
        return self._switch.dispatcher.engine.agent(AgentName(agent), asyncio.get_running_loop().time())

    def _card(self, agent: str, call: str) -> Card | None:
        """A call that is in that agent's hands."""
        return next((card for card in self._cards(self._view(agent)) if card["call"] == call), None)

    def _cards(self, view: AgentView) -> list[Card]:
        """What is in an agent's hands, then what notes are written on."""
        cards, known_as = [], self._switch.dispatcher.known_as
        for id in view.calls:
            call = self._supervisor.find(known_as.get(id, id))
            if call is not None:
                cards.append(card_of(self._switch, call, view.name))
        for id in view.writing:
            on_record = self._notebook.on_record(id)
            cards.append(self._notebook.card(on_record) or blank(on_record))
        return cards

    def _with_notes(self, card: Card, agent: str) -> Card:
        written = self._notebook.written(card["call"], agent)
        said: Card = {"notes": "", "disposition": "", "written": None}
        if written is not None:
            said = {"notes": written.notes, "disposition": written.disposition, "written": written.at}
        return {
            **card,
            **said,
            "dispositions": list(self._switch.settings.dispositions.get(card["queue"], ())),
        }


def handlers(desk: PanelDesk) -> dict[str, Callable[..., Awaitable[JsonValue]]]:
    """The commands of the control socket."""

    async def notes_write(call: str, notes: str, disposition: str, agent: str | None = None) -> JsonValue:
        if len(notes) > NOTES or not re.fullmatch(LINES_OR_NOTHING, notes):
            raise ControlError(f"notes are a text of at most {NOTES} characters, in one line or more")
        if len(disposition) > WORD or not re.fullmatch(LINE_OR_NOTHING, disposition):
            raise ControlError(f"a disposition is a word or some, of at most {WORD} characters")
        whose = agent or await desk.only_agent(call)
        written = await desk.write(whose, call, notes, disposition, None, COMMAND_LINE)
        return {"agent": whose, "written": written}

    return {notes_write.__name__: notes_write}
