"""An agent's desk over a whole switch on fakes: what is at hand, notes, hanging up, who may do what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from softswitch.access import Principal, Role
from softswitch.calls.operator import Operator
from softswitch.errors import ControlError, NoSuch, NotAllowed, NotNow
from softswitch.jsontext import dumps
from softswitch.panel.cards import blank, link
from softswitch.panel.desk import PanelDesk, handlers
from softswitch.ports import Clock, JsonValue, Recorded
from softswitch.testing.fakes import FakeJournal, answers
from softswitch.types import AgentName, CallId, LegState
from tests.calls.house import SUPPORT, House, house, queue, settings

pytestmark = pytest.mark.virtual_time

DESK = "desk-201"
ANNA, SAM = Principal("user anna", Role.AGENT, DESK), Principal("user sam", Role.SUPERVISOR)


class Past:
    """What the record says of calls that are over."""

    def __init__(self) -> None:
        self.calls: dict[str, dict[str, Any]] = {}

    async def talked(self, call: str) -> bytes | None:
        found = self.calls.get(call)
        return None if found is None else dumps(found)


class Telling:
    """A journal whose notes a desk hears."""

    def __init__(self, journal: FakeJournal, desk: PanelDesk, clock: Clock) -> None:
        self._journal = journal
        self._desk = desk
        self._clock = clock

    def note(self, kind: str, call: CallId | None = None, /, **data: JsonValue) -> None:
        self._journal.note(kind, call, **data)
        self._desk.hear(Recorded(len(self._journal.notes), self._clock.now(), kind, call, data))


@asynccontextmanager
async def a_desk(script: Any, **more: Any) -> AsyncIterator[tuple[House, PanelDesk, Past]]:
    plain = settings(queue(agents=(AgentName(DESK),), wrap_up=20.0))
    async with house({"201": script}, replace(plain, **more)) as it:
        past, noted = Past(), it.journal
        desk = PanelDesk(it.switch, it.supervisor, Operator(it.switch, it.supervisor), past.talked)

        it.switch.journal = Telling(noted, desk, it.switch.clock)
        yield it, desk, past


def seen(desk: PanelDesk) -> Any:
    return desk.view(DESK)


async def test_who_rings_talks_and_is_written_on_is_at_hand() -> None:
    async with a_desk(answers(after=3.0, talks=5.0), panel_link="https://crm.example/?n={number}") as (
        it,
        desk,
        _,
    ):
        assert (seen(desk)["state"], seen(desk)["calls"]) == ("free", [])
        it.call(number="+48600100200", name="Ann")
        await asyncio.sleep(1)
        (card,) = seen(desk)["calls"]
        assert (card["phase"], card["number"], card["name"]) == ("ringing", "+48600100200", "Ann")
        assert (card["queue"], card["label"], card["priority"]) == (SUPPORT, "Support", "default")
        assert card["link"] == "https://crm.example/?n=%2B48600100200"
        assert card["connected"] is None
        await asyncio.sleep(3)
        (card,) = seen(desk)["calls"]
        assert (card["phase"], card["connected"] - card["waits"]) == ("talking", pytest.approx(3.0, abs=0.1))
        await desk.write(DESK, card["call"], "tea", "", None, ANNA)
        await asyncio.sleep(6)
        (card,) = seen(desk)["calls"]
        assert (card["phase"], card["number"], card["notes"]) == ("writing", "+48600100200", "tea")
        assert seen(desk)["until"] - seen(desk)["at"] == pytest.approx(18.0, abs=1.0)
        await desk.write(DESK, card["call"], "green tea", "sold", None, ANNA)
        assert seen(desk)["calls"][0]["disposition"] == "sold"
        (first, second) = it.journal.find("NotesWritten")
        assert (first.data["notes"], second.data["notes"], second.call) == ("tea", "green tea", card["call"])
        assert (second.data["agent"], second.data["queue"], second.data["by"]) == (DESK, SUPPORT, "user anna")
        await asyncio.sleep(20)
        assert seen(desk)["calls"] == []


async def test_the_same_notes_again_are_no_event_and_newer_ones_are_not_replaced_unseen() -> None:
    async with a_desk(answers()) as (it, desk, _):
        it.call()
        await asyncio.sleep(2)
        (card,) = seen(desk)["calls"]
        first = await desk.write(DESK, card["call"], "one", "", None, ANNA)
        await asyncio.sleep(1)
        assert await desk.write(DESK, card["call"], "one", "", first, ANNA) == first
        assert len(it.journal.find("NotesWritten")) == 1
        await desk.write(DESK, card["call"], "of the other tab", "", first, ANNA)
        with pytest.raises(NotNow, match="meanwhile"):
            await desk.write(DESK, card["call"], "mine", "", first, ANNA)
        await desk.write(DESK, card["call"], "mine", "", None, ANNA)
        assert seen(desk)["calls"][0]["notes"] == "mine"


async def test_a_disposition_is_one_of_the_queues() -> None:
    listed = {SUPPORT: ("sold", "call again")}
    async with a_desk(answers(), dispositions=listed) as (it, desk, _):
        it.call()
        await asyncio.sleep(2)
        (card,) = seen(desk)["calls"]
        assert card["dispositions"] == ["sold", "call again"]
        with pytest.raises(
            ControlError, match=r"'solt' is no disposition of queue 'support'; did you mean 'sold'"
        ):
            await desk.write(DESK, card["call"], "", "solt", None, ANNA)
        await desk.write(DESK, card["call"], "", "sold", None, ANNA)


async def test_the_command_line_writes_for_who_talked_and_asks_where_that_was_not_one() -> None:
    async with a_desk(answers()) as (it, desk, past):
        write = handlers(desk)["notes_write"]
        it.call()
        await asyncio.sleep(2)
        (card,) = seen(desk)["calls"]
        assert (await write(card["call"], "<b>tea</b>", "sold"))["agent"] == DESK
        (note,) = it.journal.find("NotesWritten")
        assert (note.data["by"], note.data["notes"]) == ("command line", "<b>tea</b>")
        past.calls = {
            "two": {"agents": {DESK: "support", "desk-202": "support"}, "ended": None},
            "nobody": {"agents": {}, "ended": None},
        }
        with pytest.raises(ControlError, match=r"desk-201 and desk-202 talked in call two; say whose"):
            await write("two", "x", "")
        assert (await write("two", "x", "", DESK))["agent"] == DESK
        for call, error in (("nobody", ControlError), ("none", NoSuch)):
            with pytest.raises(error):
                await write(call, "x", "")
        for notes, how in (("x" * 4001, ""), ("bell \a", ""), ("x", "two\nlines"), ("x", "x" * 65)):
            with pytest.raises(ControlError, match="at most"):
                await write("two", notes, how, DESK)


async def test_agents_write_on_their_own_calls_of_the_day_and_supervisors_on_older_ones() -> None:
    async with a_desk(answers()) as (it, desk, past):
        now = it.switch.clock.now()
        past.calls = {
            "mine": {"agents": {DESK: "support"}, "ended": now - 60},
            "old": {"agents": {DESK: "support"}, "ended": desk.midnight - 60},
            "other": {"agents": {"desk-202": "support"}, "ended": now - 60},
        }
        await desk.write(DESK, "mine", "later", "", None, ANNA)
        for call, error in (("old", NotAllowed), ("other", NotAllowed), ("none", NoSuch)):
            with pytest.raises(error):
                await desk.write(DESK, call, "x", "", None, ANNA)
            if call != "old":
                with pytest.raises(error):
                    await desk.caller_in(DESK, call, ANNA)
        await desk.write(DESK, "old", "by a supervisor", "", None, SAM)
        assert [one.data["by"] for one in it.journal.find("NotesWritten")] == ["user anna", "user sam"]
        privacy = replace(it.switch.settings.privacy, retention=3600.0)
        it.switch.settings = replace(it.switch.settings, privacy=privacy)
        with pytest.raises(NotNow, match=r"privacy\.retention"):
            await desk.write(DESK, "old", "x", "", None, SAM)


async def test_what_was_written_is_forgotten_with_the_caller() -> None:
    async with a_desk(answers()) as (it, desk, _):
        it.call()
        await asyncio.sleep(2)
        (card,) = seen(desk)["calls"]
        await desk.write(DESK, card["call"], "tea", "", None, ANNA)
        it.switch.journal.note("CallerErased", by="x", calls=1)
        assert seen(desk)["calls"][0]["notes"] == ""


async def test_an_agent_hangs_up_what_is_in_hand_and_nothing_else() -> None:
    async with a_desk(answers()) as (it, desk, _):
        leg = it.call()
        with pytest.raises(NotNow, match="not in call"):
            desk.hang_up(DESK, "c0ffee", ANNA)
        await asyncio.sleep(2)
        call = seen(desk)["calls"][0]["call"]
        with pytest.raises(NotNow):
            desk.hang_up("desk-202", call, SAM)
        desk.hang_up(DESK, call, ANNA)
        await asyncio.sleep(1)
        assert leg.state is LegState.ENDED
        with pytest.raises(NotNow):
            desk.hang_up(DESK, call, ANNA)
        (changed,) = it.journal.find("Changed")
        assert (changed.data["what"], changed.data["by"]) == ("hang-up", "user anna")


async def test_a_desk_knows_queues_and_reasons_and_nobody_else() -> None:
    async with a_desk(answers()) as (it, desk, _):
        Operator(it.switch, it.supervisor).sign_out(DESK, SUPPORT, "x")
        assert seen(desk)["queues"] == [{"name": SUPPORT, "label": "Support", "signed_in": False}]
        assert seen(desk)["state"] == "signed-out"
        assert desk.queues_of(DESK) == (SUPPORT,)
        assert desk.queues_of("nobody") == desk.queues_of(None) == ()
        with pytest.raises(NoSuch, match="no agent 'desk-20l'"):
            desk.view("desk-20l")


def test_what_fills_a_link_stays_in_its_place() -> None:
    card = blank("c1") | {"number": "a&b=c/../#?", "name": "Ann Ó"}
    made = link("https://crm.example/{call}?n={number}&who={name}&q={queue}", card, DESK)
    assert made == "https://crm.example/c1?n=a%26b%3Dc%2F..%2F%23%3F&who=Ann%20%C3%93&q="
    assert link(None, card, DESK) == link("https://crm.example/", blank("c1"), DESK) == ""
