"""Mails to a real server that refuses, is down, or says never: none is lost, and none holds up another."""

from __future__ import annotations

import random
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from softswitch.config.settings import MailSettings
from softswitch.outbound.courier import RETRIES, Clock
from softswitch.outbound.mail import MOST, Mailer
from softswitch.outbound.message import message
from softswitch.parcels import Attachment, Mail, Post, Posted
from softswitch.store.database import database_url, migrate, open_database
from softswitch.store.mails import Mails
from tests.certificates import Authority
from tests.outbound.mailserver import Server

pytestmark = pytest.mark.may_block

ANNA = Mail("report 1", "anna@office.example", "Yesterday", "All was well.")


class Desk:
    """An outbox, a server, and a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_database(database_url(f"sqlite:///{folder / 'record.db'}"))
        migrate(self.engine)
        self.box = Mails(self.engine)
        self.now = 1_700_000_000.0
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.mailer = Mailer(
            self.box, lambda kind, **data: self.told.append((kind, data)), Clock(lambda: self.now)
        )
        self.server = Server()
        self.settings = MailSettings(
            "127.0.0.1", self.server.port, "switch@office.example", tls="off", timeout=5.0
        )

    def post(self, *mails: Mail) -> None:
        for mail in mails:
            self.box.post(mail, self.now)

    async def deliver(self) -> None:
        """All that is due now."""
        while await self.mailer.deliver(self.settings):
            pass

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.told]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.engine.dispose()


def many(count: int) -> list[Mail]:
    return [Mail(f"about {number}", "anna@office.example", f"No. {number}", "...") for number in range(count)]


async def test_a_mail_arrives_once_with_its_files(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "message.wav").write_bytes(b"RIFF")
    files = (
        Attachment("żółw.pdf", b"%PDF"),
        Attachment("message.wav", path=tmp_path / "message.wav"),
        Attachment("gone.wav", path=tmp_path / "gone.wav"),
    )
    mail = Mail(
        "voicemail 7", "anna@office.example", "Od Łucji\r\nBcc: x@y", "Dzień dobry", "<p>Dzień</p>", files
    )
    with desk.server as server:
        desk.post(mail, mail)
        await desk.deliver()
        desk.post(mail)
        await desk.deliver()
    (taken,) = server.taken
    assert (taken["From"], taken["To"]) == ("switch@office.example", "anna@office.example")
    assert (taken["Subject"], taken["Bcc"]) == ("Od Łucji  Bcc: x@y", None)
    text, html = taken.get_body(("plain",)), taken.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines()[:3] == [
        "Dzień dobry",
        "",
        "(The file gone.wav that belongs to this mail is not there any more.)",
    ]
    assert "<p>Dzień</p>" in html.get_content()
    assert [(one.get_filename(), one.get_content_type()) for one in taken.iter_attachments()] == [
        ("żółw.pdf", "application/pdf"),
        ("message.wav", "audio/x-wav"),
    ]
    assert [one.get_payload(decode=True) for one in taken.iter_attachments()] == [b"%PDF", b"RIFF"]
    assert desk.kinds == ["MailSent"]
    assert desk.box.state() == Post()


async def test_one_that_refuses_half_the_time_takes_everything_in_the_end(desk: Desk) -> None:
    chance = random.Random(3)
    desk.server.answer = lambda _: chance.choice(("250 OK", "451 greylisted", "421 closing", "250 OK"))
    desk.post(*many(40))
    with desk.server as server:
        for _ in range(60):
            await desk.deliver()
            desk.now += RETRIES[-1]
    assert sorted(server.subjects) == sorted(one.subject for one in many(40))
    assert server.tries > 50
    assert desk.box.state() == Post()


async def test_one_that_is_down_is_waited_for_and_everybody_is_told(desk: Desk) -> None:
    desk.post(*many(3))
    begun = desk.now
    while desk.now < begun + 3600:
        await desk.deliver()
        desk.now += 60.0
    assert desk.kinds == ["MailFailing"]
    told = desk.told[0][1]
    assert (told["waiting"], told["since"]) == (3, 900)
    assert "cannot be reached" in told["why"]
    assert "are `mail.server` and `port` right?" in told["why"]
    assert desk.mailer.post.eldest == begun
    with desk.server as server:
        desk.now += MOST
        await desk.deliver()
    assert len(server.taken) == 3
    assert desk.kinds[1:] == ["MailSent"] * 3 + ["MailWorking"]


async def test_a_mail_is_late_by_little_more_than_the_server_was_and_takes_the_others_with_it(
    desk: Desk,
) -> None:
    """Down for two minutes, with a mail every ten seconds: each of them once made the pauses longer."""
    begun = desk.now
    while desk.now < begun + 120:
        if (desk.now - begun) % 10 == 0:
            desk.post(Mail(f"about {desk.now}", "anna@office.example", "No.", "..."))
        await desk.deliver()
        desk.now += 1.0
    with desk.server as server:
        while not server.taken:
            desk.now += 1.0
            await desk.deliver()
        assert desk.now - begun < 120 * 1.25 + 5
        assert len(server.taken) == 12
    assert desk.box.state() == Post()


async def test_what_a_server_refused_for_now_does_not_go_with_those_that_waited_for_it(desk: Desk) -> None:
    desk.server.recipient = lambda to: "451 greylisted" if to.startswith("grey") else "250 OK"
    with desk.server as server:
        desk.post(Mail("about grey", "grey@office.example", "No.", "..."))
        await desk.deliver()
        desk.now += RETRIES[0] / 2
        desk.post(ANNA)
        await desk.deliver()
        assert server.subjects == [ANNA.subject]
        assert server.tries == 2


async def test_what_is_refused_for_good_is_kept_and_holds_up_no_other(desk: Desk) -> None:
    desk.server.recipient = lambda to: "550 no such user here" if to.startswith("nobody") else "250 OK"
    gone = Mail("report 1", "nobody@office.example", "Yesterday", "All was well.")
    with desk.server as server:
        desk.post(gone, ANNA)
        await desk.deliver()
        assert server.subjects == ["Yesterday"]
        assert sorted(desk.kinds) == ["MailRefused", "MailSent"]
        (dead,) = desk.box.listed()
        assert (dead.to, dead.again, dead.why) == ("nobody@office.example", None, "550 no such user here")
        desk.now += 30 * 86400
        await desk.deliver()
        assert server.tries == 2, "nobody tries it again unasked"
        desk.server.recipient = lambda _: "250 OK"
        assert desk.box.revive(dead.id, desk.now) == 1
        await desk.deliver()
    assert len(server.taken) == 2
    assert desk.box.listed() == []


async def test_the_message_id_is_the_same_each_time(desk: Desk) -> None:
    answers = iter(("451 later", "250 OK"))
    seen = []

    def answer(envelope: Any) -> str:
        seen.append([line for line in envelope.content.splitlines() if line.startswith(b"Message-ID")])
        return next(answers)

    desk.server.answer = answer
    desk.post(ANNA)
    with desk.server:
        await desk.deliver()
        desk.now += RETRIES[0]
        await desk.deliver()
    assert len(seen) == 2
    assert seen[0] == seen[1] != []


async def test_it_speaks_tls_logs_in_and_verifies_who_that_is(desk: Desk, tmp_path: Path) -> None:
    authority = Authority.found(tmp_path)
    certificate, key = authority.issue("mail")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = Server(tls=context, password="secret")

    def reach(**more: Any) -> MailSettings:
        given = {"username": "switch", "password": "secret", "authorities": str(authority.file)} | more
        return MailSettings("127.0.0.1", server.port, "switch@office.example", timeout=5.0, **given)

    async def says(settings: MailSettings) -> str:
        desk.post(ANNA)
        desk.now += MOST
        await desk.mailer.deliver(settings)
        return desk.box.state().why

    with server:
        assert "is not good" in await says(reach(authorities=None))
        assert "refuses the log-in: 535" in await says(reach(password="wrong"))
        assert "speaks no TLS here" in await says(reach(tls="tls"))
        assert server.taken == []
        assert await says(reach()) == ""
        assert server.subjects == ["Yesterday"]
    plain = Server()
    with plain:
        desk.post(*many(1))
        desk.now += MOST
        await desk.mailer.deliver(MailSettings("127.0.0.1", plain.port, "s@office.example", timeout=5.0))
    assert "write `tls: tls`, or `off`" in desk.box.state().why
    assert plain.taken == []


def test_every_line_is_seven_bits_and_short() -> None:
    mail = Mail(
        "k",
        "anna@office.example",
        "Ł" * 200,
        "ż" * 5000,
        "<p>" + "a" * 5000,
        (Attachment("a", b"\xff" * 999),),
    )
    whole = message(Posted("1", mail), "switch@office.example", 0.0)
    assert whole.isascii()
    assert max(map(len, whole.split(b"\r\n"))) <= 998
