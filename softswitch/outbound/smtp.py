"""One connection to the mail server, and what its answers mean for a mail."""

from __future__ import annotations

import asyncio
import ssl
from enum import Enum, auto
from typing import Any

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from softswitch.config.settings import MailSettings
from softswitch.outbound.message import message
from softswitch.parcels import Posted

OURS = frozenset({421, 530, 534, 535, 538})
"""Answers that concern the connection or the log-in, and no mail (RFC 5321 section 3.8, RFC 4954 section 6).
"""


class Verdict(Enum):
    """What has become of a mail."""

    TAKEN = auto()
    LATER = auto()
    NEVER = auto()


class ServerFailing(Exception):
    """The server cannot be used at the moment: no mail's fault. Says why, and what to do."""


async def connect(settings: MailSettings) -> SMTP:
    """A connection, encrypted and logged in as the settings say. Raises ServerFailing."""
    try:
        smtp = SMTP(
            hostname=settings.server,
            port=settings.port,
            username=settings.username,
            password=settings.password,
            timeout=settings.timeout,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=None if settings.tls == "off" else trusted(settings),
        )
        await smtp.connect()
    except (TimeoutError, SMTPException, OSError, ValueError) as error:
        raise ServerFailing(_why(settings, error)) from error
    return smtp


def trusted(settings: MailSettings) -> ssl.SSLContext:
    """Certificates are verified, by the machine's authorities or those that the settings name."""
    authorities = settings.authorities
    return ssl.create_default_context(cafile=str(authorities) if authorities else None)


async def hand_over(smtp: SMTP, settings: MailSettings, posted: Posted, now: float) -> tuple[Verdict, str]:
    """Give the server a mail; what has become of it, with the server's words. Raises ServerFailing."""
    sender = settings.sender
    try:
        whole = await asyncio.to_thread(message, posted, sender, now)
        _, words = await smtp.sendmail(sender, [posted.mail.to], whole)
    except SMTPRecipientsRefused as refused:
        return _judge(settings, refused.recipients[0])
    except SMTPResponseException as refused:
        return _judge(settings, refused)
    except (TimeoutError, SMTPException, OSError) as error:
        return Verdict.LATER, f"the connection broke: {_words(error)}"
    except ValueError as error:
        return Verdict.NEVER, f"this can be no mail: {_words(error)}"
    return Verdict.TAKEN, f"250 {words}"


def _judge(settings: MailSettings, refused: SMTPResponseException) -> tuple[Verdict, str]:
    """RFC 5321 section 4.2.1: 5yz is for good."""
    if refused.code in OURS:
        raise ServerFailing(_why(settings, refused)) from refused
    verdict = Verdict.NEVER if refused.code >= 500 else Verdict.LATER
    return verdict, f"{refused.code} {_one_line(refused.message)}"


def _why(settings: MailSettings, error: Exception) -> str:
    where = f"{settings.server}:{settings.port}"
    cause: Any = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {where} is not good: {cause.verify_message}; give `mail.server` the name "
            "that it is for, or name who vouches for it by `mail.authorities`"
        )
    if isinstance(cause, ssl.SSLError):
        return f"{where} speaks no TLS here ({cause.reason}); `tls: tls` is mostly port 465, `starttls` 587"
    if isinstance(error, SMTPAuthenticationError):
        said = f"{error.code} {_one_line(error.message)}"
        return (
            f"{where} refuses the log-in: {said}; look at `mail.username` and `password` (some servers want "
            "a password made for this program)"
        )
    if isinstance(error, SMTPNotSupported) or "STARTTLS" in str(error):
        return f"{where}: {_words(error)}; write `tls: tls`, or `off` for a server on this machine"
    if isinstance(error, SMTPResponseException):
        return f"{where} says {error.code} {_one_line(error.message)}"
    return f"{where} cannot be reached: {_words(error)}; are `mail.server` and `port` right?"


def _words(error: Exception) -> str:
    return _one_line(str(error)) or type(error).__name__


def _one_line(text: object) -> str:
    return " ".join(str(text).split())[:400]
