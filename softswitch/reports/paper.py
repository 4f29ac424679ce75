"""A report as a PDF: pages of A4 with its tables, as many on each as fit, and its pictures."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from softswitch.reports.frame import style
from softswitch.reports.plots import SHEET, sheets
from softswitch.reports.report import Report
from softswitch.reports.tables import Table, callback_table, table, total_table, wait_table
from softswitch.reports.wording import Words

POINT = 1 / 72 / SHEET[1]
"""A part of the page's height."""

TOP, FOOT = 0.93, 0.04
"""Where, as parts of the page's height, tables begin and end."""

NOTE = 9 * POINT
"""A line of a note, at the foot of the first page."""

MOST_NOTED = 0.5
"""More of the first page than this is left to the notes alone."""

HEAD = 22
"""Points for the name of a table, with the gap above."""


class Piece(NamedTuple):
    """A table, or as much of a long one as goes on a page."""

    name: str
    of: Table
    size: float = 7
    """Of its letters, in points."""

    @property
    def line(self) -> float:
        """The height of one, in points."""
        return 12 * _scale(self.size)  # matplotlib's own, for letters of ten points

    @property
    def heads(self) -> list[str]:
        """Broken into lines, which makes columns narrow; empty: there are none."""
        heads = [textwrap.fill(head, 9, break_long_words=False) for head in self.of[0]]
        return heads if any(heads) else []

    @property
    def height(self) -> float:
        """On the page, as a part of that."""
        above = 1 + max(head.count("\n") for head in self.heads) if self.heads else 0
        return POINT * (HEAD + self.line * (above + len(self.of[1]) + 1))


def pdf(report: Report, bys: Sequence[str]) -> bytes:
    """The total, the tables asked for, and the pictures, those of the first of `bys` first."""
    out, words = io.BytesIO(), report.words
    with (
        mpl.rc_context(style(words)),
        PdfPages(out, metadata={"Title": report.title, "CreationDate": None}) as pages,
    ):
        notes = [line for note in report.notes for line in textwrap.wrap(note, 165)]
        for pieces in paged(_tables(report, bys), len(notes) * NOTE):
            pages.savefig(_sheet(words, report.title, pieces, notes))
            notes = []  # on the first page only
        for figure in sheets(report, bys[0]):
            pages.savefig(figure)
    return out.getvalue()


def _tables(report: Report, bys: Sequence[str]) -> Iterator[Piece]:
    words = report.words
    yield Piece(words.say("total").capitalize(), (("", ""), total_table(report)), 9)
    yield from (Piece(words.say(f"by.{by}"), table(report, by)) for by in bys)
    if report.callbacks:
        yield Piece(words.say("callbacks"), callback_table(report, bys[0]))
    if report.total.offered:
        yield Piece(words.say("patience"), wait_table(report))


def paged(tables: Iterator[Piece], noted: float = 0.0) -> Iterator[list[Piece]]:
    """What goes on each page; a table that is longer than a page goes on on the next. `noted`: a part of the
    first page that is for notes; with a great many of them that page has no table.
    """
    page: list[Piece] = []
    if noted > MOST_NOTED:
        yield page
        noted = 0.0
    for whole in tables:
        heads, rows = whole.of
        while rows:
            piece = whole._replace(of=(heads, rows))
            room = TOP - FOOT - noted - sum(each.height for each in page)
            if page and piece.height > room:
                yield page
                page, noted = [], 0.0
                continue
            over = max(0, round((piece.height - room) / POINT / piece.line + 0.5))
            page.append(piece._replace(of=(heads, rows[: len(rows) - over])))
            rows = rows[len(rows) - over :]
    yield page


def _sheet(words: Words, title: str, pieces: Sequence[Piece], notes: Sequence[str]) -> Figure:
    """A page with tables."""
    figure = Figure(figsize=SHEET)
    edge, side = (0.97, "right") if words.leftward else (0.03, "left")
    figure.text(edge, 0.95, words.drawn(title), fontsize=13, weight="bold", ha=side)
    top = TOP
    for piece in pieces:
        figure.text(edge, top - 15 * POINT, words.drawn(piece.name), fontsize=10, weight="bold", ha=side)
        height = piece.height - HEAD * POINT
        axes = figure.add_axes((0.03, top - piece.height, 0.94, height))
        axes.axis("off")
        _lay(axes, words, piece)
        top -= piece.height
    figure.text(edge, 0.03, words.drawn("\n".join(notes)), fontsize=7, color="#66707c", va="bottom", ha=side)
    return figure


def _lay(axes: Axes, words: Words, piece: Piece) -> None:
    """The table, from the side on which one begins to read."""
    way = -1 if words.leftward else 1
    heads, rows = piece.heads[::way], [list(row)[::way] for row in piece.of[1]]
    made = axes.table(
        cellText=[[words.drawn(cell) for cell in row] for row in rows],
        colLabels=[words.drawn(head) for head in heads] or None,
        colWidths=_widths((heads, *rows) if heads else rows, piece.size),
        loc="upper right" if words.leftward else "upper left",
        cellLoc="left" if words.leftward else "right",
        edges="horizontal",
    )
    made.auto_set_font_size(value=False)
    made.set_fontsize(piece.size)
    made.scale(1, _scale(piece.size))
    for (line, _), cell in made.get_celld().items():
        cell.set_edgecolor("#dde2e8")
        if line == 0 and heads:
            cell.set_height(cell.get_height() * (1 + max(head.count("\n") for head in heads)))


def _scale(size: float) -> float:
    """The height of a line, as a part of that which matplotlib gives it."""
    return 0.085 * size + 0.4


def _widths(rows: Sequence[Sequence[str]], size: float) -> list[float]:
    """Of each column, as a part of the page's, by its longest line; no more than there is beside the gap that
    matplotlib leaves.
    """
    letters = [
        max(len(line) for cell in column for line in cell.split("\n")) + 3
        for column in zip(*rows, strict=True)
    ]
    whole = sum(letters) * size * 0.6 / 72 / (0.94 * SHEET[0])
    return [each / sum(letters) * min(whole, 0.97) for each in letters]
