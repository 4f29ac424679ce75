"""The command line's side of the control socket: plain and blocking."""

from __future__ import annotations

import json
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

from softswitch.control.wire import check_path, encode
from softswitch.errors import ControlError, NobodyAnswers
from softswitch.ports import JsonValue
from softswitch.types import Seconds

TIMEOUT: Seconds = 15.0


def ask(path: Path, command: str, /, **arguments: JsonValue) -> Any:
    """The result of a command. Raises ControlError: no switch answers, or it refused."""
    *_, result = stream(path, command, **arguments)
    return result


def stream(path: Path, command: str, /, **arguments: JsonValue) -> Generator[Any, None, None]:
    """The items of a streaming command as they come, and its result last. Raises ControlError."""
    check_path(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(TIMEOUT)
        try:
            connection.connect(str(path))
            connection.sendall(encode({"command": command, "arguments": arguments}))
            for line in connection.makefile("rb"):
                message = json.loads(line)
                if "item" in message:
                    yield message["item"]
                    continue
                if not message["ok"]:
                    raise ControlError(message["error"])
                yield message["result"]
                return
        except (FileNotFoundError, ConnectionRefusedError):
            raise NobodyAnswers(_NOBODY.format(path=path)) from None
        except PermissionError:
            raise ControlError(f"{path}: only the user who runs the switch may control it") from None
        except TimeoutError:
            raise ControlError(f"the switch at {path} does not answer within {TIMEOUT:.0f} s") from None
        except (OSError, ValueError, KeyError) as error:
            raise ControlError(f"the switch at {path} broke off: {error}") from error
    raise ControlError(f"the switch at {path} stopped before it answered")


_NOBODY = (
    "no switch is running there: nothing answers at {path}.\n"
    "Start one with `softswitch run FILE`, or name its data folder with --data DIR (or SOFTSWITCH_DATA)."
)
