"""A fuzzer over the SIP port and everything behind it: mutated real messages, with a seed.

    python -m tests.sip.fuzz --seconds 600 --seed 7

It fails when the switch no longer answers OPTIONS, when Python code behind a callback raises, when a call is
left over, or when memory grows. A crash ends the process; the messages sent last are kept in a file.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from structlog.testing import capture_logs

from softswitch.config.settings import MediaSettings
from softswitch.config.sip_settings import BanSettings, Hostility, LimitSettings
from softswitch.ports import Leg
from softswitch.registration.accounts import Account, Proven
from softswitch.registration.registrar import Registrar
from softswitch.sip.admission import Admission
from softswitch.sip.endpoint import SipEndpoint
from softswitch.sip.gate import Answer, Request
from softswitch.sip.phones import Phones
from softswitch.sip.proofs import Proofs
from softswitch.sip.watching import Watching
from softswitch.testing.fakes import FakeJournal
from softswitch.types import AgentName
from softswitch.watching.request import BODIES
from tests.sip.conftest import free_port, settings
from tests.sip.mutations import Mutations
from tests.sip.phone import Dialog, Phone, sdp

BATCH = 80
"""Messages between two breaths."""
PACE = 0.02
"""Seconds of a breath: what an INVITE costs lasts for 32 s, and there are slots for 8,192 legs."""
ASK = 10
"""Batches between two questions whether the switch still answers."""
TRIES = 3
"""How often it is asked in vain: a datagram may be lost among so many."""
WARM = 60.0
"""Seconds until memory is what it will be: transactions last for 32 s."""
GROWTH = 30 << 20
"""Octets that memory may grow from then on."""

TORTURE = Path(__file__).parent / "torture/messages"
DIGEST = 'Digest username="201", realm="softswitch", nonce="0123", uri="sip:x", response="{0}", algorithm=MD5'


def corpus(phone: Phone) -> list[bytes]:
    """Messages as they are, before something happens to them."""
    texts = [file.read_bytes() for file in sorted(TORTURE.glob("*.sip"))]
    for method in (
        "OPTIONS",
        "REGISTER",
        "SUBSCRIBE",
        "NOTIFY",
        "MESSAGE",
        "REFER",
        "PUBLISH",
        "INFO",
        "BYE",
    ):
        texts.append(
            numbered(Dialog(phone), 0)
            .text(method, Contact=f"<sip:201@127.0.0.1:{phone.port}>;expires=60")
            .encode()
        )
    texts.append(
        numbered(Dialog(phone), 0)
        .text("REGISTER", Authorization=DIGEST.format("0" * 32), Contact="*")
        .encode()
    )
    lamp = numbered(Dialog(phone, "201"), 0)
    lamp.cseq = 1
    texts += [lamp.text("SUBSCRIBE", Event=event, Expires="600").encode() for event in BODIES]
    texts.append(numbered(Dialog(phone), 0).text("INVITE", sdp(9), User_Agent="friendly-scanner").encode())
    return texts


def numbered(dialog: Dialog, number: int) -> Dialog:
    """With names that the same seed gives again."""
    dialog.call_id, dialog.tag = f"fuzz-{number}@127.0.0.1", f"tag-{number}"
    return dialog


def of_a_call(call: Dialog) -> Iterator[bytes]:
    """What may come within a call."""
    yield call.text("INFO", "Signal=5\r\nDuration=160\r\n", Content_Type="application/dtmf-relay").encode()
    for method in ("INVITE", "UPDATE"):
        yield call.text(method, sdp(9, "sendonly")).encode()
    for method in ("PRACK", "BYE", "ACK", "CANCEL", "REFER", "NOTIFY", "OPTIONS"):
        yield call.text(method).encode()


class _Trusting(Proofs):
    """What comes behind the digest is to be reached too."""

    def of(self, request: Request) -> Proven | Answer:
        """Everybody is the one agent."""
        return Proven(AgentName("desk"), "201")


class Fuzz:
    """One run."""

    def __init__(self, seed: int, last: Path) -> None:
        self.sent = 0
        self.calls = 0
        self._seed = seed
        self._last = last
        self._legs: set[Leg] = set()

    async def run(self, seconds: float) -> list[str]:
        """What went wrong."""
        sip = settings(free_port())
        unlimited = Hostility(LimitSettings(None, None, None), BanSettings(failures=None))
        endpoint = SipEndpoint(sip, MediaSettings(), self._welcome)
        with capture_logs() as lines:
            async with endpoint:
                endpoint.shield.apply(unlimited, sip.listen)
                phones = Phones(Registrar(), endpoint.pinger, FakeJournal(), lambda agent, there: None)
                admission = Admission(phones, Proofs(endpoint.shield.failed))
                admission.apply([Account("201", AgentName("desk"), password="x")], "softswitch", guests=True)
                admission.install(endpoint.gate)
                watching = Watching(endpoint.sender, _Trusting(endpoint.shield.failed))
                watching.apply({"201": AgentName("desk")}, "*13", [AgentName("desk")])
                watching.install(endpoint.gate)
                problems = await self._fuzz(endpoint, seconds, lines)
                watching.close()
                phones.close()
        return problems

    def _welcome(self, leg: Leg) -> None:
        self.calls += 1
        self._legs.add(leg)
        if self.calls % 3 == 0:
            leg.answer()

    async def _fuzz(self, endpoint: SipEndpoint, seconds: float, lines: list[dict[str, object]]) -> list[str]:
        port = endpoint.settings.listen[0].port
        phone = await Phone.open(port + 10, ("127.0.0.1", port))
        mutations = Mutations(corpus(phone), self._seed)
        began, batches, warm, problems = time.monotonic(), 0, 0, list[str]()
        while time.monotonic() - began < seconds and not problems:
            call = await self._call(phone)
            batch = [mutations.next(*of_a_call(call)) for _ in range(BATCH)]
            self._last.write_bytes(b"\n----\n".join(batch))
            endpoint.shield.known("127.0.0.1") if batches % 2 == 0 else endpoint.shield.unknown("127.0.0.1")
            for message in batch:
                phone.transport.sendto(message, phone.switch)
            if batches % 10 == 0:
                await self._over_a_connection(port, batch)
            self.sent += BATCH
            await asyncio.sleep(PACE)
            self._hang_up()
            phone.messages.clear()
            batches += 1
            if batches % ASK == 0:
                problems = await self._ask(phone, lines)
                self._progress(time.monotonic() - began, seconds)
            if not warm and time.monotonic() - began > WARM:
                warm = memory()
        if warm and memory() - warm > GROWTH:
            problems.append(f"memory grew by {(memory() - warm) >> 20} MB after {WARM:.0f} s")
        self._hang_up()
        await asyncio.sleep(0.1)
        if endpoint.legs or endpoint.gate.state.callers:
            problems.append(
                f"{len(endpoint.legs)} legs are left over, {endpoint.gate.state.callers} are counted"
            )
        if endpoint.foreign_callbacks:
            problems.append("a callback came on another thread than the loop's")
        phone.close()
        return problems

    async def _call(self, phone: Phone) -> Dialog:
        """A call, as far as it comes: what was mutated before may have ended it."""
        call = numbered(Dialog(phone), self.sent)
        call.send("INVITE", sdp(9), branch=f"z9hG4bK{self.sent}")
        try:
            answer = await phone.wait(lambda heard: heard.header("Call-ID") == call.call_id, 0.02)
            call.remote_tag = answer.header("To").partition(";tag=")[2]
        except TimeoutError:
            pass
        return call

    async def _over_a_connection(self, port: int, batch: list[bytes]) -> None:
        """A stream of messages, broken off."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return
        writer.write(b"".join(batch[:5]).replace(b"/UDP", b"/TCP"))
        await asyncio.sleep(0)
        writer.transport.abort()

    async def _ask(self, phone: Phone, lines: list[dict[str, object]]) -> list[str]:
        broken = [str(line) for line in lines if "exc_info" in line or line["event"] == "sip.callback_failed"]
        lines.clear()
        for _ in range(TRIES):
            try:
                answer = await phone.request("OPTIONS")
            except TimeoutError:
                continue
            return broken if answer.status == 200 else [*broken, f"OPTIONS is answered {answer.status}"]
        return [*broken, "OPTIONS is not answered any more"]

    def _hang_up(self) -> None:
        for leg in self._legs:
            leg.hangup(486)
        self._legs.clear()

    def _progress(self, past: float, seconds: float) -> None:
        if sys.stderr.isatty():
            counts = f"{self.sent} messages, {self.calls} calls, {memory() >> 20} MB"
            print(f"\r{past:5.0f} of {seconds:.0f} s, {counts} ", end="", file=sys.stderr)


def memory() -> int:
    """Octets of this process that are resident."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def main() -> int:
    """Exit code 0: nothing was found."""
    parser = argparse.ArgumentParser(description="Fuzz the SIP port.")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--last", type=Path, default=Path("fuzz-last-messages.bin"))
    given = parser.parse_args()
    print(f"seed {given.seed}; the messages sent last are in {given.last}", file=sys.stderr)
    fuzz = Fuzz(given.seed, given.last)
    problems = asyncio.run(fuzz.run(given.seconds))
    print(f"\n{fuzz.sent} messages, {fuzz.calls} calls: {'; '.join(problems) or 'nothing found'}")
    if not problems:
        given.last.unlink(missing_ok=True)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
