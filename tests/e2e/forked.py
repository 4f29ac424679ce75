"""Switches forked from a process that has imported the switch: a start without a second of imports.

A hundred tests start a switch of their own, and nearly all that a start costs is reading Python. So each
process of tests has one parent of switches beside it, `python -m tests.e2e.forked FOLDER`, which imports
what `softswitch run` needs, opens nothing, and forks at request. The child goes on as the command itself
would, in a process of its own. Starts by the command are tested in test_starting.py, and
wherever a switch is started again after a crash.

The clerk and the librarian of such a switch are forked from the same parent: what the switch starts is a
stand-in that hands its pipes to the parent, waits for the child's end, and ends as that did.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds that the parent may take until it answers."""


class Forked:
    """A running command, with what is used of `subprocess.Popen`."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        """Start `softswitch` with these arguments; what it says goes to the end of `log`."""
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._line.settimeout(PATIENCE)
        self._line.connect(str(_parent()))
        self._line.sendall(json.dumps([arguments, str(log), os.getcwd(), dict(os.environ)]).encode() + b"\n")
        self._answers = self._line.makefile("r")
        self.pid = int(self._answers.readline())
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code as `Popen` gives it, if it has ended."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("softswitch", timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, within: float | None) -> int | None:
        if self._code is None and select.select([self._line], [], [], within)[0]:
            line = self._answers.readline()
            assert line, "the parent of the switches has ended"
            self._code = int(line)
            self._answers.close()
            self._line.close()
        return self._code


@functools.cache
def _parent() -> Path:
    """The socket of the parent that belongs to this process; it ends with this process."""
    folder = Path(tempfile.mkdtemp(prefix="switches-"))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.forked", str(folder)], stdin=subprocess.PIPE, cwd=ROOT
    )
    atexit.register(_let_go, process, folder)
    path = folder / "parent"
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert process.poll() is None, "the parent of the switches did not start, see above"
        assert time.monotonic() < end, f"the parent of the switches is not there after {PATIENCE:.0f} s"
        time.sleep(0.02)
    return path


def _let_go(process: subprocess.Popen[bytes], folder: Path) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(PATIENCE)
    folder.rmdir()


STAND_IN = """#!{python} -SI
import array, json, os, socket, sys
if sys.argv[1:3] != ["-P", "-m"] or sys.argv[3] not in {modules}:
    os.execv("{python}", ["{python}", *sys.argv[1:]])
line = socket.socket(socket.AF_UNIX)
line.connect("{path}")
asked = json.dumps([sys.argv[3:], None, os.getcwd(), dict(os.environ)]).encode() + b"\\n"
socket.send_fds(line, [asked[:1]], [0, 1, 2])
line.sendall(asked[1:])
os.close(0), os.close(1)
answers = line.makefile()
answers.readline()
code = int(answers.readline() or -9)
os._exit(code) if code >= 0 else os.kill(os.getpid(), -code)
"""
"""The Python of a forked switch, to it: quick to start, as it reads nothing but this."""

HELPERS = ("softswitch.clerk", "softswitch.librarian")

READ = ("server", "exports", "rebuilding", "reports")
"""Of `softswitch.web`: what a switch with pages reads when it starts."""

LATER = (
    *("anyio._backends._asyncio", "babel.numbers", "httpcore2", "pydantic.v1", "sqlalchemy.dialects.sqlite"),
    *("truststore", "uvicorn.lifespan.off"),
)
"""What others read at their first use."""


# The parent's side --------------------------------------------------------------------------------------


def _serve(home: Path) -> Callable[[], object]:
    """Fork at request until stdin ends; returns in the children alone: what they are to do."""
    path = home / "parent"
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    door.bind(str(home / "opening"))
    door.listen(8)
    (home / "opening").rename(path)  # whoever sees it can connect
    stand_in = home / "python"
    stand_in.write_text(STAND_IN.format(python=sys.executable, modules=HELPERS, path=path))
    stand_in.chmod(0o700)
    children: dict[int, tuple[int, socket.socket]] = {}  # by descriptor: process and who waits for it
    helpers: dict[socket.socket, int] = {}  # that end with who started them
    while True:
        ready = select.select([0, door, *children, *helpers], [], [])[0]
        if 0 in ready:
            path.unlink()
            stand_in.unlink()
            os._exit(0)
        for line in helpers.keys() & set(ready):  # the stand-in is gone
            os.kill(helpers.pop(line), signal.SIGKILL)
        for descriptor in children.keys() & set(ready):
            pid, line = children.pop(descriptor)
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            os.close(descriptor)
            helpers.pop(line, None)
            _tell(line, code)
            line.close()
        if door in ready:
            line = door.accept()[0]
            arguments, log, folder, environment, pipes = _asked(line)
            pid = os.fork()
            if pid == 0:
                os.chdir(folder)
                os.environ.clear()
                os.environ.update(environment)
                if pipes:
                    return _help(arguments, pipes)
                sys.executable = str(stand_in)
                return _become(arguments, log)
            for pipe in pipes:
                os.close(pipe)
            children[os.pidfd_open(pid)] = pid, line
            if pipes:
                helpers[line] = pid
            _tell(line, pid)


def _asked(line: socket.socket) -> tuple[list[str], str, str, dict[str, str], list[int]]:
    """What is to be started, and with which descriptors; none: with an output of its own."""
    text, pipes, _, _ = socket.recv_fds(line, 65536, 3)
    while not text.endswith(b"\n"):
        text += line.recv(65536)
    arguments, log, folder, environment = json.loads(text)
    return arguments, log, folder, environment, pipes


def _tell(line: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # the test may have gone
        line.sendall(b"%d\n" % number)


def _become(arguments: list[str], log: str) -> Callable[[], object]:
    """Leave the parent's descriptors, and take the arguments and the place of output of the command."""
    from softswitch.cli import main

    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.closerange(3, 16)
    sys.argv = ["softswitch", *arguments]
    return main


def _help(arguments: list[str], pipes: list[int]) -> Callable[[], object]:
    """Leave the parent's descriptors for those of the stand-in."""
    kept = [os.dup2(pipe, place) for place, pipe in enumerate(pipes)]
    os.closerange(len(kept), os.sysconf("SC_OPEN_MAX"))
    sys.argv = arguments
    main: Callable[[], object] = sys.modules[f"{arguments[0]}.__main__"].main
    return main


def _main() -> None:
    import gc
    import importlib

    import softswitch.app
    from softswitch.sentences.grammar import category
    from softswitch.types import Language

    assert softswitch.app is not None
    for helper in HELPERS:
        importlib.import_module(f"{helper}.__main__")
    for module in READ:
        importlib.import_module(f"softswitch.web.{module}")
    for module in LATER:
        importlib.import_module(module)
    for language in ("en", "he", "pl"):
        category(Language(language), 1)
    gc.freeze()  # as nothing else will write to these pages
    sys.exit(_serve(Path(sys.argv[1]))())


if __name__ == "__main__":
    _main()
