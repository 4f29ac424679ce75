"""What viewers are sent: the whole, then what changes, numbered for each audience."""

from __future__ import annotations

import json

import pytest

from softswitch.board.board import Audience, Board


@pytest.fixture
def board():
    board = Board("b1", "1.0")
    board.replace("agents", {"ewa": {"state": "free"}, "jan": {"state": "free"}})
    board.take(0.0, lambda _: True)
    return board


def taken(board, now=1.0):
    return {audience: json.loads(change) for audience, change in board.take(now, lambda _: True).items()}


def test_the_whole_board_has_everything_and_its_number(board):
    whole = json.loads(board.whole(Audience.ALL, 2.5))
    assert whole == {
        "boot": "b1", "version": "1.0", "n": 1, "now": 2.5,
        "sections": {"agents": {"ewa": {"state": "free"}, "jan": {"state": "free"}}},
    }  # fmt: skip


def test_a_change_says_what_is_another_and_what_is_gone(board):
    board.replace("agents", {"ewa": {"state": "talking"}, "ola": {"state": "free"}})
    change = taken(board)[Audience.ALL]
    assert change == {
        "n": 2, "now": 1.0, "gone": {"agents": ["jan"]},
        "set": {"agents": {"ewa": {"state": "talking"}, "ola": {"state": "free"}}},
    }  # fmt: skip


def test_nothing_changed_is_no_message_and_takes_no_number(board):
    board.replace("agents", {"ewa": {"state": "free"}, "jan": {"state": "free"}})
    assert taken(board) == {}
    assert json.loads(board.beat(Audience.ALL, 3.0)) == {"n": 1, "now": 3.0}


def test_what_comes_and_goes_between_two_looks_is_not_there(board):
    board.put("agents", "max", {"state": "free"})
    board.drop("agents", "max")
    board.drop("agents", "jan")
    board.put("agents", "jan", {"state": "paused"})
    assert taken(board)[Audience.ALL]["set"] == {"agents": {"jan": {"state": "paused"}}}


def test_calls_are_for_supervisors_and_cost_others_no_number(board):
    board.put("calls", "c1", {"name": "Somebody"})
    changes = taken(board)
    assert list(changes) == [Audience.SUPERVISORS]
    assert "calls" not in json.loads(board.whole(Audience.ALL, 1.0))["sections"]
    assert json.loads(board.whole(Audience.SUPERVISORS, 1.0))["sections"]["calls"]
    board.put("agents", "ewa", {"state": "talking"})
    changes = taken(board)
    assert {audience: change["n"] for audience, change in changes.items()} == {
        Audience.ALL: 2, Audience.SUPERVISORS: 3,
    }  # fmt: skip


def test_whole_and_changes_together_are_always_the_board(board):
    shown = json.loads(board.whole(Audience.ALL, 0.0))["sections"]
    for step in range(60):
        board.replace("agents", {f"a{n}": {"state": step // (n + 1)} for n in range(step % 7)})
        change = taken(board).get(Audience.ALL, {"gone": {}, "set": {}})
        for section, keys in change["gone"].items():
            for key in keys:
                del shown[section][key]
        for section, entries in change["set"].items():
            shown[section].update(entries)
        assert shown == json.loads(board.whole(Audience.ALL, 0.0))["sections"]


def test_entries_stand_in_the_order_in_which_they_are_now(board):
    board.replace("agents", {"new": {}, "jan": {"state": "free"}, "ewa": {"state": "free"}})
    board.take(1.0, lambda _: False)
    whole = json.loads(board.whole(Audience.ALL, 1.0))
    assert list(whole["sections"]["agents"]) == ["new", "jan", "ewa"]


def test_nobody_who_looks_costs_no_encoding(board):
    board.put("agents", "ewa", {"state": "talking"})
    assert board.take(1.0, lambda _: False) == {}
    assert json.loads(board.beat(Audience.ALL, 1.0))["n"] == 2
