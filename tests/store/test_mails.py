"""Mails in the database, on both kinds: posted with what they tell of, and once."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.parcels import Attachment, Mail, Post
from softswitch.ports import Recorded
from softswitch.store.database import database_url, migrate, open_database
from softswitch.store.encoding import encode
from softswitch.store.lines import LineFile
from softswitch.store.loader import Loader
from softswitch.store.mails import KEPT, Mails
from tests.store.sample import story

pytestmark = pytest.mark.may_block

MAIL = Mail("voicemail 1", "anna@office.example", "ż\0", "text", None, (Attachment("a.wav", b"\xff\x00"),))


def test_a_mail_waits_until_it_is_sent_and_is_then_known_for_a_while(url: str) -> None:
    engine = open_database(database_url(url))
    migrate(engine)
    box = Mails(engine)
    assert box.post(MAIL, 100.0)
    assert not box.post(MAIL, 101.0)
    (posted,) = box.due(10, 100.0)
    assert posted.mail == Mail("voicemail 1", MAIL.to, "ż", "text", None, MAIL.attachments)
    box.later(posted.id, 160.0, "451 later")
    assert box.due(10, 159.0) == []
    assert box.state() == Post(1, 0, 100.0, "451 later")
    box.put_off(300.0, "not there", 160.0)
    assert [one.attempts for one in box.due(10, 300.0)] == [2]
    box.give_up(posted.id, "550 never")
    assert (box.due(10, 1e9), box.state()) == ([], Post(0, 1))
    assert box.revive(posted.id, 400.0) == 1
    box.sent(posted.id, 401.0)
    assert (box.listed(), box.state()) == ([], Post())
    assert not box.post(MAIL, 402.0)
    box.post(Mail("other", MAIL.to, "s", "t"), 403.0)
    (other,) = box.due(10, 403.0)
    box.sent(other.id, 402.0 + KEPT)
    assert box.post(MAIL, 403.0 + KEPT)
    engine.dispose()


def test_an_event_brings_its_mails_with_it_once(url: str, tmp_path: Path) -> None:
    """Whoever folds an event names the mails that it leads to; a crash or a second start posts none twice."""

    def letters(event: Recorded) -> list[Mail]:
        return [Mail(f"call {event.call}", "anna@office.example", "A call", "...")]

    lines = LineFile(tmp_path / "events.jsonl")
    lines.open()
    lines.append(b"".join(map(encode, story())))
    engine = open_database(database_url(url))
    loader = Loader(lines, "here", engine, letters={"CallEnded": letters})
    assert loader.step()
    ended = sum(event.kind == "CallEnded" for event in story())
    assert Mails(engine).state().waiting == ended > 0
    again = Loader(lines, "here", engine, letters={"CallEnded": letters})
    assert again.step()
    assert Mails(engine).state().waiting == ended
    again.close()
    loader.close()
    lines.close()
