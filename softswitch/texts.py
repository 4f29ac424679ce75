"""The shapes and lengths of what people write for others to read, whichever way it comes. Pure."""

LINE_OR_NOTHING = r"^[^\x00-\x1f\x7f]*$"
LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""A text of some lines, and not of blanks alone."""
LINES_OR_NOTHING = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

NOTES, WORD = 4000, 64
"""Characters of notes, and of a disposition, at most."""
BULLETIN = 2000
"""Characters of a bulletin, at most."""
