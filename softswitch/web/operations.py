"""What the web server needs of the running switch."""

from __future__ import annotations

from typing import Protocol


class Operations(Protocol):
    """The running switch; everything is called on the loop."""

    def not_ready(self) -> list[str]:
        """Why new calls should go to another switch; empty: they are welcome here."""
