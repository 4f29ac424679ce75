"""`service_level:`, of a queue and of all."""

from __future__ import annotations

from typing import Any

from softswitch.acd.service import Service
from softswitch.config.models.queues import ServiceLevel

USUAL = Service()


def service_of(own: ServiceLevel, common: ServiceLevel) -> dict[str, Any]:
    """The fields of `QueueSettings`: what a queue leaves out is as for all."""

    def first(name: str) -> Any:
        found = (getattr(level, name) for level in (own, common))
        return next((value for value in found if value is not None), getattr(USUAL, name))

    return {
        "service_within": first("within"),
        "service_formula": first("formula"),
        "short_abandon": first("short_abandon"),
    }


def service(common: ServiceLevel) -> Service:
    """Of all queues that say nothing else."""
    found = service_of(ServiceLevel(), common)
    return Service(found["service_within"], found["service_formula"], found["short_abandon"])
