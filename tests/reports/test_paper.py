"""Which tables of a report go on which page of its PDF."""

from __future__ import annotations

from softswitch.reports.paper import FOOT, POINT, TOP, Piece, paged
from softswitch.reports.tables import Table


def lines(count: int) -> Table:
    return ("day", "offered"), [(f"{number}", "1") for number in range(count)]


def test_short_ones_share_a_page_and_a_long_one_goes_on_with_its_heads() -> None:
    tables = [Piece("Total", lines(3)), Piece("By day", lines(4)), Piece("By hour", lines(100))]
    pages = list(paged(iter([*tables, Piece("x", lines(2))])))
    assert [[piece.name for piece in page] for page in pages] == [
        ["Total", "By day"], ["By hour"], ["By hour"], ["By hour", "x"],
    ]  # fmt: skip
    told = [piece for page in pages for piece in page]
    assert {piece.of[0] for piece in told} == {("day", "offered")}
    assert [row for piece in told if piece.name == "By hour" for row in piece.of[1]] == lines(100)[1]
    for page in pages:
        assert sum(piece.height for piece in page) <= TOP - FOOT + POINT


def test_a_report_of_nobody_has_a_page_all_the_same() -> None:
    assert list(paged(iter([Piece("By agent", lines(0))]))) == [[]]
