"""Supervision over the control socket."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.by_command import ByCommand
from softswitch.errors import ControlError, NoSuch, NotNow
from softswitch.testing.fakes import never_answers
from tests.calls.test_moving import BUSY, waiting

pytestmark = pytest.mark.virtual_time


async def test_a_caller_gets_another_place_from_wherever_that_is() -> None:
    async with waiting(BUSY | {"203": never_answers()}) as (it, operator, _, call):
        commands = ByCommand(operator).handlers()
        assert await commands["move"](call.id, priority="vip") == {"call": call.id, "queue": "support"}
        assert await commands["move"](call.id, queue="sales") == {"call": call.id, "queue": "sales"}
        await asyncio.sleep(1)
        await commands["pull"](call.id, "desk-202")
        assert [note.data["by"] for note in it.journal.find("CallerMoved")] == ["command line"] * 2
        talking = next(one for one in it.supervisor.calls if one.agent)
        with pytest.raises(NotNow):
            await commands["move"](talking.id, first=True)
        with pytest.raises(NoSuch, match="softswitch queues"):
            await commands["move"]("nobody", first=True)


async def test_somebody_takes_part_in_a_conversation() -> None:
    async with waiting() as (it, operator, _, _):
        commands = ByCommand(operator).handlers()
        talking = next(one for one in it.supervisor.calls if one.agent)
        begun = await commands["supervise"](talking.id, "desk-202", "listen")
        await asyncio.sleep(3)
        (one,) = await commands["supervisions"]()
        assert (one["supervision"], one["as"], one["by"]) == (begun["supervision"], "listen", "command line")
        await commands["supervision"](begun["supervision"], "barge")
        assert (await commands["supervisions"]())[0]["as"] == "barge"
        with pytest.raises(NoSuch, match="did you mean 'barge'"):
            await commands["supervision"](begun["supervision"], "brge")
        await commands["supervision"](begun["supervision"], "end")


async def test_a_queue_is_changed_whatever_its_version_and_as_configured_again() -> None:
    async with waiting() as (_, operator, _, _):
        commands = ByCommand(operator).handlers()
        given = {"strategy": "hunt", "full": "queue sales", "overflow": ["sales"]}
        await commands["change"]("queue", "support", given)
        made = await commands["change"]("queue", "support", {"strategy": None, "opened": True})
        assert made["change"] == {"full": "queue sales", "overflow": ["sales"], "opened": True}
        assert await commands["changes"]() == [made]
        assert (await commands["undo_change"]("queue", "support"))["change"] is None
        with pytest.raises(ControlError, match="'sales' is no destination; write it as 'queue NAME'"):
            await commands["change"]("queue", "support", {"full": "sales"})


async def test_a_skill_may_be_called_as_you_like() -> None:
    async with waiting() as (_, operator, _, _):
        commands = ByCommand(operator).handlers()
        made = await commands["change"]("agent", "desk-201", {"skills": {"to": 3, "full": 1}})
        assert made["change"] == {"skills": {"to": 3, "full": 1}}
