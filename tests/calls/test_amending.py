"""Supervisors change queues and agents for a while: by whom, until when, and what a reload makes of it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.acd.amendments import AgentChange, QueueChange
from softswitch.acd.events import SettingsChanged
from softswitch.calls.amending import next_midnight, restore_amendments
from softswitch.calls.amendments import Of
from softswitch.calls.operator import Operator
from softswitch.errors import ControlError, NoSuch, NotNow
from softswitch.ports import Recorded
from softswitch.routing import NumberRule, Routing
from softswitch.store.attendance import Attendance
from softswitch.store.records import misfits
from softswitch.testing.fakes import answers
from softswitch.types import (
    HangUp,
    MailboxName,
    MenuName,
    Prompt,
    QueueName,
    ToMenu,
    ToMessage,
    ToQueue,
    ToVoicemail,
)
from tests.calls.house import house
from tests.calls.office import SALES, SUPPORT, hung_up, office

pytestmark = pytest.mark.virtual_time

PHONES = {"201": answers(), "202": answers(1.0), "203": answers(1.0)}
HUNT, NONE = QueueChange(strategy="ring-all"), AgentChange(queues=())


@asynccontextmanager
async def switch():
    async with house(PHONES, office()) as it:
        yield it, Operator(it.switch, it.supervisor).amending
        notes = it.journal.notes
        assert [misfits(note.kind, note.data) for note in notes if misfits(note.kind, note.data)] == []


def ended(it, kind="QueueAmendmentEnded"):
    return [note.data["why"] for note in it.journal.find(kind)]


def kept(it):
    """As the next start finds it, through JSON."""
    attendance = Attendance()
    for seq, note in enumerate(it.journal.notes, 1):
        attendance.hear(Recorded(seq, note.at, note.kind, note.call, note.data))
    whole = json.loads(json.dumps(attendance.to_json()))
    again = Attendance()
    again.hear(Recorded(1, 0.0, "StateKept", None, whole))
    return list(again.amended.values())


async def test_a_queue_goes_elsewhere_until_the_moment_that_was_said() -> None:
    async with switch() as (it, amending):
        until = it.switch.clock.now() + 60
        to = QueueChange(no_agents=HangUp(), overflow=(SUPPORT,), closed=ToQueue(SUPPORT), opened=False)
        made = amending.amend(Of.QUEUE, "sales", to, until, 0, "user sam")
        assert (made.version, amending.all) == (1, [made])
        caller = it.call("700", "+48600")
        await asyncio.sleep(2)
        assert caller.hears() == {"201": 1.0}, "sales is closed, and sends to support"
        await hung_up(it, caller)
        await asyncio.sleep(60)
        assert (ended(it), amending.all) == (["over"], [])
        caller = it.call("700", "+48600")
        await asyncio.sleep(3)
        assert caller.hears() == {"203": 1.0}
        await hung_up(it, caller)
        (changed,) = it.journal.find("Changed")
        assert changed.data["what"] == "change-queue"
        assert changed.data["how"] == "opened no; closed queue support; no_agents hang up; overflow support"


async def test_of_two_at_once_the_later_is_told_what_is_there_now() -> None:
    async with switch() as (_, amending):
        amending.amend(Of.QUEUE, "sales", HUNT, None, 0, "user sam")
        with pytest.raises(NotNow, match=r"user sam has changed it: strategy ring-all \(version 1\)"):
            amending.amend(Of.QUEUE, "sales", QueueChange(opened=False), None, 0, "user ada")
        with pytest.raises(NotNow, match="version 1"):
            amending.undo(Of.QUEUE, "sales", 0, "user ada")
        amending.undo(Of.QUEUE, "sales", 1, "user ada")
        with pytest.raises(NotNow, match=r"user ada has made it as configured again \(version 2\)"):
            amending.amend(Of.QUEUE, "sales", HUNT, None, 1, "user sam")
        with pytest.raises(NotNow, match="as configured already"):
            amending.undo(Of.QUEUE, "sales", 2, "user ada")


async def test_an_agent_serves_other_queues_until_midnight() -> None:
    async with switch() as (it, amending):
        change = AgentChange(queues=(SALES,))
        made = amending.amend(Of.AGENT, "desk-201", change, None, 0, "user sam")
        assert made.until == next_midnight(it.switch.clock.now(), None)
        assert 0 < made.until - it.switch.clock.now() <= 86400
        first, second = it.call("700", "+48600"), it.call("700", "+48700")
        await asyncio.sleep(3)
        assert (first.hears(), second.hears()) == ({"203": 1.0}, {"201": 1.0})
        waits = it.call("600", "+48800")
        await hung_up(it, first, second)
        assert waits.hears() == {"classical": 1.0}, "nobody serves support"
        amending.undo(Of.AGENT, "desk-201", 1, "user sam")
        await asyncio.sleep(2)
        assert waits.hears() == {"201": 1.0}
        await hung_up(it, waits)
        assert ended(it, "AgentAmendmentEnded") == ["undone"]


async def test_a_reload_forgets_nothing_but_what_is_gone_and_says_so() -> None:
    async with switch() as (it, amending):
        amending.amend(Of.QUEUE, "sales", HUNT, None, 0, "user sam")
        amending.amend(Of.QUEUE, "support", QueueChange(timeout=ToQueue(SALES)), None, 0, "user sam")
        amending.amend(Of.AGENT, "desk-203", NONE, None, 0, "user sam")
        it.switch.dispatcher.feed(SettingsChanged(it.switch.settings.engine))
        amending.look()
        assert len(amending.all) == 3
        engine = it.switch.settings.engine
        queues = {name: one for name, one in engine.queues.items() if name != SALES}
        it.switch.settings = replace(it.switch.settings, engine=replace(engine, queues=queues))
        it.switch.dispatcher.feed(SettingsChanged(it.switch.settings.engine))
        amending.look()
        assert [one.name for one in amending.all] == ["desk-203"]
        assert ended(it) == ["gone", "gone: queue sales"]


async def test_what_was_changed_is_so_again_after_a_restart() -> None:
    async with switch() as (it, amending):
        until = it.switch.clock.now() + 60
        amending.amend(Of.QUEUE, "sales", HUNT, until, 0, "user sam")
        amending.amend(
            Of.QUEUE, "support", QueueChange(full=ToMenu(MenuName("welcome"))), until, 0, "user sam"
        )
        amending.amend(Of.AGENT, "desk-203", AgentChange({"polish": 2}, (SUPPORT,)), until, 0, "user ada")
        amending.amend(Of.AGENT, "desk-202", NONE, until, 0, "user ada")
        amending.undo(Of.AGENT, "desk-202", 1, "user ada")
        past, before = kept(it), {one.name: one for one in amending.all}
    async with switch() as (it, amending):
        menus = replace(it.switch.settings.menus, menus={})
        it.switch.settings = replace(it.switch.settings, menus=menus)
        assert restore_amendments(it.switch, past) == 2
        assert amending.all == [before["sales"], before["desk-203"]]
        assert ended(it) == ["gone: menu welcome"]
        first, second = it.call("600", "+48600"), it.call("600", "+48700")
        await asyncio.sleep(3)
        assert (first.hears(), second.hears()) == ({"201": 1.0}, {"203": 1.0})
        await hung_up(it, first, second)
        await asyncio.sleep(60)
        assert amending.all == []
    async with switch() as (it, amending):
        await asyncio.sleep(120)
        assert restore_amendments(it.switch, past) == 0
        assert ended(it) == ["over", "over"]


async def test_what_cannot_be_is_said_and_changes_nothing() -> None:
    async with switch() as (it, amending):
        now = it.switch.clock.now()
        for of, name, change, until, kind, says in (
            (Of.QUEUE, "sale", HUNT, None, NoSuch, "did you mean 'sales'"),
            (Of.AGENT, "desk", NONE, None, NoSuch, "no agent 'desk'"),
            (Of.QUEUE, "sales", QueueChange(), None, ControlError, "changes nothing"),
            (Of.QUEUE, "sales", QueueChange(strategy="hnt"), None, ControlError, "did you mean 'hunt'"),
            (Of.QUEUE, "sales", QueueChange(full=ToQueue(QueueName("x"))), None, NoSuch, "no queue 'x'"),
            (Of.QUEUE, "sales", QueueChange(overflow=(QueueName("x"),)), None, NoSuch, "no queue 'x'"),
            (Of.AGENT, "desk-201", AgentChange(queues=(QueueName("x"),)), None, NoSuch, "no queue 'x'"),
            (Of.QUEUE, "sales", QueueChange(closed=ToQueue(SALES)), None, ControlError, "that queue itself"),
            (Of.QUEUE, "sales", HUNT, now - 1, ControlError, "in the future"),
            (Of.QUEUE, "sales", HUNT, now + 32 * 86400, ControlError, "within 31 days"),
        ):
            with pytest.raises(kind, match=says):
                amending.amend(of, name, change, until, 0, "user sam")
        assert not it.journal.find("QueueAmended")
        assert amending.all == []


async def test_numbers_to_choose_lead_where_no_name_does() -> None:
    async with switch() as (it, amending):
        assert amending.numbers == {}  # queues, menus and agents have names; 9* is refused
        plain = it.switch.settings
        box, message = ToVoicemail(MailboxName("night")), ToMessage(Prompt({}))
        more = (("650", box), ("651", box), ("65x", box), ("+4822", message), ("652", HangUp()))
        rules = tuple(NumberRule(pattern, then) for pattern, then in more)
        it.switch.settings = replace(plain, routing=Routing(rules + plain.routing.numbers, ()))
        assert amending.numbers == {"voicemail night": "650", "message": "+4822", "hang up": "652"}


def test_midnight_is_the_next_one_also_where_clocks_change() -> None:
    summer = 1774735200.0  # 2026-03-28 23:00 in Warsaw, the night in which an hour is missing
    assert next_midnight(summer, "Europe/Warsaw") == summer + 3600
    assert next_midnight(summer + 3600, "Europe/Warsaw") == summer + 3600 + 23 * 3600
