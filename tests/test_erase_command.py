"""`softswitch erase`: it counts, asks, and erases only then."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from softswitch.commands import erasing
from softswitch.commands.erasing import erase_caller
from softswitch.errors import ControlError

NOTHING = {"calls": 0, "events": 0, "recordings": 0, "voicemails": 0, "deliveries": 0, "going_on": 0}
SOME = {"calls": 1200, "events": 9000, "recordings": 3, "voicemails": 4, "deliveries": 1, "going_on": 2}


class Switch:
    """Answers orders, and remembers them."""

    def __init__(self) -> None:
        self.counts = SOME
        self.orders: list[bool] = []

    def stream(self, path: Path, command: str, /, **order: Any) -> Generator[Any, None, None]:
        assert (command, order["number"]) == ("erase", "600100200")
        self.orders.append(order["only_count"])
        yield {"id": 1, "done": 10, "of": 20}
        yield {"id": 1, "over": self.counts}
        yield None


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> Switch:
    one = Switch()
    monkeypatch.setattr(erasing, "stream", one.stream)
    return one


@pytest.mark.parametrize(("answer", "orders"), [("yes", [True, False]), ("y", [True]), ("", [True])])
def test_it_counts_and_asks_first(
    switch: Switch,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    orders: list[bool],
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    erase_caller(Path(), "600100200", sure=False)
    assert switch.orders == orders
    out = capsys.readouterr().out
    assert "1,200" in out
    assert ("erased: 1,200 calls" in out) is (answer == "yes")
    assert ("2 calls are in progress" in out) is (answer == "yes")


def test_without_a_terminal_it_wants_yes(switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(ControlError, match="--yes"):
        erase_caller(Path(), "600100200", sure=False)
    assert switch.orders == [True]
    erase_caller(Path(), "600100200", sure=True)
    assert switch.orders == [True, True, False]


def test_where_there_is_nothing_it_says_so(switch: Switch, capsys: pytest.CaptureFixture[str]) -> None:
    switch.counts = NOTHING
    erase_caller(Path(), "600100200", sure=False)
    assert "knows nothing of 600100200" in capsys.readouterr().out
    assert switch.orders == [True]
