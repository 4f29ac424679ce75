"""The bench of the year's report at a thousandth of its size: that it still fits the tables."""

from __future__ import annotations

from pathlib import Path

from bench.year import YEAR, generate
from softswitch.commands.report import report_of
from softswitch.store.reading import reading


def test_the_year_of_the_bench_is_whole(tmp_path: Path) -> None:
    generate(tmp_path, 1000)
    with reading(tmp_path) as connection:
        report = report_of(connection, YEAR)
    assert report.total.offered == 1000
    assert sum(agent.answered for agent in report.agents) == report.total.answered > 500
