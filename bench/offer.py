"""From an agent getting free to the INVITE for the next caller on the wire, with a full queue.

The agent is a bare UDP socket that answers, waits for the ACK, hangs up, and takes the time from its BYE to
the next INVITE: what the phone of a real agent would see, parsing and transactions included.
"""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine
from bench.processes import sink, sipp, switch
from bench.rows import Row

WAITING = 500
OFFERS = 300
TALK = 0.05
"""Seconds from the ACK to the BYE: who hangs up in the moment of answering is left alone for a while."""
AGENT = ("127.0.0.1", 7610)
PORT = 5062
SINK = 6510

CONFIG = """\
sip: {listen: ["udp:127.0.0.1:5062"], rtp_ports: 24000-32767, max_calls: 2000}
numbers: {"602": {queue: busy}}
queues: {busy: {strategy: longest-idle, ring: 20s, music: classical}}
agents: {desk: {name: Desk, dial: "sip:desk@127.0.0.1:7610"}}
teams: {busy: {agents: [desk]}}
"""


def run() -> list[Row]:
    """Fill the queue, then let the agent take 300 calls of no length, one after the other."""
    with TemporaryDirectory(prefix="softswitch-offer-") as folder:
        config = Path(folder) / "offer.yaml"
        config.write_text(CONFIG)
        waiting = WAITING + OFFERS
        arguments = ("-s", "602", "-r", "100", "-m", str(waiting), "-l", str(waiting), "-p", "5091")
        keys = ("-key", "sink", str(SINK), "-d", "300000")
        with (
            switch(config, PORT),
            sink(SINK),
            Agent() as agent,
            sipp("bench_hold.xml", *arguments, *keys, target=f"127.0.0.1:{PORT}"),
        ):
            time.sleep(waiting / 100 + 3)
            took = [agent.take_a_call() for _ in range(OFFERS + 1)][1:]
    p99 = machine.percentile(took, 0.99) * 1000
    return [
        Row(
            f"free agent to INVITE, {WAITING} or more waiting: p99", f"{p99:.1f} ms", "under 20 ms", p99 < 20
        ),
        Row("  median", f"{machine.percentile(took, 0.5) * 1000:.1f} ms"),
        Row("  longest", f"{max(took) * 1000:.1f} ms"),
    ]


class Agent:
    """A phone that answers at once and hangs up at once (RFC 3261, as little of it as a dialog needs)."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(60)
        self._socket.bind(AGENT)
        self._freed: float | None = None
        self._taken: set[str] = set()

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()

    def take_a_call(self) -> float:
        """Seconds from the BYE of the call before to the INVITE of this one."""
        while True:
            invite, switch = self._await("INVITE ")
            arrived = time.perf_counter()
            call = _headers(invite, "Call-ID")[0]
            if call not in self._taken:  # else a retransmission that had been waiting in the socket
                break
        self._taken.add(call)
        delay = arrived - (self._freed or arrived)
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {SINK} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        )
        same = "".join(f"{line}\r\n" for line in _headers(invite, "Via", "From", "Call-ID", "CSeq"))
        to = _headers(invite, "To")[0] + ";tag=agent"
        self._socket.sendto(
            f"SIP/2.0 200 OK\r\n{same}{to}\r\nContact: <sip:desk@{AGENT[0]}:{AGENT[1]}>\r\n"
            f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}".encode(),
            switch,
        )
        self._await("ACK ")
        target = re.search(r"^Contact: .*<(.+?)>", invite, re.M)
        assert target is not None
        caller, callee = _headers(invite, "From")[0].removeprefix("From:"), to.removeprefix("To:")
        time.sleep(TALK)
        self._freed = time.perf_counter()
        self._socket.sendto(
            f"BYE {target[1]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {AGENT[0]}:{AGENT[1]};branch=z9hG4bK{time.time_ns()}\r\n"
            f"From:{callee}\r\nTo:{caller}\r\n{call}\r\nCSeq: 2 BYE\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode(),
            switch,
        )
        return delay

    def _await(self, start: str) -> tuple[str, tuple[str, int]]:
        while True:
            data, source = self._socket.recvfrom(65535)
            text = data.decode()
            if text.startswith(start):
                return text, source


def _headers(message: str, *names: str) -> list[str]:
    lines = message.partition("\r\n\r\n")[0].split("\r\n")[1:]
    return [line for name in names for line in lines if line.lower().startswith(name.lower() + ":")]
