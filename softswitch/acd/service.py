"""How the service level is counted, of all queues and of those that count another way: on record, so that
reports name it and count as the live figures do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from softswitch.acd.settings import QueueSettings
from softswitch.acd.stats import RATIOS
from softswitch.types import Seconds


@dataclass(frozen=True, slots=True)
class Service:
    """One way of counting."""

    within: Seconds = 20.0
    """An answer within this wait is in time."""
    formula: str = "service-level"
    """A name in `RATIOS`."""
    short_abandon: Seconds = 0.0
    """Who hangs up before this wait does not count."""


@dataclass(frozen=True, slots=True)
class Services:
    """Of all queues."""

    common: Service = Service()
    queues: Mapping[str, Service] = field(default_factory=dict)
    """Those that count another way."""

    @classmethod
    def of_queues(cls, common: Service, queues: Iterable[QueueSettings]) -> Services:
        """As configured."""
        ways = {
            one.name: Service(one.service_within, one.service_formula, one.short_abandon) for one in queues
        }
        return cls(common, {name: way for name, way in ways.items() if way != common})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Services:
        """What `to_json` has made; a formula that is none any more is the usual one."""
        queues = {name: _known(way) for name, way in data.get("queues", {}).items()}
        return cls(_known(data.get("common", {})), queues)

    def to_json(self) -> dict[str, Any]:
        """For the record."""
        queues = {name: asdict(way) for name, way in self.queues.items()}
        return {"common": asdict(self.common), "queues": queues}

    def of(self, queue: str | None) -> Service:
        """Of one queue; None: of all together."""
        return self.common if queue is None else self.queues.get(queue, self.common)


def _known(data: Mapping[str, Any]) -> Service:
    way = Service(**{name: data[name] for name in ("within", "formula", "short_abandon") if name in data})
    return way if way.formula in RATIOS else Service(way.within, short_abandon=way.short_abandon)
