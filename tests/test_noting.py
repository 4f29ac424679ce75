"""What the command line does to a record beside the switch is on record."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import insert

from softswitch.commands.mail import drop_mail, retry_mails
from softswitch.commands.webhooks import print_webhooks
from softswitch.control.server import Server
from softswitch.control.wire import SOCKET
from softswitch.errors import ControlError
from softswitch.parcels import Mail
from softswitch.store.mails import Mails
from softswitch.store.outbox import Outbox
from softswitch.store.reading import open_of
from softswitch.store.spool import read_events
from softswitch.store.tables import deliveries
from softswitch.store.telling import handlers
from softswitch.testing.fakes import FakeJournal
from tests.store.sample import Kept, story

pytestmark = pytest.mark.may_block


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a switch that is stopped; a mail waits, and an event was given up."""
    record = Kept(tmp_path)
    for event in story():
        record.append(event)
    record.close()
    engine = open_of(tmp_path)
    Mails(engine).post(Mail("k", "anna@acme.example", "Figures", "..."), 1_700_000_000.0)
    Outbox(engine).begin("crm")
    with engine.begin() as connection:
        row = {"receiver": "crm", "seq": 2, "attempts": 10, "again": None, "why": "500"}
        connection.execute(insert(deliveries), [row])
    engine.dispose()
    return tmp_path


def test_mails_and_webhooks_that_are_tried_again_or_dropped(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = open_of(data)
    (mail,) = Mails(engine).listed()
    engine.dispose()
    retry_mails(data, None)
    drop_mail(data, mail.id)
    print_webhooks(data, "crm", as_json=False)
    noted = [event.data for event in read_events(data) if event.kind == "Changed"]
    assert noted == [
        {"by": "command line", "what": "mail-retry", "of": "all", "how": "1"},
        {"by": "command line", "what": "mail-drop", "of": mail.id, "how": ""},
        {"by": "command line", "what": "webhook-retry", "of": "crm", "how": "1"},
    ]
    assert "Changed" not in capsys.readouterr().out, "what goes to a file is not mixed with the log"


async def test_a_running_switch_notes_it_and_nothing_that_is_none_of_these(tmp_path: Path) -> None:
    journal = FakeJournal()
    known = handlers(journal)
    async with Server(tmp_path / SOCKET, known):
        await known["record_changed"]("rebuild", "the record", "begun")
        await known["record_exported"]("csv", "2026-03-01", "2026-03-31")
        with pytest.raises(ControlError, match="no change of the database"):
            await known["record_changed"]("user-added", "mallory", "engineer")
    assert journal.kinds() == ["Changed", "RecordExported"]
    assert journal.find("Changed")[0].data["by"] == "command line"
