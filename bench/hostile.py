"""Calls on hold in a hostile network: a flood of bad requests, and ten times as many calls as are let in."""

from __future__ import annotations

import multiprocessing
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine
from bench.processes import sink, sipp, switch
from bench.rows import Row
from softswitch.control.client import ask
from softswitch.control.wire import SOCKET

HELD = 500
SECONDS = 15.0
RATE = 50
"""RTP packets per second and caller."""
FLOOD = 20_000
"""Bad requests per second."""
SOURCES = 40
"""Addresses that they come from."""
ADMITTED = 100
"""New calls per second that are let in."""
TIMES = 10
TALK = 1.0
PORT = 5064
SINK, OTHER_SINK = 6520, 6522

CONFIG = """\
sip:
  listen: ["udp:127.0.0.1:{port}"]
  codecs: [pcma, pcmu]
  rtp_ports: 16384-32767
  max_calls: 4000
  drain: 1s
  limits: {limits}
  ban: {{never: {never}}}
numbers: {{"600": {{queue: hold}}, "601": {{queue: through}}}}
queues:
  hold: {{music: classical}}
  through: {{strategy: longest-idle, ring: 20s, wrap_up: 0, music: classical}}
agents:
  agent: {{dial: "sip:agent@127.0.0.1:7600", calls: unlimited}}
  phone: {{login: "u1", password: "secret-of-u1"}}
teams: {{hold: {{agents: []}}, through: {{agents: [agent]}}}}
"""


def run() -> list[Row]:
    """Both, one after the other."""
    return [*flood(), *overload()]


def flood() -> list[Row]:
    """Limits as they are by themselves; held callers come from a trusted network, the flood does not."""
    with _held("{}", "[127.0.0.1/32]") as house, _beside(_flood) as bad:
        packets, cores = house.measure()
        sent, seconds = bad()
        status = house.status()
    share, thrown = packets / (HELD * RATE), status["shielded"] | status["dropped"]
    reached = 4 * thrown.get("scanner", 0) / sent
    return [
        Row(f"flood while {HELD} callers are on hold: bad requests/s", f"{sent / seconds:,.0f}", f"{FLOOD:,}",
            sent / seconds >= FLOOD * 0.98),
        Row("  RTP packets sent, of 50/s each", f"{share:.2%}", "at least 99.9 %", share >= 0.999),
        Row("  bad requests that reached the switch", f"{reached:.0%}"),
        Row("  switch: cores", f"{cores:.2f}"),
        Row("  thrown away", ", ".join(f"{count:,} {reason}" for reason, count in thrown.items())),
    ]  # fmt: skip


def overload() -> list[Row]:
    """So many calls are let in a second, and ten times as many come.

    A tenth of a second's calls may come at once: a whole second's would wait for one another.
    """
    limits = f"{{per_source: unlimited, all: {ADMITTED // 10} per 100ms}}"
    with (
        _held(limits, "[]") as house,
        sipp("bench_agent.xml", "-p", "7600", "-mp", "26000"),
        sink(OTHER_SINK),
        _beside(_call_often) as callers,
    ):
        packets, cores = house.measure()
        offered, refused, answers = callers()
    share, p99 = packets / (HELD * RATE), machine.percentile(answers, 0.99) * 1000
    return [
        Row(f"calls offered while {ADMITTED}/s are let in", f"{offered / SECONDS:,.0f}/s",
            f"{ADMITTED * TIMES:,}/s", offered / SECONDS >= ADMITTED * TIMES * 0.98),
        Row("  RTP packets of held calls, of 50/s each", f"{share:.2%}", "at least 99.9 %", share >= 0.999),
        Row("  admitted calls", f"{len(answers) / SECONDS:.0f}/s"),
        Row("  INVITE to 200 OK of those, p99", f"{p99:.0f} ms", "under 200 ms", p99 < 200),
        Row("  answered 503", f"{refused:,} of {offered - len(answers):,} others", "all",
            refused + len(answers) == offered),
        Row("  switch: cores", f"{cores:.2f}"),
    ]  # fmt: skip


class _House:
    """The switch with its held calls."""

    def __init__(self, pid: int, folder: Path) -> None:
        self._pid = pid
        self._folder = folder

    def measure(self) -> tuple[float, float]:
        """RTP packets and cores, per second."""
        meter = machine.Meter((self._pid,))
        packets, began = machine.socket_drops(SINK), time.monotonic()
        time.sleep(SECONDS)
        packets, seconds = machine.socket_drops(SINK) - packets, time.monotonic() - began
        return packets / seconds, meter.read()[1][self._pid]

    def status(self) -> dict[str, dict[str, int]]:
        """What `softswitch status` would show."""
        status: dict[str, dict[str, int]] = ask(self._folder / SOCKET, "status")
        return status


@contextmanager
def _held(limits: str, never: str) -> Iterator[_House]:
    """A switch, and callers on hold, let in well below its limits."""
    with TemporaryDirectory(prefix="softswitch-hostile-") as folder:
        config = Path(folder) / "hostile.yaml"
        config.write_text(CONFIG.format(port=PORT, limits=limits, never=never))
        pace = ADMITTED * 3 // 4
        arguments = ("-s", "600", "-r", str(pace), "-m", str(HELD), "-l", str(HELD), "-p", "5094")
        keys = ("-key", "sink", str(SINK), "-d", "120000")
        with (
            switch(config, PORT, Path(folder)) as process,
            sink(SINK),
            sipp("bench_hold.xml", *arguments, *keys, target=f"127.0.0.1:{PORT}"),
        ):
            time.sleep(HELD / pace + 4)
            yield _House(process.pid, Path(folder))


@contextmanager
def _beside(work: Callable[[Connection], None]) -> Iterator[Callable[[], tuple]]:  # type: ignore[type-arg]
    """A process of its own that works while we measure; the callable waits for what it found."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs,))
    process.start()
    try:
        ours.recv()
        yield ours.recv
    finally:
        process.join(30)
        process.kill()


def _paced(rate: int, send: Callable[[int], None], idle: Callable[[float], None]) -> tuple[int, float]:
    """So many a second for as long as is measured, and a second more; how many, and in which time."""
    began = time.monotonic()
    sent = 0
    while (now := time.monotonic()) - began < SECONDS:
        due = int((now - began) * rate)
        while sent < due:
            send(sent)
            sent += 1
        idle(0.002)
    return sent, time.monotonic() - began


def _flood(ours: Connection) -> None:
    """Scanners, REGISTERs without credentials, calls to nobody, and what nobody can read."""
    sockets = []
    for number in range(SOURCES):
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.bind((f"127.66.{number}.1", 0))
        one.setblocking(False)
        sockets.append(one)
    ports = [one.getsockname()[1] for one in sockets]
    kinds = (
        _request("OPTIONS", "600", "User-Agent: friendly-scanner\r\n"),
        _request("REGISTER", "u1", "Contact: <sip:u1@192.0.2.1>\r\n"),
        _request("INVITE", "0048900000000", "Contact: <sip:x@192.0.2.1>\r\n"),
        _request("OPTIONS", "600", "").replace("OPTIONS sip:", "OPTIONS <sip:", 1),
    )

    def send(number: int) -> None:
        at = number // len(kinds) % SOURCES
        text = kinds[number % len(kinds)].format(number=number, host=f"127.66.{at}.1", own=ports[at])
        sockets[at].sendto(text.encode(), ("127.0.0.1", PORT))

    ours.send("ready")
    ours.send(_paced(FLOOD, send, time.sleep))


def _request(method: str, user: str, more: str, body: str = "") -> str:
    return (
        f"{method} sip:{user}@127.0.0.1:{PORT} SIP/2.0\r\n"
        "Via: SIP/2.0/UDP {host}:{own};branch=z9hG4bK{number}\r\n"
        "From: <sip:x@example.net>;tag={number}\r\n"
        f"To: <sip:{user}@example.net>\r\n"
        "Call-ID: {number}@hostile\r\n"
        f"CSeq: 1 {method}\r\nMax-Forwards: 70\r\n{more}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )


def _call_often(ours: Connection) -> None:
    """Ten times as many calls as are let in; each that is answered goes on for a moment."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    line.bind(("127.0.0.1", 0))
    line.setblocking(False)
    own = line.getsockname()[1]
    callers = _Callers(line, own)
    ours.send("ready")
    offered, _ = _paced(ADMITTED * TIMES, callers.call, callers.listen)
    until = time.monotonic() + TALK + 2
    while time.monotonic() < until:
        callers.listen(0.01)
    ours.send((offered, callers.refused, callers.answers))


class _Callers:
    """As little of RFC 3261 as a short call needs."""

    def __init__(self, line: socket.socket, own: int) -> None:
        self.refused = 0
        self.answers: list[float] = []
        self._line = line
        self._own = own
        self._sent: dict[str, float] = {}
        self._ends: list[tuple[float, str, str]] = []
        sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        sdp += f"m=audio {OTHER_SINK} RTP/AVP 0\r\n"
        more = f"Contact: <sip:x@127.0.0.1:{own}>\r\nContent-Type: application/sdp\r\n"
        self._invite = _request("INVITE", "601", more, sdp)

    def call(self, number: int) -> None:
        """One more."""
        self._sent[str(number)] = time.monotonic()
        self._send(self._invite.format(number=number, host="127.0.0.1", own=self._own))

    def listen(self, patience: float) -> None:
        """Take what has come, and hang up what has talked enough."""
        if select.select([self._line], [], [], patience)[0]:
            try:
                while True:
                    self._hear(self._line.recv(65536).decode())
            except BlockingIOError:
                pass
        now = time.monotonic()
        while self._ends and self._ends[0][0] <= now:
            _, number, to = self._ends.pop(0)
            self._send(self._within("BYE", number, to, f"e{number}", 2))

    def _hear(self, text: str) -> None:
        number = text.split("\r\nCall-ID: ", 1)[1].split("@", 1)[0]
        to = text.split("\r\nTo: ", 1)[1].split("\r\n", 1)[0]
        status = int(text[8:11])
        if " INVITE\r\n" not in text or status < 200:
            return
        sent = self._sent.pop(number, None)
        if status == 200:
            self._send(self._within("ACK", number, to, f"a{number}", 1))
            if sent is not None:
                self.answers.append(time.monotonic() - sent)
                self._ends.append((time.monotonic() + TALK, number, to))
        elif sent is not None:
            self.refused += status == 503
            self._send(self._within("ACK", number, to, number, 1))

    def _within(self, method: str, number: str, to: str, branch: str, cseq: int) -> str:
        return (
            f"{method} sip:601@127.0.0.1:{PORT} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._own};branch=z9hG4bK{branch}\r\n"
            f"From: <sip:x@example.net>;tag={number}\r\nTo: {to}\r\nCall-ID: {number}@hostile\r\n"
            f"CSeq: {cseq} {method}\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        )

    def _send(self, text: str) -> None:
        self._line.sendto(text.encode(), ("127.0.0.1", PORT))
