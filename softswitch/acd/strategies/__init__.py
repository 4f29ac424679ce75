"""Who is rung next: one small file per strategy, found by name.

Other packages add theirs through the entry-point group `softswitch.strategies`; `base.py` says how. A name of
ours cannot be taken over. Looking up installed packages is the one thing here that is not pure, and it
happens only for a name that is not ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from types import MappingProxyType

from softswitch.acd.strategies.base import Strategy
from softswitch.acd.strategies.fewest_calls import FewestCalls
from softswitch.acd.strategies.hunt import Hunt
from softswitch.acd.strategies.least_talk import LeastTalk
from softswitch.acd.strategies.longest_idle import LongestIdle
from softswitch.acd.strategies.random_order import RandomOrder
from softswitch.acd.strategies.ring_all import RingAll
from softswitch.acd.strategies.ring_progressively import RingProgressively
from softswitch.acd.strategies.round_robin import RoundRobin
from softswitch.acd.strategies.sequential import Sequential
from softswitch.acd.strategies.vip_priority import VipPriority
from softswitch.acd.strategies.weighted_random import WeightedRandom
from softswitch.errors import EngineError

GROUP = "softswitch.strategies"

BUILT_IN: Mapping[str, Callable[[], Strategy]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            *(LongestIdle, RoundRobin, RingAll, RingProgressively, Hunt, Sequential),
            *(FewestCalls, LeastTalk, RandomOrder, WeightedRandom, VipPriority),
        )
    }
)


def known_strategies() -> tuple[str, ...]:
    """All names that a queue's `strategy` may have: ours, then those of installed packages; loads none."""
    others = {found.name for found in entry_points(group=GROUP)} - BUILT_IN.keys()
    return (*BUILT_IN, *sorted(others))


def strategy_named(name: str) -> Strategy:
    """The strategy of that name. Raises EngineError for an unknown name, with the nearest one, and for one
    whose package cannot be loaded.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]()
    for found in entry_points(group=GROUP, name=name):
        return _loaded(found.name, found.value, found.load)
    known = known_strategies()
    nearest = get_close_matches(name, known, n=1)
    hint = f"did you mean '{nearest[0]}'?" if nearest else f"known are {', '.join(known)}"
    raise EngineError(f"unknown strategy '{name}': {hint}")


def _loaded(name: str, where: str, load: Callable[[], Callable[[], Strategy]]) -> Strategy:
    try:
        return load()()
    except Exception as fault:
        raise EngineError(
            f"strategy '{name}' of {where} cannot be loaded ({fault!r}); repair or remove that package"
        ) from fault
