"""Tables that fit the screen and lose nothing: what has no room beside goes below its row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

SENTENCE = 24
"""Columns that a sentence can be read in, on several lines."""

BETWEEN = 3
"""Blanks between two columns, as rich puts them."""

INDENT = 3
"""Of what goes below a row."""

NOTHING = ("", "-")
"""Cells that need not be shown below a row."""

Cell = str | Text


class Fitting:
    """A table for the width that it is printed in.

    | while it does not fit | happens |
    |---|---|
    | first | heads are broken between words, and the column `sentences` becomes `SENTENCE` wide |
    | then | the columns `below` go below their row, the first first, each value with its head |
    | then | what is given as `otherwise` is shown in its place: the same as smaller tables |
    | then | the widest columns are narrowed down to their longest words |
    | at last | each row is a block, with a line for each cell |
    """

    def __init__(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        below: Sequence[str] = (),
        sentences: str = "",
        otherwise: RenderableType | None = None,
    ) -> None:
        """A column whose name begins with > is aligned to the right; each row has a cell for every column."""
        self._columns = tuple(columns)
        self._rows = [tuple(map(_as_text, row)) for row in rows]
        self._below = tuple(column for column in below if column in self._columns)
        self._sentences = sentences
        self._otherwise = otherwise

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        room = options.max_width
        for count in range(len(self._below) + 1):
            shown = self._shown(self._below[:count])
            if (widths := self._widths(shown, room)) is not None:
                yield from self._lines(shown, widths, room)
                return
        if self._otherwise is not None:
            yield self._otherwise
        elif (widths := self._narrowed(shown, room)) is not None:
            yield from self._lines(shown, widths, room)
        else:
            yield self._blocks()

    def _shown(self, below: Sequence[str]) -> list[int]:
        return [place for place, column in enumerate(self._columns) if column not in below]

    def _widths(self, shown: Sequence[int], room: int) -> list[int] | None:
        """Of the columns shown, with cells on one line; None: there is no room for them."""
        widths: list[int] = []
        flexible = -1
        for place in shown:
            cells = max((_longest_line(row[place]) for row in self._rows), default=0)
            if self._columns[place] == self._sentences and cells > SENTENCE:
                flexible, cells = len(widths), SENTENCE
            widths.append(max(cells, _longest_word(Text(_name(self._columns[place])))))
        spare = room - _whole(widths)
        if spare < 0:
            return None
        if flexible >= 0:
            wanted = max(_longest_line(row[shown[flexible]]) for row in self._rows)
            more = min(spare, max(0, wanted - widths[flexible]))
            widths[flexible], spare = widths[flexible] + more, spare - more
        return self._with_whole_heads(shown, widths, spare)

    def _with_whole_heads(self, shown: Sequence[int], widths: list[int], spare: int) -> list[int]:
        """Heads stay on one line where there is room, the shortest first."""
        lacks = [(cell_len(_name(self._columns[place])) - widths[at], at) for at, place in enumerate(shown)]
        for lack, at in sorted(lacks):
            if 0 < lack <= spare:
                widths[at] += lack
                spare -= lack
        return widths

    def _narrowed(self, shown: Sequence[int], room: int) -> list[int] | None:
        """The same with cells broken between words; None: some word would have to be broken."""
        least: list[int] = []
        widths: list[int] = []
        for place in shown:
            head = _longest_word(Text(_name(self._columns[place])))
            least.append(max([head, *(_longest_word(row[place]) for row in self._rows)]))
            widths.append(max([head, *(_longest_line(row[place]) for row in self._rows)]))
        if _whole(least) > room:
            return None
        while _whole(widths) > room:
            wide = max((at for at, width in enumerate(widths) if width > least[at]), key=widths.__getitem__)
            widths[wide] -= 1
        return widths

    def _lines(self, shown: Sequence[int], widths: Sequence[int], room: int) -> Iterator[RenderableType]:
        hidden = [place for place in range(len(self._columns)) if place not in shown]
        yield Text()
        yield self._table(shown, widths, () if hidden else self._rows)
        for row in self._rows if hidden else ():
            yield self._table(shown, widths, [row], show_header=False)
            yield from self._details(row, hidden, room - INDENT)
        yield Text()

    def _table(
        self,
        shown: Sequence[int],
        widths: Sequence[int],
        rows: Sequence[Sequence[Text]],
        *,
        show_header: bool = True,
    ) -> Table:
        made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=show_header)
        for place, width in zip(shown, widths, strict=True):
            name = self._columns[place]
            justify = "right" if name.startswith(">") else "left"
            made.add_column(_name(name), justify=justify, overflow="fold", width=width)  # type: ignore[arg-type]
        for row in rows:
            made.add_row(*(row[place] for place in shown))
        return made

    def _details(self, row: Sequence[Text], hidden: Sequence[int], room: int) -> Iterator[RenderableType]:
        """`head value` for each cell that says something, as many on a line as fit."""
        line = Text()
        for place in hidden:
            if row[place].plain in NOTHING:
                continue
            pair = Text.assemble((f"{_name(self._columns[place])} ", "dim"), row[place])
            if line and line.cell_len + INDENT + pair.cell_len > room:
                yield Padding(line, (0, 0, 0, INDENT))
                line = Text()
            line.append_text(Text(" " * INDENT)).append_text(pair) if line else line.append_text(pair)
        if line:
            line.overflow = "fold"
            yield Padding(line, (0, 0, 0, INDENT))

    def _blocks(self) -> Table:
        made = Table(box=None, pad_edge=False, show_header=False)
        made.add_column(style="dim", overflow="fold")
        made.add_column(overflow="fold")
        for place, row in enumerate(self._rows, 1):
            for column, cell in zip(self._columns, row, strict=True):
                made.add_row(_name(column), cell)
            if place < len(self._rows):
                made.add_row()
        return made


def _as_text(cell: Cell) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def _name(column: str) -> str:
    return column.removeprefix(">")


def _longest_line(cell: Text) -> int:
    return max(map(cell_len, cell.plain.splitlines()), default=0)


def _longest_word(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split()), default=0)


def _whole(widths: Sequence[int]) -> int:
    return sum(widths) + BETWEEN * (len(widths) - 1)
