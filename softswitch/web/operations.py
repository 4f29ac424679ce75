"""What the web server needs of the running switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from softswitch.ports import Recorded
from softswitch.web.figures import Figures


class Heard(Protocol):
    """The journal, for those who listen."""

    def subscribe(self, subscriber: Callable[[Recorded], None]) -> Callable[[], None]:
        """Hand each event from now on to `subscriber`; call the result to end it."""


class Operations(Protocol):
    """The running switch; everything is called on the loop."""

    def not_ready(self) -> list[str]:
        """Why new calls should go to another switch; empty: they are welcome here."""

    def figures(self) -> Figures:
        """The switch in numbers."""
