"""The figures of a day that the switch has lived through, against what people did in it, counted by hand."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from softswitch.commands.report import Wish, print_report, report_of
from softswitch.ports import Recorded
from softswitch.reports import page as page_of_reports
from softswitch.reports.figures import Figures
from softswitch.reports.report import Report
from softswitch.reports.wording import words_of
from softswitch.store.reading import reading
from softswitch.store.records import misfits
from tests.reports.test_report import ALL
from tests.reports.whole_day import whole_day

pytestmark = pytest.mark.may_block

Keep = Callable[[list[Recorded]], Path]


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Warsaw")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def folder(kept: Keep) -> Path:
    assert [misfits(event.kind, event.data) for event in whole_day() if misfits(event.kind, event.data)] == []
    return kept(whole_day())


@pytest.fixture
def report(folder: Path) -> Report:
    with reading(folder) as connection:
        return report_of(connection, ALL)


def counts(one: Figures) -> tuple[int, ...]:
    return (one.offered, one.answered, one.abandoned, one.short, one.turned_away, one.voicemails)


def test_every_caller_is_in_one_count_and_every_queue_adds_up(report: Report) -> None:
    by_queue = {one.label: counts(one) for one in report.groups["queue"]}
    assert by_queue == {
        "support": (8, 4, 1, 1, 2, 0),  # turned away: after max_wait, and hung up by an operator
        "sales": (1, 1, 0, 0, 0, 0),  # who was sent on from support
        "office": (1, 0, 0, 0, 1, 1),  # who left a message
        "back": (1, 0, 0, 0, 1, 0),  # who is called back
        "small": (2, 0, 1, 0, 1, 0),  # who found it full
    }
    assert counts(report.total) == (13, 5, 2, 1, 5, 1)
    for by in ("hour", "day", "queue"):
        lines = [counts(one) for one in report.groups[by]]
        assert tuple(map(sum, zip(*lines, strict=True))) == counts(report.total), by


def test_waits_levels_and_talks_of_a_queue(report: Report) -> None:
    support = next(one for one in report.groups["queue"] if one.label == "support")
    # Answered after 4, 25, 5 and 4 s; one gave up after 30 s; in time is 20 s.
    assert (support.wait_mean, support.wait_median) == (9.5, 4.5)
    assert support.wait_p95 == pytest.approx(5 + 0.85 * 20)
    assert (support.service_level, support.service_level_2) == (3 / 4, 3 / 5)
    assert support.abandonment == 1 / 5
    # 100, 60 with 10 on hold, 30 until the transfer, 20 until an operator ended it; 15 s of notes each.
    assert (support.talk, support.held, support.wrap_up, support.talk_mean) == (210, 10, 60, 52.5)
    sales = next(one for one in report.groups["queue"] if one.label == "sales")
    assert (sales.wait_mean, sales.service_level, sales.talk, sales.wrap_up) == (6, 1, 50, 0)


def test_agents_talk_for_queues_to_customers_called_back_and_to_those_handed_on(report: Report) -> None:
    told = {one.agent: (one.calls, one.talk, one.wrap_up, one.held, one.online) for one in report.agents}
    there = 3 * 3600.0
    assert told == {
        "desk-201": (3, 100 + 30 + 20, 45, 0, there),
        "desk-202": (3, 60 + 90 + 40, 15, 10, there),
        "desk-203": (1, 50, 0, 0, there),
    }
    occupancy = {one.agent: one.occupancy for one in report.agents}
    assert occupancy["desk-201"] == pytest.approx(195 / there)


def test_when_callers_came_and_when_they_gave_up(report: Report) -> None:
    wednesday = report.heat.tolist()[2]
    assert {hour: count for hour, count in enumerate(wednesday) if count} == {10: 6, 11: 4, 12: 3}
    assert report.heat.sum() == 13
    # Of twelve who count, five still waited after 30 s, and two of them gave up just then.
    steps = {low: (share, there) for low, share, there in report.impatience}
    assert steps[0.0] == (0, 12)
    assert steps[30.0] == (2 / 5, 5)
    assert steps[60.0] == (0, 1)


def written(folder: Path, form: str, part: str = "figures", by: str = "queue") -> str:
    out = folder / "out"
    print_report(folder, ALL, None, Wish(by, form, part), out)
    return out.read_text()


def test_callbacks_messages_patience_and_the_heat_map_are_in_every_form(folder: Path) -> None:
    told = json.loads(written(folder, "json"))
    [row] = told["callbacks"]["rows"]
    assert (row["label"], row["wanted"], row["reached"], row["attempts"]) == ("back", 1, 1, 2)
    assert row["wait_mean"] == pytest.approx(359.6, abs=0.01)
    assert told["total"]["voicemails"] == 1
    assert told["heat"][2][10] == 6
    sheets = {
        part: list(csv.DictReader(io.StringIO(written(folder, "csv", part))))
        for part in ("figures", "callbacks", "heat", "waits")
    }
    assert {row["label"]: row["voicemails"] for row in sheets["figures"]}["office"] == "1"
    assert [(row["label"], row["reached"]) for row in sheets["callbacks"]] == [("back", "1")]
    assert [row["weekday"] for row in sheets["heat"] if row["10"] == "6"] == ["Wed"]
    assert {row["from"]: (row["to"], row["there"]) for row in sheets["waits"]}["30.0"] == ("45.0", "5")
    assert sum(int(row[f"{hour:02}"]) for row in sheets["heat"] for hour in range(24)) == 13
    page = written(folder, "html")
    for title in (
        "Callbacks and voicemails by hour",
        "Callers by weekday and hour",
        "Abandonment by waiting",
    ):
        assert f"<!-- {title}" in page
    assert "<h2>Callbacks</h2>" in page
    screen = written(folder, "table")
    for title in ("Callbacks", "Callers by weekday and hour", "Abandonment by waiting time"):
        assert title in screen


def titles(figure: Figure) -> str:
    """In place of a picture, which takes a quarter of a second: its titles, as they are in it."""
    return "".join(f"<!-- {axes.get_title(loc='left')} -->" for axes in figure.axes)


@pytest.mark.parametrize(
    ("by", "first", "picture"),
    [
        ("queue", "small", "Waits of those answered, by queue"),
        ("agent", "desk-203", "Conversations by agent"),
        ("hour", "12:00", "Callers by hour"),
        ("day", "2026-02-25", "Callers by hour"),
    ],
)
def test_each_by_has_its_own_table_and_pictures_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch, by: str, first: str, picture: str
) -> None:
    monkeypatch.setattr(page_of_reports, "svg", titles)
    page = written(folder, "html", by=by)
    table, rest = page.split("<h2>")[1].split("<figure>", 1)
    assert table.startswith(f"By {by}</h2>")
    assert f"<td><bdi>{first}</bdi></td>" in table
    firsts = ("Waits of those answered, by queue", "Conversations by agent", "Callers by hour")
    places = {title: rest.find(f"<!-- {title}") for title in firsts}
    assert min((place, title) for title, place in places.items() if place >= 0)[1] == picture


def test_a_day_on_which_people_only_left_messages_has_a_report(kept: Keep) -> None:
    events = whole_day()
    left = {"file": "a.wav", "mailbox": "office", "queue": "", "began": events[0].at, "seconds": 9.0}
    told = [events[0], Recorded(2, events[0].at, "VoicemailLeft", None, {**left, "queue": "office"})]
    with reading(kept(told)) as connection:
        report = report_of(connection, ALL)
    assert (report.total.offered, report.total.voicemails) == (0, 1)
    assert [(one.label, one.voicemails) for one in report.groups["queue"]] == [("office", 1)]


@pytest.mark.parametrize("language", ["en", "pl", "he"])
def test_on_a_terminal_of_80_columns_tables_have_a_line_for_each_queue(
    kept: Keep, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    print_report(kept(whole_day()), ALL, None, Wish("queue", "table", language=language))
    lines = capsys.readouterr().out.splitlines()
    name = words_of(language).say("callbacks")
    row = next(line for line in lines[lines.index(name) :] if line.startswith("back"))
    assert len(row.split()) >= 6, "figures side by side"
    assert max(map(len, lines)) <= 80
