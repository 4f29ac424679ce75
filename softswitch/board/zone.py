"""The machine's time zone by its name, for browsers, which know no other kind."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

LINK = Path("/etc/localtime")
"""Where it is set up (localtime(5))."""


@cache
def machine_zone() -> str | None:
    """As `Europe/Warsaw`, by TZ or localtime(5); None: nobody says. Reads the file system, once."""
    told = os.environ.get("TZ", "").removeprefix(":")
    if not told:
        try:
            told = str(LINK.readlink())
        except OSError:
            return None
    name = told.rpartition("zoneinfo/")[2]
    return None if name.startswith(("/", ".")) or not name else name
