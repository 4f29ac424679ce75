"""Reports against figures computed another way, and what they look like."""

from __future__ import annotations

import csv
import io
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from softswitch.commands.report import Range, print_report, range_of, report_of
from softswitch.errors import StoreError
from softswitch.ports import Recorded
from softswitch.reports.figures import clock, columns, impatience
from softswitch.store.reading import reading
from tests.reports.naive import count, percentile
from tests.reports.sample import START, days

pytestmark = pytest.mark.may_block

Keep = Callable[[list[Recorded]], Path]
ALL = Range(date(2026, 2, 20), date(2026, 3, 5))


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Warsaw")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("seed", range(6))
def test_the_figures_are_those_that_the_events_give_by_hand(kept: Keep, seed: int) -> None:
    events = days(seed)
    with reading(kept(events)) as connection:
        report = report_of(connection, ALL)
    by_agent: Counter[str] = Counter()
    for made in report.groups["queue"]:
        told = count(events, made.label)
        by_agent.update(told.by_agent)
        assert (made.offered, made.answered, made.abandoned) == (
            told.offered,
            len(told.waits),
            told.abandoned,
        )
        assert made.wait_mean == pytest.approx(sum(told.waits) / len(told.waits))
        assert made.wait_median == pytest.approx(percentile(told.waits, 0.5))
        assert made.wait_p95 == pytest.approx(percentile(told.waits, 0.95))
        assert made.service_level == pytest.approx(told.in_time / len(told.waits))
        assert (made.talk, made.held) == pytest.approx((told.talk, told.held), abs=0.1)  # of milliseconds
    assert {one.agent: one.talk for one in report.agents} == pytest.approx(by_agent)
    ann, ben = report.agents
    assert (ann.online, ann.paused, ben.paused) == (4 * 86400, 1800.5, 0)
    assert ann.occupancy == pytest.approx((ann.talk + ann.calls * 10) / (4 * 86400 - 1800.5))


def test_hours_and_weekdays_are_those_of_the_machine(kept: Keep) -> None:
    events = days(7)
    with reading(kept(events)) as connection:
        report = report_of(connection, ALL)
    zone = ZoneInfo("Europe/Warsaw")
    joined = [datetime.fromtimestamp(one.at, zone) for one in events if one.kind == "CallerJoined"]
    assert {one.label: one.offered for one in report.groups["hour"]} == Counter(
        f"{at:%H}:00" for at in joined
    )
    assert {one.label: one.offered for one in report.groups["day"]} == Counter(
        f"{at:%Y-%m-%d}" for at in joined
    )
    heat = Counter((at.weekday(), at.hour) for at in joined)
    assert {(int(a), int(b)): int(report.heat[a, b]) for a, b in np.argwhere(report.heat)} == heat


def test_the_hour_that_comes_twice_and_the_one_that_is_left_out() -> None:
    zone = ZoneInfo("Europe/Warsaw")
    moments = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC).timestamp() for hour in (0, 1, 2)]
    moments += [datetime(2026, 3, 29, hour, 59, tzinfo=UTC).timestamp() for hour in (0, 1)]
    when = clock(np.array(moments), lambda at: datetime.fromtimestamp(at, zone))
    assert when.hour.tolist() == [2, 2, 3, 1, 3]


def test_who_left_within_a_step_is_set_against_who_was_still_there() -> None:
    rows = [(0.0, wait, outcome, 20.0, -1.0, 0.0, 0.0, -1.0, -1.0) for wait, outcome in WAITS]
    assert impatience(columns([("q", rows)]), (0, 10, 20, 30)) == [(0, 0.25, 4), (10, 1 / 3, 3), (20, 0, 1)]


WAITS = ((5.0, 2.0), (12.0, 2.0), (15.0, 1.0), (25.0, 1.0))


def written(folder: Path, form: str, by: str, queue: str | None = None) -> bytes:
    out = folder / "out"
    print_report(folder, ALL, queue, by, form, out)
    return out.read_bytes()


def test_csv_and_json_say_the_same_and_a_name_is_no_formula(kept: Keep) -> None:
    folder = kept([_named(event, {"ann": "=1+1", "ben": "<b>$x^2$"}) for event in days(1)])
    rows = list(csv.DictReader(io.StringIO(written(folder, "csv", "agent").decode())))
    told = json.loads(written(folder, "json", "agent"))
    assert [row["agent"] for row in rows] == ["<b>$x^2$", "'=1+1"]
    assert [float(row["talk"]) for row in rows] == [row["talk"] for row in told["rows"]]
    assert told["total"]["offered"] == sum(map(sum, told["heat"]))


def _named(event: Recorded, names: dict[str, str]) -> Recorded:
    data = dict(event.data)
    if "agent" in data:
        data["agent"] = names[str(data["agent"])]
    if event.kind == "SwitchStarted":
        data["agents"] = list(names.values())
    return Recorded(event.seq, event.at, event.kind, event.call, data)


def test_the_page_loads_nothing_and_believes_no_name(kept: Keep) -> None:
    folder = kept([_named(event, {"ann": "<script>x</script>", "ben": "$x^{"}) for event in days(1)])
    page = written(folder, "html", "day").decode()
    assert page.count("<svg") == 6
    assert "<script" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "src=" not in page
    assert 'href="http' not in page.replace('xlink:href="data:', "")
    assert written(folder, "pdf", "agent").startswith(b"%PDF")


def test_a_table_is_as_wide_as_the_screen(
    kept: Keep, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    print_report(kept(days(2)), ALL, "sales", "day", "table", None)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Queue sales, 2026-02-20 to 2026-03-05"
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:1] == ["total"] for line in lines)


def test_mistakes_say_what_to_do(kept: Keep) -> None:
    with pytest.raises(StoreError, match=r"--from '1.3.26' is no date .* write 2026-03-31"):
        range_of("1.3.26", None)
    with pytest.raises(StoreError, match="is after --to"):
        range_of("2026-03-02", "2026-03-01")
    with reading(kept(days(3))) as connection:
        with pytest.raises(StoreError, match="did you mean 'sales'"):
            report_of(connection, ALL, "salse")
        with pytest.raises(StoreError, match="callers from 2026-02-25 to 2026-02-28"):
            report_of(connection, Range(date(2020, 1, 1), date(2020, 1, 1)))


def test_the_sample_begins_when_it_says() -> None:
    assert datetime.fromtimestamp(START, UTC).date() == date(2026, 2, 25)
