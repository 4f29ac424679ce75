"""Tables that keep words whole: what a narrow terminal has no room for goes one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

BETWEEN = 2
"""Blanks between two columns."""


class WordsTable:
    """A table whose columns are narrowed, the widest first, down to their longest words. When even that
    does not fit, each row is a block of its own, with a line for each cell.
    """

    def __init__(self, title: str, *columns: str) -> None:
        self._title = title
        self._columns = columns
        self._rows: list[tuple[Text, ...]] = []

    def add_row(self, *cells: Text) -> None:
        """One more; a cell for every column."""
        self._rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        widths = self._widths(console, options.max_width)
        yield self._blocks() if widths is None else self._table(widths)

    def _widths(self, console: Console, room: int) -> list[int] | None:
        """Of each column; None: some word would have to be broken."""
        least, widths = [], []
        for header, *cells in zip(self._columns, *self._rows, strict=True):
            sizes = [console.measure(cell) for cell in (Text(header), *cells)]
            least.append(max(size.minimum for size in sizes))
            widths.append(max(size.maximum for size in sizes))
        room -= BETWEEN * (len(widths) - 1)
        if sum(least) > room:
            return None
        while sum(widths) > room:
            wide = max((i for i, width in enumerate(widths) if width > least[i]), key=widths.__getitem__)
            widths[wide] -= 1
        return widths

    def _table(self, widths: Sequence[int]) -> Table:
        made = self._bare()
        for column, width in zip(self._columns, widths, strict=True):
            made.add_column(column, header_style="dim", width=width)
        for row in self._rows:
            made.add_row(*row)
        return made

    def _blocks(self) -> Table:
        made = self._bare(show_header=False)
        made.add_column(style="dim", no_wrap=True)
        made.add_column(overflow="fold")
        for place, row in enumerate(self._rows, 1):
            for column, cell in zip(self._columns, row, strict=True):
                made.add_row(column, cell)
            if place < len(self._rows):
                made.add_row()
        return made

    def _bare(self, *, show_header: bool = True) -> Table:
        return Table(
            title=self._title,
            title_justify="left",
            title_style="bold",
            box=None,
            pad_edge=False,
            show_header=show_header,
        )
