"""The running switch under its operators' hands."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from softswitch import app, running
from softswitch.acd.settings import EngineSettings
from softswitch.config.settings import SwitchSettings
from softswitch.errors import EngineError
from softswitch.running import RunningSwitch
from tests.calls.house import SUPPORT, House, house, queue, settings

NOBODY = settings(queue(agents=()))


class Untouched:
    """A part of the switch that takes whatever it is told."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


def operated(it: House) -> RunningSwitch:
    part: Any = Untouched()
    return RunningSwitch(it.switch, it.supervisor, part, part, part, part, part, part)


async def test_queues_list_the_first_callers_and_count_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LISTED", 12)
    async with house({}, NOBODY) as it:
        callers = [it.call() for _ in range(15)]
        await asyncio.sleep(0.05)
        answer: Any = await operated(it).queues()
        assert answer["queues"][0]["waiting"] == 15
        assert len(answer["queues"][0]["callers"]) == 12
        for caller in callers:
            caller.hang_up()


async def test_a_reload_that_the_engine_refuses_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    contradiction = replace(NOBODY, engine=EngineSettings({SUPPORT: queue(agents=("nobody",))}, {}))

    def load(_: Path) -> SwitchSettings:
        return contradiction

    monkeypatch.setattr(running, "load", load)
    async with house({}, NOBODY) as it:
        with pytest.raises(EngineError):
            await operated(it).reload()
        assert it.switch.settings is NOBODY


@pytest.mark.may_block  # structlog draws the traceback on the loop, unless it is configured otherwise
async def test_what_fails_in_the_background_does_not_end_the_switch() -> None:
    async def fails() -> None:
        raise OSError("no more threads")

    async with asyncio.TaskGroup() as group:
        apart = group.create_task(app._apart(fails()))
        await asyncio.sleep(0)
    assert apart.exception() is None
