"""What goes over the control socket: JSON objects, one a line, each request answered before the next is read.

{"command": "queues", "arguments": {}}        a request
{"ok": true, "result": [...]}                 the answer
{"ok": false, "error": "..."}                 or why there is none
{"item": {...}}                               of a stream: any number of these before the answer
"""

from __future__ import annotations

import json
from pathlib import Path

from softswitch.errors import ControlError
from softswitch.ports import JsonValue

SOCKET = "control.sock"
"""Its name in the data folder."""

MAX_REQUEST = 64 * 1024
"""Bytes of a request line; what is longer is refused and the connection closed."""

MAX_PATH = 107
"""Bytes of a UNIX socket's path (`sun_path` of unix(7), without the closing zero)."""


def encode(message: JsonValue) -> bytes:
    """A message as a line."""
    return json.dumps(message, separators=(",", ":"), default=str).encode() + b"\n"


def check_path(path: Path) -> None:
    """Raise ControlError when the system cannot make a socket of that path."""
    length = len(str(path).encode())
    if length > MAX_PATH:
        raise ControlError(
            f"the control socket's path has {length} bytes, the system allows {MAX_PATH}: {path}. "
            "Use a data folder with a shorter path (--data DIR)."
        )
