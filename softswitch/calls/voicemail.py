"""A caller leaves a message: greeting, tone, recording.

| it ends by | in the record |
|---|---|
| the key # | key |
| eight seconds of silence | silence |
| the mailbox's limit | limit |
| hanging up, or a lost connection | hung-up |

However it ends, the desk takes what was recorded; a caller who is still there is told whether that is a
message.
"""

from __future__ import annotations

import asyncio

import structlog

from softswitch.calls.call import Call
from softswitch.calls.recording import file_name
from softswitch.calls.switch import Switch
from softswitch.errors import AudioError, StoreError
from softswitch.mailboxes import Draft, Mailbox
from softswitch.ports import Desk
from softswitch.sentences.phrases import phrase
from softswitch.sound import Clip, Hear, Recording
from softswitch.types import Cue, Destination, Prompt, Reject, Seconds, ToMessage, ToVoicemail

log = structlog.get_logger(__name__)

SILENCE: Seconds = 8.0
"""Who says nothing for so long has nothing more to say."""

LOOK: Seconds = 0.25
"""Between two looks for silence."""

PATIENCE: Seconds = 5.0
"""How long a caller waits to hear that the message is kept."""

END = "#"


GREETING = phrase("voicemail.greeting")
SAVED = phrase("voicemail.saved")
NOTHING_HEARD = phrase("voicemail.nothing_heard")
NO_ROOM = ToMessage(phrase("voicemail.no_room"))


async def leave_message(switch: Switch, call: Call, to: ToVoicemail) -> Destination | None:
    """Take a message. Returns where to go on where none can be taken.

    Raises LegError when the caller is gone before being answered.
    """
    mailbox, desk = switch.settings.mailboxes.get(to.mailbox), switch.desk
    if mailbox is None or desk is None:  # a reload has removed it
        return Reject(480)
    if mailbox.language is not None and mailbox.language != call.language:
        call.language = mailbox.language
        call.note("LanguageSet", language=mailbox.language)
    await call.answer()
    call.phase = "voicemail"
    draft = _draft(switch, call, mailbox)
    try:
        visit = _Visit(switch, call, mailbox, desk, draft)
        return await visit.through()
    finally:
        call.leg.await_keys(False)


def _draft(switch: Switch, call: Call, mailbox: Mailbox) -> Draft:
    began = switch.clock.now()
    return Draft(
        file=file_name(began, mailbox.name, call.id).as_posix(),
        mailbox=mailbox.name,
        call=call.id,
        began=began,
        number=call.leg.remote.number,
        name=call.leg.remote.name,
        queue=call.last_queue or "",
        queue_label=switch.settings.queue_labels.get(call.last_queue or "", ""),
        language=mailbox.language or call.language,
        shortest=mailbox.shortest,
        email=mailbox.email,
        subject=mailbox.subject,
    )


class _Visit:
    """One caller at one mailbox."""

    def __init__(self, switch: Switch, call: Call, mailbox: Mailbox, desk: Desk, draft: Draft) -> None:
        self._switch = switch
        self._call = call
        self._mailbox = mailbox
        self._desk = desk
        self._draft = draft

    async def through(self) -> Destination | None:
        """Greeting, tone, message, thanks."""
        call, desk, draft = self._call, self._desk, self._draft
        try:
            place = await desk.open(draft)
        except StoreError as error:
            call.note("VoicemailFailed", mailbox=draft.mailbox, why=str(error))
            return NO_ROOM
        begun = False
        try:
            await self._greet()
            try:
                recording = self._switch.endpoint.recorder.record_one(place, call.leg, self._mailbox.longest)
            except AudioError as error:
                call.note("VoicemailFailed", mailbox=draft.mailbox, why=str(error))
                return NO_ROOM
            begun = True
        finally:
            if not begun:
                desk.drop(draft)
        await self._say(SAVED if await self._record(recording) else NOTHING_HEARD)
        return None

    async def _greet(self) -> None:
        """The greeting, which # cuts short, and the tone."""
        call = self._call
        while not call.leg.digits.empty():  # pressed while nobody asked
            call.leg.digits.get_nowait()
        call.leg.await_keys(True)
        greeting = await self._rendered(self._mailbox.greeting or GREETING)
        if greeting is not None:
            with self._switch.endpoint.media.player(greeting) as player:
                call.leg.hear(Hear(player))
                await self._key(greeting.duration)
        await self._play(self._switch.speech.cue(Cue.SPEAK))
        while not call.leg.digits.empty():
            call.leg.digits.get_nowait()

    async def _record(self, recording: Recording) -> bool:
        """Until it ends, in whatever way; whether there is a message."""
        call, draft, ended = self._call, self._draft, "hung-up"
        call.leg.hear()
        call.note("VoicemailStarted", mailbox=draft.mailbox, file=draft.file)
        try:
            ended = await self._end_of(recording)
        finally:
            recording.close()
            seconds, lost = round(recording.seconds, 3), round(recording.lost, 3)
            about = {"mailbox": draft.mailbox, "file": draft.file}
            call.note("VoicemailEnded", **about, seconds=seconds, lost=lost, by=ended)
            taken = self._desk.take(draft)
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(taken)
        except TimeoutError:  # the disk is slow: it has the sound, and goes on
            return True

    async def _end_of(self, recording: Recording) -> str:
        """By what it ends while the caller is there."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._mailbox.longest
        while (left := until - loop.time()) > 0:
            if await self._key(min(LOOK, left)):
                return "key"
            if recording.quiet >= SILENCE:
                return "silence"
        return "limit"

    async def _key(self, patience: Seconds) -> bool:
        """Whether # is pressed within this time; other keys are nothing."""
        try:
            async with asyncio.timeout(patience):
                while await self._call.leg.digits.get() != END:
                    pass
        except TimeoutError:
            return False
        return True

    async def _say(self, prompt: Prompt) -> None:
        await self._play(await self._rendered(prompt))

    async def _play(self, clip: Clip | None) -> None:
        if clip is None:
            return
        with self._switch.endpoint.media.player(clip) as player:
            self._call.leg.hear(Hear(player))
            await asyncio.sleep(clip.duration)

    async def _rendered(self, prompt: Prompt) -> Clip | None:
        try:
            return await self._switch.speech.prompt(prompt, self._call.language)
        except AudioError as error:
            log.error("voicemail cannot speak", call=self._call.id, error=str(error))
            self._call.note("PromptFailed", error=str(error))
            return None
