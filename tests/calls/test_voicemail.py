"""Leaving a message, and an agent hearing it by phone: on virtual time, with scripted people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from softswitch.calls import messages as spoken
from softswitch.calls import voicemail as said
from softswitch.config.settings import SwitchSettings
from softswitch.mailboxes import Mailbox, Message
from softswitch.routing import NumberRule, Routing
from softswitch.store.records import misfits
from softswitch.testing.fake_desk import FakeDesk
from softswitch.testing.fakes import PhoneScript, answers, busy, never_answers, rejects
from softswitch.types import (
    AgentName,
    CallId,
    Language,
    MailboxName,
    Prompt,
    QueueName,
    ToVoicemail,
)
from tests.calls.house import House, house, queue, settings

pytestmark = pytest.mark.virtual_time

BOX = MailboxName("office")
TO_BOX = ToVoicemail(BOX)
ENGLISH, POLISH, HEBREW = (Language(each) for each in ("en", "pl", "he"))
GREETING, SAVED, NOTHING = (
    prompt.text(ENGLISH) for prompt in (said.GREETING, said.SAVED, said.NOTHING_HEARD)
)


def boxed(**changes: object) -> SwitchSettings:
    """Number 700 is a mailbox; 201's own one is the same."""
    plain = settings()
    box = replace(Mailbox(BOX, email=("a@office.example",)), **changes)  # type: ignore[arg-type]
    desk = AgentName("desk-201")
    return replace(
        plain,
        mailboxes={BOX: box},
        routing=Routing((NumberRule("700", TO_BOX), *plain.routing.numbers), plain.routing.callers),
        phones={**plain.phones, desk: replace(plain.phones[desk], mailbox=BOX)},
    )


@asynccontextmanager
async def office(
    phones: Mapping[str, PhoneScript] | None = None,
    config: SwitchSettings | None = None,
    messages: tuple[Message, ...] = (),
) -> AsyncIterator[tuple[House, FakeDesk]]:
    """The house with a desk of messages; every event is in the vocabulary."""
    async with house(phones, config or boxed()) as running:
        running.switch.desk = desk = FakeDesk(messages)
        yield running, desk
    wrong = [miss for note in running.journal.notes for miss in misfits(note.kind, note.data)]
    assert not wrong
    assert not running.endpoint.recorder.open


def ended(running: House) -> tuple[object, object]:
    (note,) = running.journal.find("VoicemailEnded")
    return note.data["by"], note.data["seconds"]


async def test_greeting_tone_recording_and_hash() -> None:
    async with office() as (running, desk):
        caller = running.call("700", name="Ann")
        caller.after(10.0, caller.press, "5#")
        await asyncio.sleep(30)
        assert caller.heard_labels() == [GREETING, "speak", SAVED]
        (recording,) = running.endpoint.recorder.recordings
        assert recording.sides == [(pytest.approx(2.25), caller.remote.number, "")]
        assert ended(running) == ("key", pytest.approx(7.75))
        (draft,) = desk.taken
        assert (draft.number, draft.name, draft.queue, draft.email) == (
            "+48600100200", "Ann", "", ("a@office.example",),
        )  # fmt: skip
        assert draft.file.startswith("2026/01/05/")
        assert draft.file.endswith(f"-office-{draft.call}.wav")
        assert not desk.dropped
        kinds = running.kinds()
        assert kinds.index("VoicemailStarted") < kinds.index("VoicemailEnded") < kinds.index("CallEnded")


async def test_hash_in_the_greeting_skips_it_and_ends_nothing() -> None:
    async with office() as (running, _):
        caller = running.call("700")
        caller.after(0.5, caller.press, "##")
        caller.after(5.0, caller.press, "#")
        await asyncio.sleep(30)
        (greeting,) = caller.heard(GREETING)
        assert greeting.end == pytest.approx(0.5)
        assert ended(running) == ("key", pytest.approx(4.25))


async def test_eight_seconds_of_silence_end_it() -> None:
    async with office() as (running, _):
        caller = running.call("700")
        await asyncio.sleep(10)
        (recording,) = running.endpoint.recorder.open
        recording.quiet_since = asyncio.get_running_loop().time()
        await asyncio.sleep(7.7)
        assert running.endpoint.recorder.open
        await asyncio.sleep(0.6)
        assert ended(running)[0] == "silence"
        await asyncio.sleep(5)
        assert caller.heard_labels()[-1] == SAVED


async def test_it_ends_at_its_limit() -> None:
    async with office(config=boxed(longest=20.0)) as (running, _):
        running.call("700")
        await asyncio.sleep(30)
        assert ended(running) == ("limit", pytest.approx(20.0))


async def test_hanging_up_ends_it_and_the_message_is_taken() -> None:
    async with office() as (running, desk):
        caller = running.call("700")
        caller.after(9.0, caller.hang_up)
        await asyncio.sleep(12)
        assert ended(running) == ("hung-up", pytest.approx(6.75))
        assert len(desk.taken) == 1


async def test_hanging_up_in_the_greeting_leaves_nothing_behind() -> None:
    async with office() as (running, desk):
        caller = running.call("700")
        caller.after(1.0, caller.hang_up)
        await asyncio.sleep(5)
        assert desk.dropped == desk.opened != []
        assert not desk.taken
        assert not running.endpoint.recorder.recordings


async def test_who_said_nothing_is_told_that_there_is_no_message() -> None:
    async with office() as (running, desk):
        desk.keeps = False
        caller = running.call("700")
        caller.after(4.0, caller.press, "#")
        await asyncio.sleep(20)
        assert caller.heard_labels()[-1] == NOTHING


async def test_a_disk_that_is_slow_does_not_keep_the_caller() -> None:
    async with office() as (running, desk):
        desk.takes = 60.0
        caller = running.call("700")
        caller.after(5.0, caller.press, "#")
        await asyncio.sleep(5 + said.PATIENCE + 2.5)
        assert caller.heard_labels()[-1] == SAVED
        assert caller.ended.done()
        await asyncio.sleep(60)


@pytest.mark.parametrize("broken", ["disk", "recorder"])
async def test_without_room_the_caller_is_told_so(broken: str) -> None:
    async with office() as (running, desk):
        desk.full = broken == "disk"
        running.endpoint.recorder.broken = broken == "recorder"
        caller = running.call("700")
        await asyncio.sleep(10)
        assert caller.heard_labels()[-1] == said.NO_ROOM.prompt.text(ENGLISH)
        assert running.journal.find("VoicemailFailed")
        assert desk.dropped == desk.opened


@pytest.mark.parametrize("language", [ENGLISH, POLISH, HEBREW])
async def test_it_speaks_the_language_of_the_mailbox(language: Language) -> None:
    async with office(config=boxed(language=language)) as (running, desk):
        caller = running.call("700")
        caller.after(5.0, caller.press, "#")
        await asyncio.sleep(20)
        texts = [prompt.say[language] for prompt in (said.GREETING, said.SAVED)]
        assert caller.heard_labels() == [texts[0], "speak", texts[1]]
        assert desk.taken[0].language == language


async def test_the_mailbox_has_its_own_greeting() -> None:
    async with office(config=boxed(greeting=Prompt({ENGLISH: "Hi."}))) as (running, _):
        caller = running.call("700")
        await asyncio.sleep(10)
        assert caller.heard_labels() == ["Hi.", "speak"]


async def test_a_queue_that_nobody_serves_leads_to_voicemail_and_the_message_knows_it() -> None:
    plain = boxed()
    waits = queue(max_wait=15.0, timeout=TO_BOX)
    config = replace(plain, engine=replace(plain.engine, queues={QueueName("support"): waits}))
    async with office({"201": never_answers(), "202": never_answers()}, config) as (running, desk):
        caller = running.call("600")
        caller.after(30.0, caller.press, "#")
        await asyncio.sleep(60)
        assert desk.taken[0].queue == "support"
        assert caller.heard_labels()[-3:] == [GREETING, "speak", SAVED]


@pytest.mark.parametrize("phone", [never_answers(), busy(), rejects(after=1.0), None])
async def test_an_agent_who_does_not_take_a_direct_call_has_a_mailbox(phone: PhoneScript | None) -> None:
    async with office({"201": phone} if phone else {}) as (running, desk):
        caller = running.call("201")
        caller.after(35.0, caller.press, "#")
        await asyncio.sleep(60)
        assert len(desk.taken) == 1
        assert caller.heard_labels() == [GREETING, "speak", SAVED]


async def test_an_agent_in_a_call_has_a_mailbox() -> None:
    async with office({"201": answers(after=1.0)}) as (running, desk):
        running.call("201")
        await asyncio.sleep(3)
        caller = running.call("201", number="+48600100999")
        caller.after(10.0, caller.press, "#")
        await asyncio.sleep(20)
        assert [draft.number for draft in desk.taken] == ["+48600100999"]


async def test_an_agent_without_a_mailbox_refuses_as_before() -> None:
    async with office({"202": busy()}) as (running, desk):
        caller = running.call("202")
        await asyncio.sleep(5)
        assert caller.ended.result().status == 486
        assert not desk.opened


async def test_a_call_that_an_agent_took_ends_without_voicemail() -> None:
    async with office({"201": answers(after=1.0)}) as (running, desk):
        caller = running.call("201")
        await asyncio.sleep(5)
        running.endpoint.dialled[0].hang_up()
        await asyncio.sleep(5)
        assert caller.ended.done()
        assert not desk.opened


# By phone ------------------------------------------------------------------------------------------


def message(name: str, *, heard: float | None = None, number: str = "+48600100200") -> Message:
    return Message(f"{name}.wav", BOX, CallId(name), 0.0, number, "", "", 10.0, heard=heard)


NEW, OLD, KEYS, GONE, LAST = (
    prompt.text(ENGLISH)
    for prompt in (spoken.NEW_FROM, spoken.OLD_FROM, spoken.KEYS, spoken.DELETED, spoken.NO_MORE)
)
FROM = "en: digits +48600100200"


async def listen(running: House, *keys: tuple[float, str]) -> list[str]:
    """An agent dials *97 and presses keys at these times; what was heard."""
    phone = running.call("*97", agent="desk-201")
    for moment, key in keys:
        phone.after(moment, phone.press, key)
    await asyncio.sleep(120)
    assert phone.ended.done()
    return phone.heard_labels()


async def test_new_messages_come_first_and_are_new_no_more_once_heard() -> None:
    async with office(messages=(message("old", heard=1.0), message("new"))) as (running, desk):
        heard = await listen(running)
        assert heard == ["en: 1 new, 1 old", NEW, FROM, "new.wav", KEYS, OLD, "old.wav", LAST]
        assert ("heard", "new.wav", "agent desk-201") in desk.told
        assert not any(one.is_new for one in desk.messages)


async def test_one_plays_it_again() -> None:
    async with office(messages=(message("new"),)) as (running, _):
        phone = running.call("*97", agent="desk-201")
        phone.after(10.0, phone.press, "1")  # it sounds since 6.0
        await asyncio.sleep(120)
        first, second = phone.heard("new.wav")
        assert (first.end, second.start) == (pytest.approx(10.0), pytest.approx(10.0))
        assert second.end - second.start == pytest.approx(10.0)


async def test_who_hangs_up_after_the_message_has_heard_it() -> None:
    async with office(messages=(message("new"),)) as (running, desk):
        phone = running.call("*97", agent="desk-201")
        await asyncio.sleep(15.5)
        assert desk.told == []
        await asyncio.sleep(1.0)
        assert phone.heard_labels()[-2:] == ["new.wav", KEYS]
        phone.hang_up()
        await asyncio.sleep(1)
        assert desk.told == [("heard", "new.wav", "agent desk-201")]


async def test_two_keeps_it_and_goes_on() -> None:
    async with office(messages=(message("a"), message("b"))) as (running, desk):
        phone = running.call("*97", agent="desk-201")
        phone.after(10.0, phone.press, "2")
        await asyncio.sleep(10.1)
        assert desk.told == [("heard", "a.wav", "agent desk-201")]
        await asyncio.sleep(6)
        assert "b.wav" in phone.hears()
        phone.hang_up()
        await asyncio.sleep(1)


async def test_three_deletes_it() -> None:
    async with office(messages=(message("new"),)) as (running, desk):
        heard = await listen(running, (8.0, "3"))
        assert heard == ["en: 1 new, 0 old", NEW, FROM, "new.wav", GONE, LAST]
        assert desk.told == [("deleted", "new.wav", "agent desk-201")]


async def test_hanging_up_in_a_message_leaves_it_new() -> None:
    async with office(messages=(message("new"),)) as (running, desk):
        phone = running.call("*97", agent="desk-201")
        phone.after(9.0, phone.hang_up)
        await asyncio.sleep(20)
        assert not desk.told


async def test_a_message_that_is_passed_over_stays_new() -> None:
    async with office(messages=(message("new", number=""),)) as (running, desk):
        heard = await listen(running, (3.0, "2"))
        assert heard == ["en: 1 new, 0 old", NEW, LAST]
        assert not desk.told


async def test_a_hidden_number_is_called_so() -> None:
    async with office(messages=(message("new", number=""),)) as (running, _):
        assert spoken.HIDDEN.text(ENGLISH) in await listen(running)


async def test_a_message_that_somebody_else_has_deleted_is_passed_over() -> None:
    async with office(messages=(message("a"), message("b"))) as (running, desk):
        phone = running.call("*97", agent="desk-201")
        await asyncio.sleep(1.0)
        desk.messages = desk.messages[1:]
        await asyncio.sleep(60)
        assert "a.wav" not in phone.heard_labels()
        assert "b.wav" in phone.heard_labels()


async def test_nobody_but_an_agent_hears_messages() -> None:
    async with office(messages=(message("new"),)) as (running, _):
        caller = running.call("*97")
        await asyncio.sleep(2)
        assert caller.ended.result().status == 404


async def test_an_empty_mailbox_says_so() -> None:
    async with office() as (running, _):
        assert await listen(running) == ["en: 0 new, 0 old"]
