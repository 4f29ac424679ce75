"""Messages that real callers leave: mailed with their sound to a real server, on lamps and phones; kills."""

from __future__ import annotations

import asyncio
import io
import wave
from contextlib import asynccontextmanager

import numpy as np
import pytest
import pytest_asyncio

from softswitch.audio.speech import SpeechService
from softswitch.config.settings import MediaSettings
from softswitch.testing.phone import Phone
from softswitch.testing.recognise import find
from softswitch.testing.sound import Sound
from softswitch.testing.voice import pcm_of
from softswitch.types import Language, Prompt
from tests.e2e.switch import Switch, serving, until
from tests.e2e.test_registering import REALM, desk, home
from tests.outbound.mailserver import Server

pytestmark = pytest.mark.may_block

EN = Language("en")
TEXT = "Hello, this is the bakery. Your bread is ready at six."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def speech():
    """What the caller says."""
    async with SpeechService(MediaSettings()) as service:
        clip = pcm_of(await service.prompt(Prompt({EN: TEXT}), EN))
    return clip


def configuration(server: Server, **box: object) -> dict[str, object]:
    mail = {"server": "127.0.0.1", "port": server.port, "from": "switch@office.example", "tls": "off"}
    return {
        "sip": {"realm": REALM},
        "numbers": {"700": {"voicemail": "office"}},
        "voicemail": {
            "office": {
                "email": ["anna@office.example"],
                "agents": ["desk-201"],
                "greeting": {"say": "Hi."},
                **box,
            }
        },
        "agents": {"desk-201": {"login": "201", "password": "secret-201"}},
        "mail": {**mail, "timeout": "3s"},
    }


@asynccontextmanager
async def office(folder, server, **box):
    async with serving(Switch(folder, configuration(server, **box))) as switch:
        yield switch


async def event(switch: Switch, kind: str, count: int = 1, within: float = 15.0) -> list[dict]:
    def found() -> list[dict]:
        events = switch.events(kind)
        return events if len(events) >= count else []

    return await asyncio.to_thread(until, found, within, lambda: f"no {count} {kind}{switch.last_words()}")


async def speak(switch: Switch, caller: Phone, said: np.ndarray, before: float = 1.0):
    """Call, and after the tone be silent for a while, speak, and be silent again."""
    count = len(switch.events("VoicemailStarted")) + 1
    call = caller.call(switch.uri("700"))
    await call.until_answered()
    await event(switch, "VoicemailStarted", count)
    quiet = np.zeros(round(8000 * before), np.int16)
    call.say(np.concatenate([quiet, said, np.zeros(8000 * 60, np.int16)]))
    return call


async def mails(server: Server, count: int = 1) -> None:
    await asyncio.to_thread(
        until, lambda: len(server.taken) >= count, 20, lambda: f"{len(server.taken)} mails"
    )


def sound_in(mail) -> Sound:
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() in ("audio/x-wav", "audio/wav", "audio/vnd.wave")
    with wave.open(io.BytesIO(attached.get_content())) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 2, 8000)
        pcm = np.frombuffer(opened.readframes(opened.getnframes()), "<i2")
    return Sound(pcm.astype(np.float32) / 32768)


def loud_part(pcm: np.ndarray) -> float:
    """How long a clip is between its own silence."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > 300)
    return float(loud[-1] - loud[0]) / 8000


@pytest.mark.asyncio(loop_scope="module")
async def test_a_message_comes_by_mail_lights_the_lamp_and_is_heard_by_phone(tmp_path, speech):
    with Server() as server:
        async with (
            office(tmp_path, server) as switch,
            desk("201") as agent,
            Phone("100", name="The bakery") as caller,
        ):
            await agent.register(home(switch))
            lamp = await agent.subscribe(switch.uri("201"), "message-summary", expires=300)
            assert b"Voice-Message: 0/0" in (await lamp.notified()).body
            call = await speak(switch, caller, speech)
            await asyncio.sleep(1.0 + len(speech) / 8000 + 1.5)
            call.press("#")
            assert await call.until_ended() == "them"
            (left,) = await event(switch, "VoicemailLeft")
            await mails(server)
            (mail,) = server.taken
            heard = sound_in(mail)
            found = find(speech, heard)
            assert found, found
            assert found.at == pytest.approx(0.2, abs=0.15)
            assert heard.duration == pytest.approx(loud_part(speech) + 0.4, abs=0.25)
            assert left["data"]["seconds"] == pytest.approx(heard.duration, abs=0.001)
            assert mail["To"] == "anna@office.example"
            assert mail["Subject"] == "Voicemail from The bakery (100)"
            body = mail.get_body(("plain",)).get_content()
            assert all(part in body for part in ("From: The bakery (100)", "Mailbox: office", "Time: 20"))
            assert b"Messages-Waiting: yes" in (await lamp.notified()).body
            await _listen(switch, agent, speech)
            assert b"Voice-Message: 0/1" in (await lamp.notified()).body
            await _delete(switch, agent)
            assert b"Voice-Message: 0/0" in (await lamp.notified()).body
            assert not list((switch.data / "voicemail").rglob("*.wav"))
        assert len(server.taken) == 1


async def _listen(switch: Switch, agent: Phone, speech: np.ndarray) -> None:
    call = agent.call(switch.uri("*97"))
    await call.until_answered()
    await asyncio.sleep(10.0)  # how many there are, from whom, and the message
    call.press("2")
    await event(switch, "VoicemailHeard")
    heard = call.ear.sound()
    call.bye()
    await call.until_ended()
    found = find(speech, heard)
    assert found, found


async def _delete(switch: Switch, agent: Phone) -> None:
    call = agent.call(switch.uri("*97"))
    await call.until_answered()
    await asyncio.sleep(6.0)
    call.press("3")
    await event(switch, "VoicemailDeleted")
    call.bye()
    await call.until_ended()


@pytest.mark.parametrize("moment", ["VoicemailStarted", "VoicemailEnded", "VoicemailLeft"])
@pytest.mark.asyncio(loop_scope="module")
async def test_a_kill_between_tone_and_mail_loses_nothing_and_mails_nothing_twice(tmp_path, speech, moment):
    """Killed while the caller speaks, in the moment after the hang-up, and while no mail server is there."""
    server = Server()
    async with office(tmp_path, server) as switch, Phone("100") as caller:
        call = await speak(switch, caller, speech, before=0.3)
        await asyncio.sleep(0.3 + len(speech) / 8000 + 1.2)
        if moment != "VoicemailStarted":
            call.bye()
        await event(switch, moment)
        await asyncio.to_thread(switch.restart_after_a_crash)
        with server:
            await mails(server)
            found = find(speech, sound_in(server.taken[0]))
            assert found, found
            await asyncio.sleep(1.5)
            assert len(server.taken) == 1
        assert not list((switch.data / "voicemail" / "incoming").iterdir())
        names = {left["data"]["file"] for left in switch.events("VoicemailLeft")}
        assert len(names) == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_silence_is_no_message_and_ends_by_itself(tmp_path):
    with Server() as server:
        async with office(tmp_path, server) as switch, Phone("100") as caller:
            call = await speak(switch, caller, np.zeros(8000, np.int16))
            assert await call.until_ended(within=20.0) == "them"
            (ended,) = await event(switch, "VoicemailEnded")
            assert (ended["data"]["by"], ended["data"]["seconds"]) == ("silence", pytest.approx(8.2, abs=0.5))
            (dropped,) = await event(switch, "VoicemailDropped")
            assert dropped["data"]["why"] == "too short"
            assert not list((switch.data / "voicemail").rglob("*.wav"))
        assert not server.tries
