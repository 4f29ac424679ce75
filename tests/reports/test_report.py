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

from softswitch.acd.service import Service, Services
from softswitch.acd.stats import RATIOS, Tally
from softswitch.commands.report import Range, Wish, print_report, range_of, report_of
from softswitch.errors import StoreError
from softswitch.ports import Recorded
from softswitch.reports.figures import clock, columns, impatience
from softswitch.reports.report import WAIT_STEPS
from softswitch.reports.wording import ENGLISH
from softswitch.store.reading import reading
from softswitch.types import LeaveReason
from tests.reports.naive import by_step, count, percentile, rings, seconds_ready
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


@pytest.mark.parametrize(("seed", "short"), [(0, 0.0), (1, 0.0), (2, 0.0), (3, 5.0), (4, 12.5), (5, 30.0)])
def test_the_figures_are_those_that_the_events_give_by_hand(kept: Keep, seed: int, short: float) -> None:
    events = days(seed, short=short)
    with reading(kept(events)) as connection:
        report, sales = report_of(connection, ALL), report_of(connection, ALL, "sales")
    by_agent: Counter[str] = Counter()
    for made in report.groups["queue"]:
        told = count(events, made.label)
        by_agent.update(told.by_agent)
        assert (made.offered, made.answered, made.abandoned) == (
            told.offered,
            len(told.waits),
            told.abandoned,
        )
        turned_away = told.offered - len(told.waits) - told.abandoned - told.short
        assert (made.short, made.turned_away) == (told.short, turned_away)
        handled = len(told.waits) + told.abandoned
        assert made.abandonment == pytest.approx(told.abandoned / handled)
        assert made.service_level_2 == pytest.approx((told.in_time + told.abandoned_in_time) / handled)
        assert made.estimate_error_share == pytest.approx(sum(told.errors) / sum(told.estimated), abs=0.001)
        assert made.estimate_error == pytest.approx(sum(told.errors) / len(told.errors), abs=0.001)
        assert made.wait_mean == pytest.approx(sum(told.waits) / len(told.waits))
        assert made.wait_median == pytest.approx(percentile(told.waits, 0.5))
        assert made.wait_p95 == pytest.approx(percentile(told.waits, 0.95))
        assert made.service_level == pytest.approx(told.in_time / len(told.waits))
        assert (made.talk, made.held) == pytest.approx((told.talk, told.held), abs=0.1)  # of milliseconds
    assert {one.agent: one.talk for one in report.agents} == pytest.approx(by_agent)
    assert bool(report.total.short) is bool(short)
    whole = [count(events, queue) for queue in ("sales", "support")]
    stays = [stay for told in whole for stay in told.stays]
    for step, told_step in zip(report.impatience, by_step(stays, WAIT_STEPS), strict=True):
        assert step == pytest.approx(told_step)
    for one in report.agents:
        ready = seconds_ready(events, one.agent)
        assert one.occupancy == pytest.approx((by_agent[one.agent] + one.calls * 10) / ready, rel=1e-4)
        made = (one.offered, one.answered, one.missed, one.declined)
        assert made == rings(events, one.agent)
        assert 0 < one.missed < one.answered < one.offered
    for one in sales.agents:
        made = (one.offered, one.answered, one.missed, one.declined)
        assert made == rings(events, one.agent, "sales")
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
    print_report(folder, ALL, queue, Wish(by, form), out)
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
    assert page.count("<svg") == 7
    assert "<script" not in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "src=" not in page
    assert 'href="http' not in page.replace('xlink:href="data:', "")
    assert written(folder, "pdf", "agent").startswith(b"%PDF")


def test_a_table_is_as_wide_as_the_screen(
    kept: Keep, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    print_report(kept(days(2)), ALL, "sales", Wish("day", "table"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Queue sales, 2026-02-20 to 2026-03-05"
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:1] == ["total"] for line in lines)


def test_mistakes_say_what_to_do(kept: Keep) -> None:
    for far in ("0001-01-01", "9999-12-31"):
        with pytest.raises(StoreError, match=f"--from {far}: days are of the years 1970 to 9998"):
            range_of(far, None)
    with pytest.raises(StoreError, match=r"--from 'tomorrow' is no date; write 2026-03-31"):
        range_of("tomorrow", None)
    with pytest.raises(StoreError, match=r"is no date \(month must be in 1..12\); write"):
        range_of("2026-13-01", None)
    with pytest.raises(StoreError, match="--from 9000-01-01 is in the future, as today is"):
        range_of("9000-01-01", None)
    with pytest.raises(StoreError, match="is after --to"):
        range_of("2026-03-02", "2026-03-01")
    with reading(kept(days(3))) as connection:
        with pytest.raises(StoreError, match="did you mean 'sales'"):
            report_of(connection, ALL, "salse")
        with pytest.raises(StoreError, match="callers from 2026-02-25 to 2026-02-28"):
            report_of(connection, Range(date(2020, 1, 1), date(2020, 1, 1)))


@pytest.mark.parametrize("formula", ["service-level", "service-level-2", "service-level-offered"])
def test_the_service_level_is_counted_as_configured_and_the_head_says_how(kept: Keep, formula: str) -> None:
    """The live figures of the same callers, by the engine's own counts, are the same."""
    ways = Services(Service(20.0, formula, 8.0), {"sales": Service(20.0, "service-level", 8.0)})
    events = days(4, short=8.0)
    started = next(place for place, event in enumerate(events) if event.kind == "SwitchStarted")
    events[started] = events[started]._replace(data={**events[started].data, "service": ways.to_json()})
    with reading(kept(events)) as connection:
        report, sales = report_of(connection, ALL), report_of(connection, ALL, "sales")
        support = report_of(connection, ALL, "support")
    tally = Tally()
    for event in events:
        if event.kind == "CallerJoined":
            tally.joined += event.data["queue"] == "support"
    told = count(events, "support")
    for waited in told.waits:
        tally.answer(waited, in_time=waited <= 20.0)
    for waited, gone in told.stays:
        if gone:
            tally.leave(LeaveReason.HUNG_UP, waited, in_time=waited <= 20.0)
    for _ in range(told.short):
        tally.leave(LeaveReason.HUNG_UP, 1.0, in_time=True, short=True)
    assert support.total.service_level == pytest.approx(RATIOS[formula].of(tally.counts()))
    assert support.total.service_level == report.groups["queue"][1].service_level
    assert sales.total.service_level == report.groups["queue"][0].service_level
    counted = ENGLISH.words[f"formula.{formula}"]
    assert report.notes[0].startswith(f"Service level: {counted}, within 20 s; ")
    assert "who hangs up within 8 s does not count" in report.notes[0]
    differs = formula != "service-level"
    assert [note.startswith("Service level of queue sales: ") for note in report.notes[1:2]] == [differs]
    assert sales.notes[0].startswith("Service level: answered in time, of those answered, within 20 s; ")


def test_the_sample_begins_when_it_says() -> None:
    assert datetime.fromtimestamp(START, UTC).date() == date(2026, 2, 25)


def test_messages_count_where_they_were_left(kept: Keep) -> None:
    events = days(0)
    visits = [event for event in events if event.kind == "CallerJoined"][:40]
    last = events[-1].seq
    left = [
        ("VoicemailLeft", {"file": f"{place}.wav", "queue": one.data["queue"], "began": one.at + 0.5})
        for place, one in enumerate(visits)
    ]
    left += [("VoicemailLeft", {"file": "direct.wav", "queue": "", "began": visits[0].at})]
    left += [("VoicemailDeleted", {"file": "0.wav", "by": "agent desk-1"})]
    told = [
        Recorded(last + place, events[-1].at, kind, None, {"mailbox": "office", **data})
        for place, (kind, data) in enumerate(left, 1)
    ]
    with reading(kept([*events, *told])) as connection:
        report = report_of(connection, ALL)
        queue = str(visits[0].data["queue"])
        one = report_of(connection, ALL, queue)
    by_queue = Counter(str(visit.data["queue"]) for visit in visits)
    by_day = Counter(datetime.fromtimestamp(visit.at).date().isoformat() for visit in visits)
    assert report.total.voicemails == 40
    assert {line.label: line.voicemails for line in report.groups["queue"] if line.voicemails} == by_queue
    assert {line.label: line.voicemails for line in report.groups["day"] if line.voicemails} == by_day
    assert sum(line.voicemails for line in report.groups["hour"]) == 40
    assert one.total.voicemails == by_queue[queue]
