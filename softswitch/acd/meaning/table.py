"""What the tables of this room hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from softswitch.acd.floor import Floor

Meaning = Mapping[type, Callable[[Floor, Any], None]]
"""What is to be done, by the kind of event."""
