"""A PostgreSQL server of the tests' own: a fresh cluster in a folder, on a free port of the loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


class Postgres:
    """Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        assert _BINARIES, "PostgreSQL is missing; `make test` installs it, as does `apt install postgresql`"
        self._folder = folder
        self._data = folder / "data"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        # It will not run as root, and the folder must be its own.
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

    @property
    def url(self) -> str:
        """Of the database `postgres`."""
        return f"postgresql://{self._user}@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Postgres:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._user == "postgres":
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-N", "--no-instructions")
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Take connections, with what there was."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """Whoever is connected is cut off; a second time does nothing."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command = [str(_BINARIES[-1] / program), *arguments]
        if self._user == "postgres":
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        done = subprocess.run(
            command,
            check=False,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server inherits it: a pipe would never end
            stderr=subprocess.DEVNULL,
        )
        log = self._folder / "log"
        assert not check or done.returncode == 0, (
            f"{program} ended with {done.returncode}: {log.read_text() if log.exists() else ''}"
        )


@contextmanager
def a_server() -> Iterator[Postgres]:
    """One that runs for a while."""
    # A short path that another user may enter: its socket's name is at most 107 characters long.
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        os.chmod(folder, 0o755)
        with Postgres(Path(folder) / "server") as server:
            yield server
