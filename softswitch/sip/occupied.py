"""Who has a port that the switch wants: an error that names the program saves a search."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_TCP_LISTEN = "0A"


def describe(transport: str, port: int) -> str:
    """The program that listens there, as `the program sipp (process 4711)`, or `another program`."""
    socket = _socket(transport, port)
    holder = _holder(socket) if socket else None
    return holder or "another program"


def _socket(transport: str, port: int) -> str | None:
    """The inode of the socket that is bound to the port."""
    for family in ("", "6"):
        with suppress(OSError):
            for line in (_PROC / "net" / f"{transport}{family}").read_text().splitlines()[1:]:
                fields = line.split()
                listens = transport == "udp" or fields[3] == _TCP_LISTEN
                if listens and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    return fields[9]
    return None


def _holder(inode: str) -> str | None:
    """The process that has the socket open, as far as we may see it."""
    wanted = f"socket:[{inode}]"
    for process in _PROC.iterdir():
        if not process.name.isdigit():
            continue
        with suppress(OSError):
            if any(os.readlink(file) == wanted for file in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                own = " itself: it listens there twice" if int(process.name) == os.getpid() else ""
                return f"the program {name} (process {process.name}){own}"
    return None
