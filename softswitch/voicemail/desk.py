"""The desk of messages: takes them in, keeps them, gives them out (`ports.Desk`, `ports.Mailboxes`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from softswitch.audio import render
from softswitch.config.settings import SwitchSettings
from softswitch.errors import SoundFileError, StoreError
from softswitch.mailboxes import Draft, Mailbox, Message
from softswitch.ports import Clock, Journal, JsonValue, Recorded, Store
from softswitch.sip.watching import Watching
from softswitch.sound import Clip
from softswitch.store.erasing import MESSAGES
from softswitch.store.reading import reading
from softswitch.store.voicemails import there
from softswitch.types import AgentName, MailboxName, Messages, Seconds
from softswitch.voicemail.files import Files, Finished, Nothing
from softswitch.voicemail.index import Index

LOOK: Seconds = 0.05
"""Between two looks whether the recorder is done."""

LATE: Seconds = 75.0
"""The recorder gives up a file that it cannot write after 60 s; what there is of it then is the message."""

AGAIN: Seconds = 10.0
"""How long a message is left alone that could not be put into its place."""

OPENING: Seconds = 3.0
"""How long a disk may take before a caller is told that no message can be taken."""

LAST_WORDS: Seconds = 3.0
"""How long the end of the switch waits for messages that are being put into their places; the next start
goes on with the others.
"""

TIDY: Seconds = 3600.0
"""Between two looks for messages that are too old."""

USUAL = Mailbox(MailboxName(""))
"""Settings of mailboxes that are not in the configuration any more."""

log = structlog.get_logger(__name__)


class VoicemailDesk:
    """An async context manager; belongs to the loop's thread, and does in threads what blocks."""

    def __init__(
        self,
        folder: Path,
        settings: Callable[[], SwitchSettings],
        journal: Journal,
        store: Store,
        clock: Clock,
    ) -> None:
        """`folder`: of the record; `settings`: those of the moment."""
        self.files = Files(folder / MESSAGES)
        self.index = Index()
        self.index.changed = self._changed
        self._lamp: Callable[[AgentName], None] = lambda _agent: None
        """Called when an agent's messages are not what they were."""
        self._folder = folder
        self._settings = settings
        self._journal = journal
        self._store = store
        self._clock = clock
        self._before = store.last
        self._group = asyncio.TaskGroup()
        self._finishing: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._failing: dict[str, str] = {}
        """Why messages cannot be put into their places, by file."""

    async def __aenter__(self) -> Self:
        """What a crash has left is gone on with."""
        left = await asyncio.to_thread(self.files.left_over)
        await self._group.__aenter__()
        for draft in left:
            self._finish_apart(draft, None, waits=False)
        self._loops = [self._apart(self._load()), self._apart(self._tidy())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._loops:
            task.cancel()
        if self._finishing:
            await asyncio.wait(self._finishing, timeout=LAST_WORDS)
        for task in self._finishing:
            task.cancel()
        await self._group.__aexit__(kind, error, trace)

    def hear(self, event: Recorded) -> None:
        """The record's newest event (`Journal.subscribe`)."""
        self.index.hear(event)
        if event.kind == "CallersForgotten":
            self._apart(self._read())

    def light(self, watching: Watching) -> None:
        """Whose lamps show the messages."""
        watching.mailboxes, self._lamp = self, watching.mailbox_changed

    def apply(self, settings: SwitchSettings) -> None:
        """Changed settings: mailboxes may be other agents'."""
        for agent in settings.phones:
            self._lamp(agent)

    # ports.Desk --------------------------------------------------------------------------------------

    async def open(self, draft: Draft) -> Path:
        """See `ports.Desk`."""
        settings = self._settings()
        mailbox = settings.mailboxes.get(draft.mailbox, USUAL)
        room = round(4 * mailbox.longest * settings.media.sample_rate)  # as recorded, and cut
        reserving = asyncio.create_task(asyncio.to_thread(self.files.reserve, draft, room))
        try:
            async with asyncio.timeout(OPENING):
                return await asyncio.shield(reserving)
        except TimeoutError:
            self._apart(self._drop_after(reserving, draft))
            raise StoreError(f"the disk of {self.files.folder} stands still") from None
        except asyncio.CancelledError:  # the caller has hung up
            self._apart(self._drop_after(reserving, draft))
            raise

    async def _drop_after(self, reserving: asyncio.Task[Path], draft: Draft) -> None:
        """A thread cannot be called back: what it will have written goes when it has."""
        with suppress(StoreError):
            await reserving
            await asyncio.to_thread(self.files.drop, draft)

    def drop(self, draft: Draft) -> None:
        """See `ports.Desk`."""
        self._apart(asyncio.to_thread(self.files.drop, draft))

    def take(self, draft: Draft) -> asyncio.Future[bool]:
        """See `ports.Desk`."""
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._finish_apart(draft, kept, waits=True)
        return kept

    def found(self, agent: AgentName) -> Sequence[Message]:
        """See `ports.Desk`."""
        return self.index.of(self.mailboxes_of(agent))

    async def clip(self, message: Message) -> Clip:
        """See `ports.Desk`."""
        rate = self._settings().media.sample_rate
        place = self.files.folder / message.file
        pcm = await asyncio.to_thread(_sound, place, rate)
        return Clip(pcm, rate, f"message {message.file}")

    def heard(self, message: Message, by: str, how: str, *, own: bool = True) -> None:
        """See `ports.Desk`; `own`: it is new no more."""
        self._journal.note(
            "VoicemailHeard",
            message.call,
            file=message.file,
            mailbox=message.mailbox,
            by=by,
            how=how,
            own=own,
        )

    def delete(self, message: Message, by: str) -> None:
        """See `ports.Desk`."""
        self._apart(self.deleted(message, by))

    async def deleted(self, message: Message, by: str) -> None:
        """Delete, and be done with it. Raises StoreError."""
        try:
            await asyncio.to_thread(self.files.delete, message.file)
        except OSError as error:
            raise StoreError(f"the message {message.file} cannot be deleted: {error.strerror}") from error
        if self.index.get(message.file) is not None:
            self._journal.note(
                "VoicemailDeleted", message.call, file=message.file, mailbox=message.mailbox, by=by
            )

    # ports.Mailboxes ---------------------------------------------------------------------------------

    def messages(self, agent: AgentName) -> Messages:
        """See `ports.Mailboxes`."""
        found = self.found(agent)
        new = sum(message.is_new for message in found)
        return Messages(new, len(found) - new)

    def mailboxes_of(self, agent: AgentName) -> set[MailboxName]:
        """The mailboxes that an agent hears."""
        return {name for name, box in self._settings().mailboxes.items() if agent in box.agents}

    def _changed(self, mailbox: MailboxName) -> None:
        for agent in self._settings().mailboxes.get(mailbox, USUAL).agents:
            self._lamp(agent)

    # Into their places -------------------------------------------------------------------------------

    def _finish_apart(self, draft: Draft, kept: asyncio.Future[bool] | None, *, waits: bool) -> None:
        task = self._apart(self._finish(draft, kept, waits=waits))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def _finish(self, draft: Draft, kept: asyncio.Future[bool] | None, *, waits: bool) -> None:
        """`waits`: for the recorder, which still has the file."""
        if waits:
            await self._until_whole(draft)
        while True:
            try:
                done = await asyncio.to_thread(self.files.finish, draft)
            except OSError as error:
                self._fails(draft, error.strerror or str(error))
                await asyncio.sleep(AGAIN)
                continue
            break
        self._works(draft)
        if isinstance(done, Finished):
            self._note_left(draft, done)
        else:
            self._note_dropped(draft, done)
        if kept is not None and not kept.done():
            kept.set_result(isinstance(done, Finished))
        await self._until_written()
        await asyncio.to_thread(self.files.drop, draft)

    async def _until_whole(self, draft: Draft) -> None:
        loop = asyncio.get_running_loop()
        late = loop.time() + LATE
        while not await asyncio.to_thread(self.files.is_whole, draft) and loop.time() < late:  # noqa: ASYNC110
            await asyncio.sleep(LOOK)

    async def _until_written(self) -> None:
        """Until the record has all that has been noted so far in its file: a kill cannot undo it."""
        last = self._store.last
        while (health := self._store.health()).last - health.waiting < last:  # noqa: ASYNC110
            await asyncio.sleep(LOOK)

    def _note_left(self, draft: Draft, done: Finished) -> None:
        zone = self._settings().zone
        when = datetime.fromtimestamp(draft.began, ZoneInfo(zone) if zone else None)
        mails: dict[str, JsonValue] = {}
        if draft.email:
            mails = {
                "to": list(draft.email),
                "language": draft.language,
                "queue_label": draft.queue_label,
                "when": f"{when:%Y-%m-%d %H:%M}",
                **({} if draft.subject is None else {"subject": draft.subject}),
            }
        self._journal.note(
            "VoicemailLeft",
            draft.call,
            file=draft.file,
            mailbox=draft.mailbox,
            number=draft.number,
            name=draft.name,
            queue=draft.queue,
            began=round(draft.began, 3),
            seconds=done.seconds,
            bytes=done.bytes,
            **mails,
        )

    def _note_dropped(self, draft: Draft, nothing: Nothing) -> None:
        self._journal.note(
            "VoicemailDropped",
            draft.call,
            file=draft.file,
            mailbox=draft.mailbox,
            seconds=nothing.speech,
            why=nothing.why,
        )

    def _fails(self, draft: Draft, why: str) -> None:
        first = not self._failing
        self._failing[draft.file] = why
        if first:
            self._journal.note("VoicemailsDelayed", why=why, waiting=len(self._finishing))

    def _works(self, draft: Draft) -> None:
        if self._failing.pop(draft.file, None) is not None and not self._failing:
            self._journal.note("VoicemailsWorking")

    def counts(self) -> Mapping[MailboxName, Messages]:
        """See `ports.Desk`."""
        none = dict.fromkeys(self._settings().mailboxes, Messages())
        return {**none, **self.index.counts()}

    @property
    def problem(self) -> str:
        """Why messages cannot be put into their places at the moment; empty: all is well."""
        return next(iter(self._failing.values()), "")

    # In the background -------------------------------------------------------------------------------

    async def _load(self) -> None:
        """Read what was before the start, as soon as the database has it."""
        while self._store.health().loaded < self._before:  # noqa: ASYNC110 - the clerk tells nobody
            await asyncio.sleep(2 * LOOK)
        while not await self._read():  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(AGAIN)

    async def _read(self) -> bool:
        """Whether the database could be read."""
        try:
            self.index.load(await asyncio.to_thread(_read, self._folder))
        except (SQLAlchemyError, StoreError) as error:
            log.warning("voicemail.index_waits", why=str(error).splitlines()[0])
            return False
        return True

    async def _tidy(self) -> None:
        while True:
            await self.delete_old()
            await asyncio.sleep(TIDY if self.index.is_whole else 20 * LOOK)

    async def delete_old(self) -> None:
        """Delete what has been kept for long enough."""
        mailboxes, now = self._settings().mailboxes, self._clock.now()
        for message in self.index.all():
            if now - message.began > mailboxes.get(message.mailbox, USUAL).keep:
                try:
                    await self.deleted(message, "retention")
                except StoreError as error:
                    log.warning("voicemail.cannot_delete", why=str(error))

    def _apart(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        """What goes wrong here must not end the switch."""
        return self._group.create_task(_logged(work))


async def _logged(work: Coroutine[Any, Any, Any]) -> None:
    try:
        await work
    except Exception:
        log.exception("work on messages failed; calls go on")


def _sound(place: Path, rate: int) -> bytes:
    try:
        return render.render_file(place, rate, render.SPEECH_LOUDNESS)
    except OSError as error:
        raise SoundFileError(place, error.strerror or str(error)) from error


def _read(folder: Path) -> list[Message]:
    with reading(folder) as connection:
        return there(connection)
