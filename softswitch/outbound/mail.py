"""Mails, handed to a mail server one after the other, in a thread with a loop of its own.

| the server | the mail |
|---|---|
| takes it (250) | is done |
| refuses it for now (4yz), or the connection breaks | is tried again after 1 s, 5 s ... an hour, for ever |
| refuses it for good (5yz) | is dead: kept, listed by `softswitch mail`, sent again by `mail retry` |
| is not there, or refuses the log-in | waits with all others, and goes with them when one gets through |

A server that is not there is looked for after a quarter of the time for which it is away, 5 s at least and
five minutes at most: a mail is late by little more than the server was.

How far each is stands in the database (`parcels.Mailbox`), before it is tried. When one has waited longer
than `alarm`, that is an event, and a line of the log every hour.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException

from softswitch.config.settings import MailSettings
from softswitch.outbound.courier import LOOK, TROUBLE, Clock, Courier, pause_after
from softswitch.outbound.smtp import ServerFailing, Verdict, connect, hand_over
from softswitch.parcels import NO_SERVER, Mail, Mailbox, Post, Posted
from softswitch.types import Seconds

LOT = 20
"""Mails by one connection."""

LEAST: Seconds = 5.0
MOST: Seconds = 300.0
"""The shortest and the longest time that a server which is not there is left alone."""

SHARE = 0.25
"""Of the time for which it is away by now: so long it is left alone."""

WATCH: Seconds = 5.0
"""Between two looks at how long mails have waited, while none is due."""

REMIND: Seconds = 3600.0
"""How often an alarm that lasts is raised anew."""

Tell = Callable[..., None]
"""Takes the kind of an event and its fields."""

log = structlog.get_logger(__name__)


class Mailer:
    """The server in force, from `apply` to `close`."""

    def __init__(self, box: Mailbox, tell: Tell, clock: Clock | None = None) -> None:
        """`tell`: where events go."""
        self._box = box
        self._tell = tell
        self._clock = clock or Clock()
        self._settings: MailSettings | None = None
        self._courier = Courier("mail", self._serve)
        self._away: float | None = None
        """Since when the server is not there; None: it is."""
        self._held = True
        """Mails may wait for it, from before a restart too."""
        self._alarmed: float | None = None
        self._watched = 0.0
        self.post = Post()
        """How the mails were at the last look."""

    def apply(self, settings: MailSettings | None) -> None:
        """Put a server in force; None: there is none, and mails wait."""
        self._settings = settings
        if settings is not None:
            self._courier.start()

    def close(self) -> None:
        """Stop; what is not out yet goes out after the next start."""
        self._courier.close()

    def probe(self, to: str, told: Callable[[bool, str], None]) -> None:
        """Send one mail past the outbox, at once; `told` hears, in the mailer's thread, whether it was taken,
        and what the server said.
        """
        settings, loop = self._settings, self._courier.loop
        if settings is None or loop is None:
            told(False, NO_SERVER)
            return
        asyncio.run_coroutine_threadsafe(self._probe(settings, to, told), loop)

    async def _probe(self, settings: MailSettings, to: str, told: Callable[[bool, str], None]) -> None:
        now = self._clock.now()
        text = f"This is a test of the switch that sends its mail by {settings.server}."
        posted = Posted(f"test-{now:.0f}", Mail("test", to, "A test of softswitch", text))
        try:
            smtp = await connect(settings)
            try:
                verdict, words = await hand_over(smtp, settings, posted, now)
            finally:
                await _part(smtp)
        except ServerFailing as error:
            told(False, str(error))
        else:
            told(verdict is Verdict.TAKEN, f"{settings.server}:{settings.port} says {words}")

    async def _serve(self) -> None:
        while not self._courier.closing:
            try:
                more = self._settings is not None and await self.deliver(self._settings)
            except Exception as error:
                log.warning("mail.trouble", why=str(error).splitlines()[0] if str(error) else repr(error))
                await asyncio.sleep(TROUBLE)
                continue
            if not more:
                await asyncio.sleep(LOOK)

    async def deliver(self, settings: MailSettings) -> bool:
        """One lot; False: there was nothing to send. Raises what the database raises."""
        lot = self._box.due(LOT, self._clock.now())
        if lot:
            try:
                taken = await self._send(settings, lot)
            except ServerFailing as error:
                self._wait(error)
            else:
                self._away = None
                if taken and self._held:
                    self._held = False
                    self._box.resume(self._clock.now())
        if lot or self._clock.now() - self._watched >= WATCH:
            self._watch(settings)
        return bool(lot)

    def _wait(self, error: ServerFailing) -> None:
        """Leave the server alone for a while, with all that is due."""
        now = self._clock.now()
        if self._away is None:
            self._away = now
        pause = min(MOST, max(LEAST, SHARE * (now - self._away)))
        self._held = True
        self._box.put_off(now + pause, str(error), now)
        log.info("mail.server_failing", why=str(error), pause=round(pause))

    async def _send(self, settings: MailSettings, lot: Sequence[Posted]) -> bool:
        """Whether the server took any. Raises ServerFailing; what was taken before is noted."""
        smtp, taken = await connect(settings), False
        try:
            for posted in lot:
                verdict, words = await hand_over(smtp, settings, posted, self._clock.now())
                self._note(posted, verdict, words)
                taken = taken or verdict is Verdict.TAKEN
                if self._courier.closing or not smtp.is_connected:
                    break
        finally:
            await _part(smtp)
        return taken

    def _note(self, posted: Posted, verdict: Verdict, words: str) -> None:
        now, attempts = self._clock.now(), posted.attempts + 1
        known = {"mail": posted.id, "to": posted.mail.to, "about": posted.mail.key, "attempts": attempts}
        if verdict is Verdict.TAKEN:
            self._box.sent(posted.id, now)
            self._tell("MailSent", **known)
        elif verdict is Verdict.NEVER:
            self._box.give_up(posted.id, words)
            self._tell("MailRefused", **known, why=words)
        else:
            self._box.later(posted.id, now + pause_after(attempts), words)
            log.info("mail.later", **known, why=words)

    def _watch(self, settings: MailSettings) -> None:
        """Raise the alarm when one has waited for long, and end it."""
        self.post, now = self._box.state(), self._clock.now()
        self._watched = now
        eldest = self.post.eldest
        if eldest is None or now - eldest < settings.alarm:
            if self._alarmed is not None:
                self._alarmed = None
                self._tell("MailWorking", server=settings.server)
        elif self._alarmed is None or now - self._alarmed >= REMIND:
            self._alarmed = now
            fields = {"waiting": self.post.waiting, "since": round(now - eldest), "why": self.post.why}
            self._tell("MailFailing", server=settings.server, **fields)


async def _part(smtp: SMTP) -> None:
    """In order if the server is still there."""
    try:
        await smtp.quit(timeout=2.0)
    except (TimeoutError, SMTPException, OSError):
        smtp.close()
