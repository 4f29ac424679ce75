"""The desk: messages survive disks and kills, lamps follow, old ones go."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from softswitch.errors import AudioError, StoreError
from softswitch.mailboxes import DAY
from softswitch.store.database import database_url, default_url, migrate, open_database
from softswitch.store.reading import note_url
from softswitch.types import Messages
from softswitch.voicemail import desk as desks
from softswitch.voicemail.files import UNKNOWN
from tests.patience import until
from tests.voicemail.office import DESK, OFFICE, OTHER, SHOP, Office, draft, quiet, speech, wav

SAID = wav(np.concatenate([quiet(0.5), speech(3.0), quiet(0.5)]))


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def write(place: Path, content: bytes) -> None:
    place.write_bytes(content)


def incoming(office: Office) -> list[Path]:
    return list((office.desk.files.folder / "incoming").glob("*"))


async def test_a_message_is_taken_and_told_of_once_its_sound_is_whole(office: Office) -> None:
    one = draft(email=("anna@office.example",), subject="{caller}", language="pl", queue="support")
    async with office.desk as desk:
        place = await desk.open(one)
        await asyncio.to_thread(write, place, SAID[:40] + UNKNOWN.to_bytes(4, "little") + SAID[44:])
        kept = desk.take(one)
        await asyncio.sleep(0.3)
        assert not office.lines.of("VoicemailLeft")
        await asyncio.to_thread(write, place, SAID)
        assert await kept
        (left,) = office.lines.of("VoicemailLeft")
        assert left["seconds"] == pytest.approx(3.4, abs=0.05)
        assert (left["to"], left["subject"], left["language"]) == (["anna@office.example"], "{caller}", "pl")
        assert (left["queue"], left["number"], left["when"][:10]) == ("support", "+48600100200", "2026-01-05")
        (message,) = desk.found(DESK)
        assert (message.file, message.is_new, message.mailbox) == (one.file, True, OFFICE)
        assert not desk.found(OTHER)
        await until(lambda: not incoming(office))


@pytest.mark.parametrize("hangs_up", [True, False], ids=["the caller hangs up", "it takes too long"])
async def test_what_a_slow_disk_writes_for_nobody_goes_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, hangs_up: bool
) -> None:
    monkeypatch.setattr(desks, "OPENING", 30.0 if hangs_up else 0.05)
    files, room, written = office.desk.files, threading.Event(), threading.Event()
    reserve = files.reserve

    def slowly(*what: Any) -> Path:
        room.wait(10)
        place = reserve(*what)
        written.set()
        return place

    monkeypatch.setattr(files, "reserve", slowly)
    async with office.desk as desk:
        opening = asyncio.create_task(desk.open(draft()))
        await asyncio.sleep(0.1)
        if hangs_up:
            opening.cancel()
        with pytest.raises(asyncio.CancelledError if hangs_up else StoreError):
            await opening
        room.set()
        await until(written.is_set)
    assert not incoming(office)
    assert not files.left_over()


async def test_who_left_no_address_is_not_asked_for_one(office: Office) -> None:
    async with office.desk as desk:
        await asyncio.to_thread(write, await desk.open(draft()), SAID)
        assert await desk.take(draft())
    (left,) = office.lines.of("VoicemailLeft")
    assert not {"to", "when", "subject"} & left.keys()


async def test_what_came_in_stays_until_the_record_is_on_the_disk(office: Office) -> None:
    async with office.desk as desk:
        await asyncio.to_thread(write, await desk.open(draft()), SAID)
        office.lines.waiting = 5
        assert await desk.take(draft())
        await asyncio.sleep(0.3)
        assert len(incoming(office)) == 2
        office.lines.waiting = 0
        await until(lambda: not incoming(office))


async def test_what_a_kill_left_is_gone_on_with(tmp_path: Path) -> None:
    before = Office(tmp_path)
    place = await before.desk.open(draft())
    await asyncio.to_thread(write, place, SAID[:40] + UNKNOWN.to_bytes(4, "little") + SAID[44:-3])
    office = Office(tmp_path)
    async with office.desk:
        await until(lambda: office.lines.of("VoicemailLeft"))
        await until(lambda: not incoming(office))
    (left,) = office.lines.of("VoicemailLeft")
    assert left["seconds"] > 0.5, "the header that a kill left says nothing of the length"


async def test_silence_is_no_message(office: Office) -> None:
    async with office.desk as desk:
        await asyncio.to_thread(write, await desk.open(draft()), wav(quiet(5.0)))
        assert not await desk.take(draft())
        (dropped,) = office.lines.of("VoicemailDropped")
        assert (dropped["why"], dropped["seconds"]) == ("too short", 0.0)
        await until(lambda: not incoming(office))
    assert not office.lines.of("VoicemailLeft")


async def test_a_disk_that_fails_is_an_alarm_and_the_message_comes_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "AGAIN", 0.05)
    finish, broken = office.desk.files.finish, [True]

    def fails(one: Any) -> Any:
        if broken[0]:
            raise OSError(28, "No space left on device")
        return finish(one)

    monkeypatch.setattr(office.desk.files, "finish", fails)
    async with office.desk as desk:
        await asyncio.to_thread(write, await desk.open(draft()), SAID)
        kept = desk.take(draft())
        await until(lambda: desk.problem)
        await asyncio.sleep(0.2)
        assert office.lines.of("VoicemailsDelayed") == [{"why": "No space left on device", "waiting": 1}]
        assert not kept.done()
        broken[0] = False
        assert await kept
        assert len(office.lines.of("VoicemailsWorking")) == 1
        assert not desk.problem


async def test_an_end_of_the_switch_leaves_what_is_not_done_for_the_next_start(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "LAST_WORDS", 0.1)
    async with office.desk as desk:
        await asyncio.to_thread(write, await desk.open(draft()), SAID[:40] + UNKNOWN.to_bytes(4, "little"))
        desk.take(draft())
    assert len(incoming(office)) == 2


async def test_a_full_disk_is_said_before_the_greeting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("softswitch.voicemail.files.RESERVE", 10**16)
    async with office.desk as desk:
        with pytest.raises(StoreError, match="is full"):
            await desk.open(draft())


async def test_lamps_follow_messages(office: Office) -> None:
    desk, lamps = office.desk, []
    desk._lamp = lamps.append
    first = await asyncio.to_thread(office.leave, "1")
    assert (lamps, desk.messages(DESK)) == ([DESK], Messages(1, 0))
    message = desk.index.get(first)
    assert message is not None
    desk.heard(message, "token crm", "listened", own=False)
    assert desk.messages(DESK) == Messages(1, 0)
    desk.heard(message, "agent desk-201", "phone")
    assert (lamps, desk.messages(DESK)) == ([DESK, DESK], Messages(0, 1))
    await desk.deleted(message, "agent desk-201")
    assert (len(lamps), desk.messages(DESK)) == (3, Messages())
    assert desk.messages(OTHER) == Messages()


async def test_new_messages_come_first_and_the_eldest_of_them(office: Office) -> None:
    desk = office.desk
    files = [await asyncio.to_thread(office.leave, str(number)) for number in range(3)]
    eldest = desk.index.get(files[0])
    assert eldest is not None
    desk.heard(eldest, "agent desk-201", "phone")
    assert [message.file for message in desk.found(DESK)] == [files[1], files[2], files[0]]
    assert desk.counts() == {OFFICE: Messages(2, 1), SHOP: Messages()}


async def test_its_sound_is_had_until_it_is_deleted(office: Office) -> None:
    file = await asyncio.to_thread(office.leave, "1")
    message = office.desk.index.get(file)
    assert message is not None
    assert (await office.desk.clip(message)).duration == pytest.approx(1.0, abs=0.01)
    await office.desk.deleted(message, "x")
    with pytest.raises(AudioError):
        await office.desk.clip(message)


async def test_what_was_kept_for_long_enough_goes(office: Office) -> None:
    now = office.clock.now()
    old = await asyncio.to_thread(office.leave, "1", began=now - 31 * DAY)
    new = await asyncio.to_thread(office.leave, "2", began=now - 29 * DAY)
    await office.desk.delete_old()
    assert [gone["by"] for gone in office.lines.of("VoicemailDeleted")] == ["retention"]
    assert office.desk.index.get(old) is None
    assert office.desk.index.get(new) is not None
    assert not (office.desk.files.folder / old).exists()


async def test_messages_from_before_a_start_are_there_once_the_database_is_read(tmp_path: Path) -> None:
    def make() -> None:
        url = database_url(default_url(tmp_path))
        note_url(tmp_path, url)
        engine = open_database(url)
        migrate(engine)
        with engine.begin() as connection:
            before = Office(tmp_path)
            for number in range(3):
                before.leave(str(number))
            message = before.desk.found(DESK)[0]
            before.desk.heard(message, "agent desk-201", "phone")
            from softswitch.store.voicemails import write as put

            put(connection, before.lines.events)
        engine.dispose()

    await asyncio.to_thread(make)
    office = Office(tmp_path)
    office.desk.index.is_whole = False
    async with office.desk as desk:
        await until(lambda: desk.index.is_whole)
        assert desk.messages(DESK) == Messages(2, 1)
