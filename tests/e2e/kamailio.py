"""Proxies that nobody here has written, Kamailio as a subprocess: a carrier's, and one between the switch and
its phones.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
from pathlib import Path

from softswitch.testing.phone import Phone
from tests.e2e import ports
from tests.e2e.processes import end

START = 10.0
"""Seconds that it may take to answer."""

USER, PASSWORD, REALM = "acme", "trunk-secret", "carrier.example"
NETWORK = "127.0.0.20"
"""Where the telephone network is."""


class Proxy:
    """One Kamailio on an address of its own. Use it as an async context manager."""

    def __init__(self, folder: Path, configuration: str, host: str, **words: object) -> None:
        """`configuration`: a file beside this one, in which `@NAME@` stands for each of the words."""
        self.host = host
        self.port = ports.block()
        self._folder = folder / f"kamailio-{host}"
        self._log = self._folder / "log"
        self._template = Path(__file__).with_name(configuration)
        self._words = {"HOST": host, "PORT": self.port, **words}
        self._process: asyncio.subprocess.Process

    @property
    def server(self) -> str:
        """As `server:` in a configuration."""
        return f"{self.host}:{self.port}"

    async def __aenter__(self) -> Kamailio:
        binary = shutil.which("kamailio", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        assert binary, "kamailio is missing; `make test` installs it, as does `apt install kamailio`"
        self._folder.mkdir()
        file = self._folder / "kamailio.cfg"
        file.write_text(self._configuration())
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(binary, "-f", str(file), "-DD", "-E", "-m", "32", "-M", "8"),
                *("-w", str(self._folder), "-Y", str(self._folder), "-P", str(self._folder / "pid")),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            await self._until_it_answers()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """End it; a second time does nothing."""
        await end(self._process)

    def uri(self, number: str) -> str:
        """How a number is called by it."""
        return f"sip:{number}@{self.server}"

    def _configuration(self) -> str:
        text = self._template.read_text()
        for word, value in self._words.items():
            text = text.replace(f"@{word}@", str(value))
        return text

    async def _until_it_answers(self) -> None:
        """OPTIONS until there is an answer."""
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((self.host, 0))
            probe.setblocking(False)
            host, port = probe.getsockname()
            question = (
                f"OPTIONS sip:{self.server} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bK1\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:probe@{host}>;tag=1\r\nTo: <sip:{self.server}>\r\n"
                "Call-ID: probe\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
            )
            deadline = loop.time() + START
            while loop.time() < deadline and self._process.returncode is None:
                probe.sendto(question.encode(), (self.host, self.port))
                try:
                    answer = await asyncio.wait_for(loop.sock_recv(probe, 4096), 0.1)
                except (TimeoutError, OSError):
                    continue
                assert answer.startswith(b"SIP/2.0 200"), answer
                return
        raise AssertionError(f"kamailio does not answer{self.last_words()}")

    def last_words(self) -> str:
        """The end of its log, for messages."""
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return "; the end of its log:\n" + "\n".join(text.splitlines()[-30:])


class Kamailio(Proxy):
    """A carrier's server, between the switch and a telephone network that is played by a scripted phone.

    It registers the switch and challenges its calls by digest, and stays in the way of every dialog
    (Record-Route).
    """

    def __init__(self, folder: Path, network: Phone, host: str = "127.0.0.2") -> None:
        assert network.host == NETWORK
        words = {"USER": USER, "PASSWORD": PASSWORD, "REALM": REALM, "NETWORK": NETWORK}
        super().__init__(folder, "kamailio.cfg", host, **words, NETWORK_PORT=network.port)


class Edge(Proxy):
    """What stands before the switch, and all that phones know of it; it is in their Path (RFC 3327)."""

    def __init__(self, folder: Path, switch_port: int, host: str = "127.0.0.3") -> None:
        super().__init__(folder, "edge.cfg", host, SWITCH=f"127.0.0.1:{switch_port}")
