"""Work in processes of their own."""

from __future__ import annotations

import sys

import pytest

from softswitch import errands
from softswitch.errors import ErrandFailed


async def test_what_a_module_writes_is_what_comes_back() -> None:
    assert (await errands.run("platform", "--terse", limit=30.0)).strip()


async def test_a_module_that_fails_says_why_last() -> None:
    with pytest.raises(ErrandFailed, match="No module named no_such_module") as failed:
        await errands.run("no_such_module", limit=30.0)
    assert failed.value.status == 1


async def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(ErrandFailed, match=r"it took longer than 0\.01 s and was ended") as failed:
        await errands.run("timeit", "-n", "1", "import time; time.sleep(60)", limit=0.01)
    assert failed.value.status is None


async def test_a_machine_without_a_process_to_spare_is_no_surprise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ErrandFailed, match="no process could be started: No such file or directory"):
        await errands.run("platform", limit=30.0)
