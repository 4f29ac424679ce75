"""A mail as SMTP carries it (RFC 5322, MIME): seven bits throughout, so that every server takes it."""

from __future__ import annotations

import mimetypes
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from softswitch.parcels import Attachment, Posted

POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)

GONE = "(The file {} that belongs to this mail is not there any more.)"


def message(posted: Posted, sender: str, now: float) -> bytes:
    """The whole mail. Reads the files that it names; one that is gone leaves a line in the text."""
    mail = posted.mail
    files = [(one, _read(one)) for one in mail.attachments]
    gone = [GONE.format(one.name) for one, data in files if data is None]
    made = EmailMessage(POLICY)
    made["From"] = sender
    made["To"] = mail.to
    made["Subject"] = one_line(mail.subject)
    made["Date"] = format_datetime(datetime.fromtimestamp(now, UTC))
    made["Message-ID"] = f"<{posted.id}@{sender.rpartition('@')[2].rstrip('>')}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    made.set_content("\n\n".join([mail.text, *gone]), cte="quoted-printable")
    if mail.html is not None:
        made.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for one, data in files:
        if data is not None:
            kind = mimetypes.guess_type(one.name)[0] or "application/octet-stream"
            main, _, sub = kind.partition("/")
            made.add_attachment(data, maintype=main, subtype=sub, filename=one_line(one.name))
    return made.as_bytes()


def one_line(text: str) -> str:
    """What may stand in a header: a caller's name makes no second one."""
    return "".join(each if each.isprintable() else " " for each in text).encode("utf-8", "replace").decode()


def _read(attachment: Attachment) -> bytes | None:
    if attachment.data is not None or attachment.path is None:
        return attachment.data
    try:
        return attachment.path.read_bytes()
    except OSError:
        return None
