"""From an agent getting free to the INVITE for the next caller on the wire, with a full queue.

The agents are bare UDP sockets that answer, talk for a moment, hang up, and take the time from their BYE to
the next INVITE: what the phone of a real agent would see, parsing and transactions included.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from bench import machine
from bench.processes import sink, sipp, switch
from bench.rows import Row

WAITING = 500
AGENTS = 10
OFFERS = 20
"""By agent."""
TALK = 0.5
"""Seconds from the ACK to the BYE, up to twice as long: a hang-up at once counts as a slip of the hand."""
FIRST_PORT = 7610
PORT = 5062
SINK = 6510

CONFIG = f"""\
sip: {{listen: ["udp:127.0.0.1:{PORT}"], rtp_ports: 24000-32767, max_calls: 2000}}
numbers: {{"602": {{queue: busy}}}}
queues: {{busy: {{strategy: longest-idle, ring: 60s, music: classical}}}}
agents:
{"".join(f'  desk-{n}: {{dial: "sip:desk@127.0.0.1:{FIRST_PORT + n}"}}{chr(10)}' for n in range(AGENTS))}
teams: {{busy: {{agents: [{", ".join(f"desk-{n}" for n in range(AGENTS))}]}}}}
"""


def run() -> list[Row]:
    """Fill the queue, then let ten agents take twenty short calls each."""
    with TemporaryDirectory(prefix="softswitch-offer-") as folder:
        config = Path(folder) / "offer.yaml"
        config.write_text(CONFIG)
        waiting = WAITING + AGENTS * OFFERS
        arguments = ("-s", "602", "-r", "100", "-m", str(waiting), "-l", str(waiting), "-p", "5091")
        keys = ("-key", "sink", str(SINK), "-d", "300000")
        with (
            switch(config, PORT),
            sink(SINK),
            sipp("bench_hold.xml", *arguments, *keys, target=f"127.0.0.1:{PORT}"),
        ):
            time.sleep(waiting / 100 + 3)
            took = asyncio.run(_shift())
    p99 = machine.percentile(took, 0.99) * 1000
    return [
        Row(
            f"free agent to INVITE, {WAITING} or more waiting: p99", f"{p99:.1f} ms", "under 20 ms", p99 < 20
        ),
        Row("  median", f"{machine.percentile(took, 0.5) * 1000:.1f} ms"),
        Row("  longest", f"{max(took) * 1000:.1f} ms"),
    ]


async def _shift() -> list[float]:
    """All agents at work; seconds from each BYE to the INVITE after it."""
    loop = asyncio.get_running_loop()
    agents = []
    for number in range(AGENTS):
        local = ("127.0.0.1", FIRST_PORT + number)
        agents.append((await loop.create_datagram_endpoint(Agent, local))[1])
    async with asyncio.timeout(OFFERS * TALK * 8), asyncio.TaskGroup() as group:
        for agent in agents:
            group.create_task(agent.done.wait())
    for agent in agents:
        agent.transport.close()
    return [delay for agent in agents for delay in agent.delays]


class Agent(asyncio.DatagramProtocol):
    """A phone that answers at once and hangs up a moment later: as little of RFC 3261 as a dialog needs."""

    transport: asyncio.DatagramTransport

    def __init__(self) -> None:
        self.delays: list[float] = []
        self.done = asyncio.Event()
        self._freed: float | None = None
        self._invite = ""
        self._talking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The port is open."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, switch: tuple[str, int]) -> None:
        """A request or an answer of the switch."""
        arrived = time.perf_counter()
        text = data.decode()
        if text.startswith("INVITE ") and not self._talking:
            self._take(text, arrived, switch)
        elif text.startswith("ACK ") and self._talking:
            talk = TALK + random.uniform(0, TALK)
            asyncio.get_running_loop().call_later(talk, self._hang_up, self._invite, switch)

    def _take(self, invite: str, arrived: float, switch: tuple[str, int]) -> None:
        if _header(invite, "Call-ID") == _header(self._invite, "Call-ID"):  # a retransmission
            return
        self._invite, self._talking = invite, True
        if self._freed is not None:
            self.delays.append(arrived - self._freed)
        self.transport.sendto(self._accept(invite).encode(), switch)

    def _accept(self, invite: str) -> str:
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {SINK} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        )
        same = "".join(f"{name}:{_header(invite, name)}\r\n" for name in ("Via", "From", "Call-ID", "CSeq"))
        host, port = self.transport.get_extra_info("sockname")
        return (
            f"SIP/2.0 200 OK\r\n{same}To:{_header(invite, 'To')};tag=agent\r\n"
            f"Contact: <sip:desk@{host}:{port}>\r\n"
            f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"
        )

    def _hang_up(self, invite: str, switch: tuple[str, int]) -> None:
        if not self._talking or invite is not self._invite:  # the ACK came twice
            return
        self._talking = False
        target = re.search(r"^Contact: .*<(.+?)>", invite, re.M)
        assert target is not None
        host, port = self.transport.get_extra_info("sockname")
        self._freed = time.perf_counter()
        self.transport.sendto(
            f"BYE {target[1]} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{time.time_ns()}\r\n"
            f"From:{_header(invite, 'To')};tag=agent\r\nTo:{_header(invite, 'From')}\r\n"
            f"Call-ID:{_header(invite, 'Call-ID')}\r\nCSeq: 2 BYE\r\n"
            "Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode(),
            switch,
        )
        if len(self.delays) >= OFFERS:
            self.done.set()


def _header(message: str, name: str) -> str:
    """A header's value, with the space before it; empty when it is not there."""
    found = re.search(rf"^{name}:(.*?)\r$", message, re.M | re.I)
    return found[1] if found else ""
