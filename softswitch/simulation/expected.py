"""What theory expects of a plan, if it is one of the simple queues that theory knows."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from softswitch.simulation.draws import AT_ONCE, ENDLESS, Exponential
from softswitch.simulation.plan import Plan
from softswitch.simulation.theory import Expected, endless_patience, with_patience
from softswitch.simulation.traffic import HOUR


@dataclass(frozen=True, slots=True)
class Theory:
    """A formula and its figures."""

    name: str
    figures: Expected

    def numbers(self, formula: str) -> dict[str, float]:
        """By the names that simulations have for them."""
        one = self.figures
        return {
            "mean_wait_s": one.wait_answered,
            "mean_wait_all_s": one.wait_all,
            "abandoned_share": one.abandoned,
            "occupancy": one.occupancy,
            **({"service_level": one.service_level} if formula == "service-level" else {}),
            **({"service_level": one.in_time} if formula == "service-level-offered" else {}),
        }


def theory(plan: Plan) -> Theory | None:
    """Erlang C or Erlang A where they hold: one queue, callers at a steady rate, exponential talk, patience
    (or none), equal agents who serve nothing else, answer at once and write no notes; no limits.
    """
    if plan.queue is None or len(plan.traffic.queues) != 1 or not _plain(plan):
        return None
    (callers,) = plan.traffic.queues
    if callers.profile is None or len(callers.profile.rates) != 1:
        return None
    queue = plan.settings.queues[plan.queue]
    agents, rate, talk = len(queue.agents), callers.profile.rates[0] / HOUR, callers.talk.mean
    if callers.patience == ENDLESS:
        return Theory("Erlang C", endless_patience(agents, rate, talk, queue.service_within))
    if isinstance(callers.patience, Exponential):
        found = with_patience(agents, rate, talk, callers.patience.mean, queue.service_within)
        return Theory("Erlang A", found)
    return None


def _plain(plan: Plan) -> bool:
    """Whether nothing in settings and traffic is other than theory has it."""
    traffic, settings = plan.traffic, plan.settings
    (callers,) = traffic.queues
    queue = settings.queues[callers.queue]
    served = [name for each in settings.queues.values() for name in each.agents]
    return all(
        (
            isinstance(callers.talk, Exponential),
            not traffic.listed and not traffic.shifts and not traffic.missed,
            traffic.answer == AT_ONCE,
            not callers.classes and callers.redial is None and callers.callbacks is None,
            queue.wrap_up == 0 and (callers.wrap_up is None or callers.wrap_up == AT_ONCE),
            (queue.max_wait or inf) == inf and queue.max_callers is None and queue.overflow is None,
            not queue.needs and not any(member.after for member in queue.members.values()),
            queue.short_abandon == 0,
            all(settings.agents[name].calls == 1 and served.count(name) == 1 for name in queue.agents),
        )
    )
