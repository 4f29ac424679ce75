"""The nearest valid name: what somebody who mistyped one probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

LISTED = 12
"""So many names are listed at most when none is near."""


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name that is most like `name`, if any is, by at least `likeness` (1: the same); capitals do
    not matter.
    """
    by_lower = {one.lower(): one for one in known}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=likeness)
    return by_lower[found[0]] if found else None


def listed(names: Sequence[str]) -> str:
    """For people: pl; pl and he; pl, he and de."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest one, or all of them when they are few."""
    names = list(known)
    if found := nearest(name, names):
        return f"; did you mean {str(found)!r}?"  # a word of an enum is shown as people write it
    if 0 < len(names) <= LISTED:
        return f"; known here: {', '.join(names)}"
    return ""
