"""When simulated agents were there: on their shifts, not on a break."""

from __future__ import annotations

from collections.abc import Iterable

from softswitch.simulation.world import World
from softswitch.types import AgentName, Seconds

Span = tuple[Seconds, Seconds]


def there(world: World, agents: Iterable[AgentName], start: Seconds, end: Seconds) -> Seconds:
    """For how long they were there, all together, between two moments."""
    return sum(
        max(min(until, end) - max(since, start), 0.0)
        for name in agents
        for since, until in spans(world, name)
    )


def spans(world: World, name: AgentName) -> list[Span]:
    """When one agent was there."""
    shifts = world.traffic.shifts.get(name)
    if shifts is None:
        return [(0.0, world.traffic.span)]
    return [(shift.start, shift.end) for shift in shifts]
