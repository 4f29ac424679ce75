"""The report of a year of one million calls, on SQLite."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, text

from bench.rows import Row
from softswitch.commands.report import Range, report_of
from softswitch.store.database import database_url, default_url, migrate, open_database
from softswitch.store.reading import note_url, reading

CALLS, AGENTS = 1_000_000, 40
YEAR = Range(date(2025, 1, 1), date(2025, 12, 31))
LIMIT = 5.0
"""Seconds."""

QUEUES = ("sales", "support", "billing", "returns")


def run() -> list[Row]:
    """Two rows."""
    with tempfile.TemporaryDirectory(prefix="bench-year-") as folder:
        began = time.perf_counter()
        generate(Path(folder), CALLS)
        made = time.perf_counter() - began
        began = time.perf_counter()
        with reading(Path(folder)) as connection:
            report = report_of(connection, YEAR)
        took = time.perf_counter() - began
    assert report.total.offered == CALLS
    return [
        Row(f"a year of {CALLS:,} calls generated", f"{made:.1f} s"),
        Row("report of that year from SQLite", f"{took:.2f} s", f"under {LIMIT:g} s", took < LIMIT),
    ]


def generate(folder: Path, count: int, seed: int = 1) -> None:
    """Calls straight into the tables of an empty record; working hours, weekdays, impatience."""
    url = database_url(default_url(folder))
    engine = open_database(url)
    migrate(engine)
    with engine.begin() as connection:
        _fill(connection, count, np.random.default_rng(seed))
    engine.dispose()
    note_url(folder, url)


def _fill(connection: Connection, count: int, chance: np.random.Generator) -> None:
    days = [datetime.fromordinal(YEAR.first.toordinal() + place) for place in range(365)]
    weight = np.array([(1.3, 1.1, 1.0, 1.0, 0.9, 0.3, 0.12)[day.weekday()] for day in days])
    hours = np.array(
        [0.02] * 7 + [0.3, 1, 1.7, 2, 1.8, 1.2, 1.3, 1.5, 1.4, 1.2, 0.8, 0.4, 0.2, 0.1] + [0.03] * 3
    )
    day, hour = (chance.choice(len(one), count, p=one / one.sum()) for one in (weight, hours))
    start = np.array([one.timestamp() for one in days])[day] + hour * 3600 + chance.random(count) * 3600
    start.sort()
    wait = chance.exponential(22 + 18 * hours[hour])
    patience = chance.weibull(1.2, count) * 240
    gone, full = wait > patience, chance.random(count) < 0.004
    waited = np.where(full, 0, np.minimum(wait, patience)).round(3)
    talk, held = chance.lognormal(5.1, 0.7, count).round(3), chance.exponential(4, count).round(3)
    queue = chance.choice(4, count, p=(0.4, 0.35, 0.15, 0.1))
    agent = chance.choice(AGENTS, count)
    told = chance.random(count) < 0.7
    estimate = (waited * chance.lognormal(0, 0.4, count)).round()
    drawn = (start, waited, gone, full, talk, held, queue, agent, told, estimate)
    rows = zip(*(one.tolist() for one in drawn), strict=True)
    calls, visits, talks, offers = [], [], [], []
    for seq, (at, wait_, gone_, full_, talk_, held_, queue_, agent_, told_, estimate_) in enumerate(rows, 1):
        outcome = "full" if full_ else "abandoned" if gone_ else "answered"
        answered = outcome == "answered"
        name, who, call = QUEUES[queue_], f"desk-{201 + agent_}" if answered else "", f"{seq:016x}"
        spoken, hold = (talk_, min(held_, talk_)) if answered else (0.0, 0.0)
        after = 15.0 if answered else 0.0
        hint = (1, estimate_, 0.5) if told_ else (None, None, None)
        visits.append((seq, call, name, "default", at, 20.0, wait_, outcome, who, spoken, hold, after, *hint))
        calls.append(
            (call, seq, at, at + wait_ + spoken, "+48600100200", "600", name, who, outcome, wait_, spoken)
        )
        if answered:
            talks.append((seq, call, who, name, at + wait_, spoken, hold, after))
            offers.append((2 * seq, call, who, name, at + wait_ - 4, "answered"))
        if not full_ and seq % 4 == 0:
            rung = f"desk-{201 + (agent_ + 1) % AGENTS}"
            offers.append((2 * seq + 1, call, rung, name, at + wait_ / 2, "no-answer"))
    _insert(connection, "visits", visits)
    _insert(connection, "talks", talks)
    _insert(connection, "offers", offers)
    _insert(connection, "calls", [(*one, "{}", "") for one in calls])
    _stints(connection, days)
    last = [(count + 1, days[-1].timestamp() + 86400, "SwitchStopped", None, json.dumps({}), 1)]
    _insert(connection, "events", last)


def _stints(connection: Connection, days: list[datetime]) -> None:
    """Everybody is there for eight hours on weekdays."""
    rows = [
        (seq, f"desk-{201 + agent}", "online", day.timestamp() + 8 * 3600, day.timestamp() + 18 * 3600)
        for seq, day in enumerate(days, 1)
        for agent in range(AGENTS)
        if day.weekday() < 5 or agent < AGENTS / 4
    ]
    _insert(connection, "stints", rows)


def _insert(connection: Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    names = connection.execute(text(f"SELECT * FROM {table} LIMIT 0")).keys()
    marks = ",".join("?" * len(names))
    connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", rows)  # type: ignore[arg-type]
