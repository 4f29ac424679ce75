"""The rows of the bench table."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from bench import machine


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure beside what it should be."""

    what: str
    measured: str
    wanted: str = ""
    met: bool | None = None
    """None: a figure to know, with no target."""


def table(rows: list[Row]) -> Table:
    """All rows, with the machine that they were measured on."""
    result = Table(title=f"softswitch bench on {machine.name()}", title_justify="left")
    result.add_column("what")
    result.add_column("measured", justify="right")
    result.add_column("wanted", justify="right")
    result.add_column("")
    for row in rows:
        verdict = "" if row.met is None else "[green]met[/]" if row.met else "[red]missed[/]"
        result.add_row(row.what, row.measured, row.wanted, verdict)
    return result
