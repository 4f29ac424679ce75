"""Law 1 measured: RTP gaps while one C call holds the GIL, directly after ports were rewired.

The switch's own endpoint runs in this process and plays music to a raw SIP caller; a process of its own
receives the RTP and takes the arrival times.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import socket
import time
from multiprocessing.connection import Connection

from bench.rows import Row
from softswitch.config.settings import MediaSettings
from softswitch.config.sip_settings import Listen, SipSettings
from softswitch.ports import Leg
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sound import Clip, Hear

PORT = 5063
HOLD: float = 0.5
"""Seconds that the GIL is held at a time."""
TIMES = 10
LIMIT_MS = 40


def run() -> list[Row]:
    """One caller, ten rewirings, each followed by half a second without the GIL for anybody."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    caller = context.Process(target=_caller, args=(theirs,))
    caller.start()
    try:
        asyncio.run(_serve(ours))
        gaps: list[float] = ours.recv() if ours.poll(30) else []
    finally:
        caller.join(30)
        caller.kill()
    longest = max(gaps) * 1000 if gaps else float("inf")
    return [
        Row(
            f"RTP gap with the GIL held {HOLD * 1000:.0f} ms after rewiring, {TIMES} times: longest",
            f"{longest:.0f} ms",
            f"none over {LIMIT_MS} ms",
            longest <= LIMIT_MS,
        )
    ]


async def _serve(caller: Connection) -> None:
    arrived: asyncio.Future[Leg] = asyncio.get_running_loop().create_future()
    settings = SipSettings(listen=(Listen("udp", "127.0.0.1", PORT),), codecs=("pcmu",))
    async with SipEndpoint(settings, MediaSettings(), on_incoming=arrived.set_result) as endpoint:
        caller.send("ready")
        leg = await asyncio.wait_for(arrived, 30)
        leg.answer()
        await leg.answered()
        noise = Clip(bytes(range(256)) * 625, endpoint.media.rate, "noise")
        turns = _turns_for(HOLD)
        with endpoint.media.player(noise, loop=True) as one, endpoint.media.player(noise, loop=True) as two:
            for number in range(TIMES):
                leg.hear(Hear(two if number % 2 else one, 0.5))
                sum(range(turns))
                await asyncio.sleep(0.3)
        leg.hangup()
        await asyncio.sleep(0.5)


def _turns_for(seconds: float) -> int:
    turns, took = 1_000_000, 0.0
    while took < seconds:
        turns *= 2
        began = time.perf_counter()
        sum(range(turns))
        took = time.perf_counter() - began
    return round(turns * seconds / took)


def _caller(switch: Connection) -> None:
    """Call, listen until the BYE, report the gaps between packets in seconds."""
    switch.recv()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip,
    ):
        rtp.bind(("127.0.0.1", 0))
        sip.bind(("127.0.0.1", 0))
        rtp.settimeout(1.5)
        sip.settimeout(10)
        own = sip.getsockname()[1]
        sdp = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {rtp.getsockname()[1]} RTP/AVP 0\r\n"
        )
        head = (
            f"Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{{branch}}\r\n"
            "From: <sip:gaps@127.0.0.1>;tag=g\r\n"
            "To: <sip:600@127.0.0.1>{tag}\r\nCall-ID: gaps\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:gaps@127.0.0.1:{own}>\r\n"
        )
        invite = head.format(branch="1", tag="", method="INVITE")
        target = f"sip:600@127.0.0.1:{PORT}"
        sip.sendto(
            f"INVITE {target} SIP/2.0\r\n{invite}Content-Type: application/sdp\r\n"
            f"Content-Length: {len(sdp)}\r\n\r\n{sdp}".encode(),
            ("127.0.0.1", PORT),
        )
        while not (answer := sip.recv(65535).decode()).startswith("SIP/2.0 200"):
            pass
        tag = ";tag=" + answer.split("\r\nTo:")[1].split("tag=")[1].split("\r\n")[0]
        ack = head.format(branch="2", tag=tag, method="ACK")
        sip.sendto(f"ACK {target} SIP/2.0\r\n{ack}Content-Length: 0\r\n\r\n".encode(), ("127.0.0.1", PORT))
        switch.send(_gaps(rtp))


def _gaps(rtp: socket.socket) -> list[float]:
    times: list[float] = []
    while True:
        try:
            rtp.recv(2048)
        except TimeoutError:
            return [later - sooner for sooner, later in itertools.pairwise(times)]
        times.append(time.perf_counter())
