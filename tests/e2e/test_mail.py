"""Mails of the real switch to a real server that refuses half of them and goes away, over kills."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from softswitch.errors import StoreError
from softswitch.parcels import Mail
from softswitch.store.mails import Mails
from softswitch.store.reading import engine_of
from tests.e2e.switch import Switch, serving, until
from tests.outbound.mailserver import Server

pytestmark = pytest.mark.may_block


def with_mail(server: Server) -> dict[str, object]:
    mail = {
        "server": "127.0.0.1",
        "port": server.port,
        "from": "switch@office.example",
        "tls": "off",
        "timeout": "15s",
    }
    return {"numbers": {"601": "hangup"}, "mail": mail}


def softswitch(switch: Switch, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = str(Path(sys.executable).with_name("softswitch"))
    where = ("--data", str(switch.data))
    return subprocess.run(
        [command, *arguments, *where], capture_output=True, text=True, check=False, timeout=60
    )


def has_tables(switch: Switch) -> bool:
    with contextlib.suppress(StoreError), engine_of(switch.data) as engine:
        Mails(engine).state()
        return True
    return False


def post(switch: Switch, numbers: range) -> None:
    with engine_of(switch.data) as engine:
        for number in numbers:
            Mails(engine).post(
                Mail(f"no {number}", "anna@office.example", f"No. {number}", "..."), time.time()
            )


def clerks_of(switch: Switch) -> list[int]:
    listed = subprocess.run(
        ["ps", "--ppid", str(switch.pid), "-o", "pid=,args="], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "softswitch.clerk" in line]


async def expect_that_tests_tell(switch: Switch, server: Server) -> None:
    """`softswitch mail test` says what the server said."""
    good = await asyncio.to_thread(softswitch, switch, "mail", "test", "anna@office.example")
    assert (good.returncode, good.stdout) == (0, f"taken: 127.0.0.1:{server.port} says 250 OK\n"), good.stderr
    wrong = await asyncio.to_thread(softswitch, switch, "mail", "test", "nobody@office.example")
    assert (wrong.returncode, "550 unknown" in wrong.stdout) == (1, True)
    none = await asyncio.to_thread(softswitch, switch, "mail", "test", "anna")
    assert (none.returncode, "is no mail address" in none.stderr) == (1, True)


async def test_no_mail_is_lost_over_refusals_an_outage_and_kills(tmp_path):
    chance, refused = random.Random(5), set()

    def answer(envelope):
        subject = next(line for line in envelope.content.splitlines() if line.startswith(b"Subject"))
        if subject not in refused and chance.random() < 0.5:
            refused.add(subject)
            return "451 try again"
        return "250 OK"

    server = Server(answer=answer, recipient=lambda to: "550 unknown" if "nobody" in to else "250 OK")
    switch = Switch(tmp_path, with_mail(server))
    async with serving(switch):
        await asyncio.to_thread(until, lambda: has_tables(switch), 20.0, switch.last_words)
        post(switch, range(20))  # nobody listens yet
        await asyncio.sleep(0.6)
        with server:
            await asyncio.to_thread(until, lambda: len(server.taken) >= 3, 40.0, switch.last_words)
            for clerk in clerks_of(switch):
                os.kill(clerk, signal.SIGKILL)
            post(switch, range(20, 40))
            await asyncio.to_thread(until, lambda: len(server.taken) >= 12, 40.0, switch.last_words)
        await asyncio.to_thread(switch.restart_after_a_crash)
        post(switch, range(40, 50))
        with server:
            wanted = {f"No. {number}" for number in range(50)}
            await asyncio.to_thread(until, lambda: wanted <= set(server.subjects), 60.0, switch.last_words)
            twice = len(server.taken) - len(set(server.subjects))
            assert twice <= 3, "a kill repeats the one mail that was under way"
            assert refused
            server.answer = lambda _: "250 OK"
            await expect_that_tests_tell(switch, server)
            with engine_of(switch.data) as engine:
                Mails(engine).post(Mail("x", "nobody@office.example", "[bold]Lost", "..."), time.time())

            def events(kind):
                return [one["data"]["to"] for one in switch.events(kind)]

            await asyncio.to_thread(until, lambda: events("MailRefused"), 40.0, switch.last_words)
            assert events("MailRefused") == ["nobody@office.example"]
            assert len(events("MailSent")) >= 40
            listed = (await asyncio.to_thread(softswitch, switch, "mail")).stdout
            assert "[bold]Lost" in listed
            assert "550 unknown" in listed
            assert "given up" in listed
            done = await asyncio.to_thread(softswitch, switch, "mail", "retry", "nosuch")
            assert "no mail 'nosuch' waits" in done.stderr
