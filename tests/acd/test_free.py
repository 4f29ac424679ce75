"""Free agents stand in the order of their keys, whoever comes and goes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.acd.agents import Agent
from softswitch.acd.free import FreeAgents, ranking
from softswitch.types import AgentName

TEAM = [Agent(AgentName(f"agent-{place}"), float(place % 3), 0.0) for place in range(8)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 7)))
def test_whoever_comes_and_goes_they_stand_by_rank_and_then_by_place(turns: list[int]) -> None:
    rank = ranking(("load", "idle_since"))
    assert rank is not None
    free, keys = FreeAgents(), {}
    for place in turns:
        if place in keys:
            free.remove(keys.pop(place))
        else:
            keys[place] = (rank(TEAM[place]), place)
            free.add(keys[place], TEAM[place])
        assert free.agents == [TEAM[each] for each in sorted(keys, key=lambda each: (each % 3, each))]


def test_some_of_them_keep_their_order_and_their_keys() -> None:
    free = FreeAgents()
    for place in (5, 2, 7):
        free.add(place, TEAM[place])
    some = free.among(lambda agent: agent is not TEAM[5])
    some.remove(7)
    assert (some.agents, free.agents) == ([TEAM[2]], [TEAM[2], TEAM[5], TEAM[7]])


def test_without_figures_there_is_no_rank() -> None:
    assert ranking(()) is None
