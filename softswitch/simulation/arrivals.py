"""Who calls when: Poisson at rates that change over the day, or as listed; sorted by time, made in blocks.

A Poisson process of rate 1 is bent to the profile: the n-th call comes when as many calls are expected as the
n-th of rate 1 took time. So a higher profile brings the same callers sooner.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import accumulate, repeat

import numpy as np

from softswitch.simulation.draws import Tap, stream
from softswitch.simulation.patience import Survival
from softswitch.simulation.traffic import HOUR, Listed, QueueTraffic, Traffic
from softswitch.types import QueueName, Seconds

BLOCK = 4096
"""Calls that are drawn at once; no result depends on it."""

Arrival = tuple[Seconds, QueueName, str, str, Seconds, Seconds, Listed | None]
"""When, queue, priority class, number (or empty), talk time, patience; and the line of a list, with more."""


def arrivals(traffic: Traffic, seed: int) -> Iterator[Arrival]:
    """All of them, by time."""
    drawn = [_drawn(each, traffic.span, seed) for each in traffic.queues if each.profile is not None]
    if traffic.listed:
        drawn.append(_listed(traffic, seed))
    return drawn[0] if len(drawn) == 1 else merge(*drawn)


def _drawn(traffic: QueueTraffic, span: Seconds, seed: int) -> Iterator[Arrival]:
    assert traffic.profile is not None
    edges = np.array(traffic.profile.edges)
    due = np.concatenate(([0.0], np.cumsum(np.diff(edges) / HOUR * np.array(traffic.profile.rates))))
    chance = {
        purpose: stream(seed, purpose, traffic.queue) for purpose in ("arrivals", "talk", "patience", "class")
    }
    names = [*traffic.classes, "default"]
    bounds = np.array(list(accumulate(traffic.classes.values())))
    passed = 0.0
    while True:
        calls = passed + np.cumsum(chance["arrivals"].standard_exponential(BLOCK))
        passed = float(calls[-1])
        whole = calls[calls < due[-1]]
        times = np.interp(whole, due, edges)
        classes: Iterator[str] = repeat("default")
        if traffic.classes:
            places = np.searchsorted(bounds, chance["class"].random(BLOCK), side="right")
            classes = iter([names[place] for place in places.tolist()])
        talk = traffic.talk.sample(chance["talk"], BLOCK)
        patience = traffic.patience.sample(chance["patience"], BLOCK)
        for at, priority, long, patient in zip(
            times.tolist(), classes, talk.tolist(), patience.tolist(), strict=False
        ):
            if at >= span:
                return
            yield at, traffic.queue, priority, "", long, patient, None
        if len(whole) < BLOCK:
            return


def _listed(traffic: Traffic, seed: int) -> Iterator[Arrival]:
    taps = {
        each.queue: (
            Tap(each.talk, stream(seed, "talk", each.queue)),
            Tap(each.patience, stream(seed, "patience", each.queue)),
        )
        for each in traffic.queues
    }
    beyond = {
        each.queue: (each.patience, stream(seed, "patience beyond", each.queue))
        for each in traffic.queues
        if isinstance(each.patience, Survival)
    }
    for call in traffic.listed:
        if call.at >= traffic.span:
            return
        talk, patience = (tap.next() for tap in taps[call.queue])
        if call.waited and (known := beyond.get(call.queue)) is not None:
            patience = known[0].beyond(call.waited, known[1])
        yield (
            call.at,
            call.queue,
            call.priority,
            call.number,
            talk if call.talk is None else call.talk,
            patience if call.patience is None else call.patience,
            call,
        )
