"""One configuration beside another, under the same callers: what differs, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from softswitch.simulation.expected import Theory, theory
from softswitch.simulation.figures import Outcome, Run, Spread, by_queue, spread, spreads
from softswitch.simulation.plan import Plan
from softswitch.simulation.series import Series, mean_of
from softswitch.types import QueueName

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Simulated:
    """One configuration, and its runs."""

    label: str
    plan: Plan
    runs: Sequence[Run]

    @property
    def parts(self) -> dict[str, list[Outcome]]:
        """The outcomes of each queue, if there are several, and of all together."""
        queues = by_queue(self.runs)
        found: dict[str, list[Outcome]] = {str(name): each for name, each in queues.items()}
        whole = {TOTAL: [run.total for run in self.runs]}
        return found | whole if len(found) > 1 else whole

    def spreads(self, part: str) -> dict[str, Spread]:
        """The figures of a queue, or of `TOTAL`, over all runs."""
        return spreads(self.parts[part])

    def series(self, part: str) -> Series:
        """The mean day."""
        return mean_of([outcome.series for outcome in self.parts[part]])

    def formula(self, part: str) -> str:
        """Of the service level."""
        if part == TOTAL:
            return self.plan.formula
        return self.plan.settings.queues[QueueName(part)].service_formula

    @property
    def theory(self) -> Theory | None:
        """What theory says, if it knows such a queue."""
        return theory(self.plan)


def differences(one: Sequence[Outcome], other: Sequence[Outcome]) -> dict[str, Spread]:
    """How much more each figure is of the other. Run by run, as both met the same callers: so the interval is
    much narrower than those of the two.
    """
    pairs = [(before.numbers(), after.numbers()) for before, after in zip(one, other, strict=False)]
    names = pairs[0][0] if pairs else {}
    return {name: spread([_minus(after[name], before[name]) for before, after in pairs]) for name in names}


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before
