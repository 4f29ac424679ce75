"""Figures in Prometheus's text format; in a thread, as that takes milliseconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily

from softswitch import __version__
from softswitch.acd.agents import AgentState
from softswitch.acd.snapshot import QueueView
from softswitch.acd.stats import RATIOS
from softswitch.types import QueueName
from softswitch.web.figures import Figures

K = TypeVar("K", bound=str)

PHASES = ("arriving", "menu", "waiting", "ringing", "talking", "leaving")


def render(counted: CollectorRegistry, figures: Figures) -> bytes:
    """All metrics: what was counted, and the figures of the moment."""
    return generate_latest(counted) + generate_latest(_Moment(figures))


class _Moment:
    """What `generate_latest` asks of a registry."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        figures = self._figures
        yield _gauge("softswitch_info", "The version.", "version", {__version__: 1})
        yield _plain("softswitch_uptime_seconds", "Since the start.", figures.uptime)
        yield from _queues(figures)
        yield from _callbacks(figures)
        yield from _agents(figures)
        yield from _calls(figures)
        yield from _sip(figures)
        yield from _record(figures)
        yield from _mail(figures)
        yield from _voicemail(figures)


def _queues(figures: Figures) -> Iterator[Metric]:
    queues = figures.floor.queues
    waiting = {name: queue.waiting for name, queue in queues.items()}
    yield _gauge("softswitch_queue_waiting_callers", "Callers who wait.", "queue", waiting)
    vain = {name: queue.hopeless for name, queue in queues.items()}
    says = "Callers whom no agent of the team can ever take, for want of skills."
    yield _gauge("softswitch_queue_hopeless_callers", says, "queue", vain)
    longest = {name: figures.longest_wait.get(name, 0.0) for name in queues}
    yield _gauge("softswitch_queue_longest_wait_seconds", "Of who waits now.", "queue", longest)
    free = {name: queue.free for name, queue in queues.items()}
    yield _gauge("softswitch_queue_free_agents", "Agents who can be offered a call.", "queue", free)
    level = GaugeMetricFamily(
        "softswitch_queue_service_level_ratio", "Since the start, by formula.", labels=("queue", "formula")
    )
    for name, queue in queues.items():
        for formula, ratio in RATIOS.items():
            if (value := ratio.of(queue.counts)) is not None:
                level.add_metric([name, formula], value)
    yield level
    configured = {name: queue.service_level for name, queue in queues.items()}
    known = {name: value for name, value in configured.items() if value is not None}
    says = "Since the start, by the formula that is configured."
    yield _gauge("softswitch_queue_configured_service_level_ratio", says, "queue", known)
    yield from _estimates(queues)
    short: dict[str, float] = {name: queue.counts.abandoned_short for name, queue in queues.items()}
    yield _counter(
        "softswitch_queue_short_abandons", "Hung up so soon that it does not count.", "queue", short
    )


def _callbacks(figures: Figures) -> Iterator[Metric]:
    queues = figures.floor.queues
    open_ones = {name: queue.callbacks for name, queue in queues.items()}
    says = "Who are to be called back; among the callers who wait."
    yield _gauge("softswitch_queue_waiting_callbacks", says, "queue", open_ones)
    for count, says in (
        ("callbacks", "Callers who asked to be called back."),
        ("called_back", "Customers who were called back and talked to an agent."),
        ("not_reached", "Callbacks given up after the last attempt, or expired."),
    ):
        found: dict[str, float] = {name: getattr(queue.counts, count) for name, queue in queues.items()}
        name = {"callbacks": "wanted", "called_back": "reached"}.get(count, count)
        yield _counter(f"softswitch_callbacks_{name}", says, "queue", found)


def _estimates(queues: Mapping[QueueName, QueueView]) -> Iterator[Metric]:
    waits = {name: queue.estimate for name, queue in queues.items() if queue.estimate is not None}
    says = "How long who joined now would wait, while all agents are taken."
    yield _gauge("softswitch_queue_estimated_wait_seconds", says, "queue", waits)
    errors = {
        name: queue.estimate_error for name, queue in queues.items() if queue.estimate_error is not None
    }
    says = "Mean distance of the last estimates and waits, as a part of the mean wait."
    yield _gauge("softswitch_queue_estimate_error_ratio", says, "queue", errors)


def _agents(figures: Figures) -> Iterator[Metric]:
    states = Counter(agent.state.value for agent in figures.floor.agents.values())
    by_state = {state.value: states[state.value] for state in AgentState}
    yield _gauge("softswitch_agents", "Agents, by state.", "state", by_state)


def _calls(figures: Figures) -> Iterator[Metric]:
    phases = {**dict.fromkeys(PHASES, 0), **figures.phases}
    yield _gauge("softswitch_calls_in_progress", "Calls, by phase.", "phase", phases)
    yield _plain("softswitch_calls_limit", "How many there may be.", figures.max_calls)
    away = figures.turned_away
    yield _counter("softswitch_calls_turned_away", "New calls that found no room.", "reason", away)


def _sip(figures: Figures) -> Iterator[Metric]:
    yield _counter("softswitch_sip_requests", "Requests received.", "method", figures.requests)
    answers = {str(status): count for status, count in figures.answers.items()}
    yield _counter(
        "softswitch_sip_answers", "Answers to requests that are not a call in progress.", "status", answers
    )
    yield _counter("softswitch_sip_shielded", "Requests thrown away unheard.", "reason", figures.shielded)
    yield _counter("softswitch_sip_dropped", "Messages that were none.", "reason", figures.dropped)
    yield _plain("softswitch_bans", "Sources that are not heard.", figures.bans)
    yield _gauge("softswitch_phones", "Registered phones, by state.", "state", figures.phones)
    up = GaugeMetricFamily(
        "softswitch_trunk_up", "Whether a carrier's server is up.", labels=("trunk", "server")
    )
    for names, is_up in figures.trunks.items():
        up.add_metric(names, is_up)
    yield up


def _record(figures: Figures) -> Iterator[Metric]:
    health, lag = figures.health, figures.lag
    yield _plain("softswitch_record_last_event", "The number of the last event.", health.last)
    yield _plain("softswitch_record_waiting_lines", "Lines that are not on disk yet.", health.waiting)
    behind = max(0, health.last - health.loaded)
    yield _plain("softswitch_record_database_behind_events", "Events not in the database yet.", behind)
    yield CounterMetricFamily(
        "softswitch_record_lost_events", "Events that found no place.", value=health.lost
    )
    failing = {"file": health.problem is not None, "database": health.database_problem is not None}
    yield _gauge("softswitch_record_failing", "Whether writing fails at the moment.", "where", failing)
    yield SummaryMetricFamily(
        "softswitch_loop_lag_seconds",
        "How late the loop's timer came.",
        count_value=lag.measured,
        sum_value=lag.total,
    )
    yield _plain("softswitch_loop_lag_worst_seconds", "The latest since the start.", lag.worst)
    yield _plain("softswitch_loop_late", "Whether new calls are refused for it.", figures.late)


def _mail(figures: Figures) -> Iterator[Metric]:
    post = figures.post
    waited = 0.0 if post.eldest is None else max(0.0, time.time() - post.eldest)
    yield _plain("softswitch_mails_waiting", "Mails that are not out yet.", post.waiting)
    yield _plain("softswitch_mails_dead", "Mails that were refused for good.", post.dead)
    yield _plain("softswitch_mail_longest_wait_seconds", "Of the mail that waits longest.", waited)


def _voicemail(figures: Figures) -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "softswitch_voicemails",
        "Messages in a mailbox, new ones and heard ones.",
        labels=["mailbox", "state"],
    )
    for mailbox, messages in figures.mailboxes.items():
        family.add_metric([mailbox, "new"], messages.new)
        family.add_metric([mailbox, "heard"], messages.old)
    yield family


def _plain(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)


def _gauge(name: str, says: str, label: str, values: Mapping[K, float]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _counter(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, says, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
