"""What goes into files that spreadsheets open."""

from __future__ import annotations


def inert(cell: object) -> object:
    """Text that a spreadsheet would take for a formula, with an apostrophe before it; a number with its plus
    or minus is none.
    """
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell if cell[1:].isdecimal() else f"'{cell}"
    return cell
