"""The line against a plain sorted list, at any length and in any order of coming and going."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.acd import waiting
from softswitch.acd.place import Place
from softswitch.acd.queues import Queue
from softswitch.acd.strategies import strategy_named
from softswitch.acd.waiting import Caller, Line
from softswitch.types import CallId
from tests.acd.desk import queue


def caller(order: int, ahead: float = 0.0, precedence: int = 0) -> Caller:
    settings = queue()
    where = Queue(settings.name, settings, strategy_named("hunt"), {"default": (0, 0.0)})
    made = Caller(CallId(f"c{order}"), "", "default", where, 0.0, order)
    made.place = Place(precedence, ahead, 0.0, order, made)
    return made


STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.booleans()), max_size=120)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_a_line_is_a_sorted_list(steps: list[tuple[int, int, bool]]) -> None:
    with patch.object(waiting, "_BLOCK", 8):
        line, plain = Line(), list[Caller]()
        for order, (ahead, which, goes) in enumerate(steps):
            if goes and plain:
                gone = plain.pop(which % len(plain))
                line.remove(gone)
                with pytest.raises(KeyError):
                    line.remove(gone)
            else:
                comes = caller(order, float(ahead))
                line.add(comes)
                plain = sorted([*plain, comes], key=lambda each: each.place[:4])
            assert list(line) == plain
            assert len(line) == len(plain)
            assert line.first() is (plain[0] if plain else None)
            assert [line.position(each) for each in plain] == list(range(1, len(plain) + 1))


def test_few_callers_left_in_many_blocks_come_together_again() -> None:
    with patch.object(waiting, "_BLOCK", 16):
        line = Line()
        everybody = [caller(order) for order in range(1600)]
        for each in everybody:
            line.add(each)
        for each in everybody:
            if each.order % 16:
                line.remove(each)
        assert len(line) == 100
        assert len(line._blocks) < 20
        assert line.position(everybody[-16]) == 100


def test_a_position_follows_those_ahead_who_come_and_go() -> None:
    line, one, ahead = Line(), caller(2), caller(1)
    line.add(one)
    assert line.position(one) == 1
    line.add(ahead)
    assert line.position(one) == 2
    line.remove(ahead)
    assert line.position(one) == line.position(one) == 1


def test_the_position_of_somebody_else_is_an_error() -> None:
    line = Line()
    with pytest.raises(KeyError):
        line.position(caller(2))
    line.add(caller(1))
    line.add(caller(3))
    with pytest.raises(KeyError):
        line.position(caller(2))
