"""Every table of every command, in terminals of 80 and 60 columns: nothing is left out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console, Group, RenderableType

from softswitch.commands import (
    access,
    callbacks,
    erasing,
    mail,
    phones,
    prompts,
    record,
    recordings,
    running,
    trunks,
    voicemails,
    webhooks,
)
from softswitch.commands.report import report_of
from softswitch.commands.report_screen import shown
from softswitch.config import describe
from softswitch.config.load import load
from softswitch.config.spoken import Spoken
from softswitch.config.tables import WordsTable
from softswitch.demo.cast import Caller
from softswitch.demo.screen import summary
from softswitch.fitting import NOTHING, Fitting
from softswitch.mailboxes import Message
from softswitch.parcels import Unsent
from softswitch.ports import Recorded
from softswitch.store.call_record import CallRecord, Offer, Talk
from softswitch.store.reading import reading
from softswitch.types import AgentName, CallId, MailboxName, Quality
from tests.reports.conftest import kept  # noqa: F401 - a fixture
from tests.reports.test_report import ALL
from tests.reports.whole_day import whole_day

WIDTHS = (80, 60)

CALL, NUMBER = "5f0c2a91d3b4", "+48600100200"
SERVER = "tls:sip-primary.carrier.example:5061"
SENTENCE = "450 4.7.1 greylisted, please come again in about five minutes from now"


def drawn(what: RenderableType, width: int) -> str:
    screen = Console(file=io.StringIO(), width=width)
    screen.print(what)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def tables_of(what: RenderableType) -> Iterator[Fitting | WordsTable]:
    if isinstance(what, Fitting | WordsTable):
        yield what
    elif isinstance(what, Group):
        for each in what.renderables:
            yield from tables_of(each)


def assert_nothing_is_missing(what: RenderableType, width: int) -> None:
    """Every word of every cell that says something is there with its head, and no line is too long."""
    out = drawn(what, width)
    assert max(map(len, out.splitlines())) <= width, out
    squeezed = "".join(out.split())  # a word that is longer than the terminal is broken
    made = list(tables_of(what))
    assert made
    for table in made:
        for place, column in enumerate(table._columns):
            cells = [row[place].plain for row in table._rows]
            says = [cell for cell in cells if cell not in NOTHING]
            for word in (word for cell in says for word in cell.split()):
                assert word in out or word in squeezed, (column, word, out)
            for word in column.removeprefix(">").split() if says else ():
                assert word in out, (column, out)


def queues() -> RenderableType:
    counts = {
        **{"joined": 1207, "answered": 1104, "answered_wait": 20000.0, "longest_wait": 930.0},
        **{"abandoned": 81, "full": 11, "timed_out": 7, "sent_away": 3, "talk_time": 80.0},
    }
    caller = {
        **{"call": CALL, "number": NUMBER, "position": 12, "priority": "gold", "waited": 125.0},
        "ringing": ["desk-201", "desk-202", "desk-203"],
    }
    queue = {"name": "customer-support", "waiting": 112, "free": 3, "counts": counts, "callers": [caller] * 2}
    figures = {"service_level": 0.8125, "estimate": 95.0, "estimate_error": 0.25}
    return running.queues([queue | figures])


def agents() -> RenderableType:
    agent = {
        **{"name": "desk-201", "state": "paused", "since": 10.0, "until": 400.0, "paused": "lunch break"},
        **{"calls": [CALL], "queues": ["customer-support", "sales-poland", "returns"], "taken": 41},
        **{"talk_time": 8000.0},
    }
    return running.agents({"at": 100.0, "agents": [agent]})


def live_calls() -> RenderableType:
    call = {"call": CALL, "from": f"Anna Nowak {NUMBER}", "dialled": "0048221234567", "phase": "talking"}
    return running.live_calls([call | {"queue": "customer-support", "agent": "desk-201", "seconds": 4000.0}])


def bans() -> RenderableType:
    why = "12 wrong passwords in a minute, and nothing else"
    return running.bans([{"address": "2001:db8:85a3::8a2e:370:7334", "why": why, "left": 3600.0}])


def the_phones() -> RenderableType:
    phone = {
        **{"agent": "desk-201", "state": "there", "latency": 0.0123, "transport": "tls", "nat": True},
        **{"contact": "sip:desk-201@192.168.100.200:5060;transport=tls", "source": "198.51.100.7:49152"},
        **{"path": ["sip:edge.example;lr"], "registered": 7200.0, "expires": 3000.0, "lamps": 4},
        "phone": "Yealink SIP-T46U 108.86.0.75",
    }
    return phones.phones([phone])


def the_trunks() -> RenderableType:
    line = {"trunk": "carrier-poland", "server": SERVER, "state": "down", "seconds": 65.0}
    return trunks.trunks(
        [line | {"registered": False, "latency": 0.0123, "calls": 28, "channels": 30, "problem": SENTENCE}]
    )


def the_callbacks() -> RenderableType:
    one = {
        **{"queue": "customer-support", "name": "Anna Nowak", "number": NUMBER, "priority": "default"},
        **{"state": "resting", "waits": 4000.0, "attempts": 2, "again": 240.0, "callback": CALL},
    }
    return callbacks.callbacks([one])


def the_calls() -> RenderableType:
    sound = Quality("PCMA/8000", 980, 1000, lost=20, jitter=0.004, mos=4.2)
    one = CallRecord(
        id=CallId(CALL),
        start=1.0,
        number=NUMBER,
        name="Anna Nowak",
        dialled="0048221234567",
        menus=["welcome", "support"],
        digits="21",
        queues=["sales-poland", "customer-support"],
        wait=125.0,
        offers=[Offer(AgentName("desk-203"), "no-answer", 20.0)],
        agent="desk-201",
        answered=1.0,
        talk=421.0,
        talks=[Talk("desk-201", "", 421.0, "caller")],
        ended_by="caller",
        caller_media=sound,
        agent_media=sound,
    )
    return record.calls([one])


def the_recordings() -> RenderableType:
    file = "2026/11/30/20261130-081500-5f0c2a91d3b4-1.wav"
    one = {"file": file, "start": 1.0, "number": NUMBER, "queue": "customer-support"}
    agents = ["desk-201", "desk-202"]
    return recordings.recordings(
        [one | {"agents": agents, "seconds": 4000.0, "bytes": 64_000_000, "deleted": None}]
    )


def the_messages() -> RenderableType:
    file, queue = "2026/11/30/20261130-081500-5f0c2a91d3b4.wav", "customer-support"
    return voicemails.messages(
        [Message(file, MailboxName("office"), CallId(CALL), 1.0, NUMBER, "Anna Nowak", queue, 75.0, 9)]
    )


def the_mails() -> RenderableType:
    subject = "Report of yesterday: queue customer-support, 2026-11-29"
    to = "supervisors.of.the.evening@office.example"
    waits = Unsent("0123456789ab", 1.0, to, subject, 3, 400.0, SENTENCE)
    return mail.mails([waits, Unsent("ba9876543210", 1.0, to, subject, 9, None, "550 no such user")], 100.0)


def the_webhooks() -> RenderableType:
    states = {"customer-relations": {"behind": 1200, "waiting": 31, "dead": 2}}
    return webhooks.receivers(states, [("customer-relations", 123456, 10, SENTENCE)])


def users() -> RenderableType:
    return access.users([{"name": "anna.nowak@office.example", "role": "supervisor", "agent": "desk-201"}])


def tokens() -> RenderableType:
    token: dict[str, Any] = {"id": "1f2e3d4c", "label": "wallboard-of-the-hall", "role": "supervisor"}
    return access.tokens([token | {"created": 1.0, "by": "user anna.nowak", "revoked": 2.0}])


def counts() -> RenderableType:
    return erasing.counts(dict.fromkeys(erasing.WHAT, 1200))


def the_prompts() -> RenderableType:
    text = "Welcome to the customer service of our company. Please hold the line, somebody will be there."
    folder = Path("/prompts")
    return prompts.prompts(
        [(Spoken("en", "menu", text), folder / "en/welcome-to-the-customer-0a1b2c.wav", "missing")], folder
    )


def the_demo() -> RenderableType:
    one = CallRecord(
        id=CallId(CALL),
        number=NUMBER,
        name="Anna Nowak",
        dialled="600",
        digits="21",
        queues=["customer-support"],
        wait=12.5,
        agent="desk-201",
        answered=1.0,
        talk=42.0,
        ended_by="caller",
    )
    anna = Caller("Anna Nowak", NUMBER, "600", 0.0)
    return Group(*summary([anna], {NUMBER: one}, ["desk-201"]))


TABLES = (
    *(queues, agents, live_calls, bans, the_phones, the_trunks, the_callbacks, the_calls, the_recordings),
    *(the_messages, the_mails, the_webhooks, users, tokens, counts, the_prompts, the_demo),
)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_a_narrow_terminal_shows_all_of_it(table: Callable[[], RenderableType], width: int) -> None:
    assert_nothing_is_missing(table(), width)


@pytest.mark.may_block
@pytest.mark.parametrize("name", ["contact-centre", "small-office"])
def test_so_it_does_of_configurations(name: str) -> None:
    settings = load(Path(f"config/{name}.yaml"), {"WEB_PASSWORD": "x", "MAIL_PASSWORD": "x"})
    for width in WIDTHS:
        assert_nothing_is_missing(describe.summary(settings), width)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_path_in_the_status_is_whole(width: int) -> None:
    file = "/srv/" + 12 * "call-centre/" + "switch.yaml"
    record = {"last": 1, "waiting": 0, "lost": 0, "problem": SENTENCE, "loaded": 1, "database_problem": None}
    answer = {
        **{"version": "1", "file": file, "uptime": 1.0, "phases": {}, "calls": 0, "max_calls": 1, "bans": 0},
        **{"recording": {"open": 0, "problem": ""}, "turned_away": {}, "shielded": {}, "dropped": {}},
        **{"record": record, "late": False, "draining": False},
    }
    out = drawn(running.status(answer), width)
    assert max(map(len, out.splitlines())) <= width
    assert file in "".join(out.split())


@pytest.mark.may_block
@pytest.mark.parametrize("by", ["hour", "day", "queue", "agent"])
def test_so_it_does_of_reports(kept: Callable[[list[Recorded]], Path], by: str) -> None:  # noqa: F811
    with reading(kept(whole_day())) as connection:
        report = report_of(connection, ALL)
    for width in WIDTHS:
        whole = Group(*shown(report, by, Console(width=width)))
        assert_nothing_is_missing(whole, width)
        out = drawn(whole, width)
        for what in ("Callbacks", "Callers by weekday and hour", "Abandonment by waiting time"):
            assert what in out


def test_columns_of_few_words_go_below_before_words_are_broken() -> None:
    table = Fitting(("name", ">count", "what"), [("a" * 10, "12", "b" * 20), ("c", "-", "d e")], ("what",))
    assert drawn(table, 50).splitlines()[1].split() == ["name", "count", "what"]
    narrow = drawn(table, 30).splitlines()
    assert [line.split() for line in narrow if line.strip("─ ")] == [
        ["name", "count"], ["a" * 10, "12"], ["what", "b" * 20], ["c", "-"], ["what", "d", "e"],
    ]  # fmt: skip


def test_smaller_tables_are_shown_where_the_whole_has_no_room() -> None:
    smaller = Fitting(("name",), [("a" * 30,)])
    table = Fitting(("name", "what"), [("a" * 30, "b" * 30)], otherwise=smaller)
    assert drawn(table, 40) == drawn(smaller, 40)
    assert "what" in drawn(table, 70)


def test_at_last_each_row_is_a_block() -> None:
    table = Fitting(("name", "what"), [("a" * 30, "b" * 30)])
    assert drawn(table, 40).split() == ["name", "a" * 30, "what", "b" * 30]
