"""A mailbox as `application/simple-message-summary` (RFC 3842 section 5.2)."""

from __future__ import annotations

from softswitch.types import Messages


def document(account: str, messages: Messages) -> str:
    """The document. `account` is the URI by which the mailbox is known."""
    waiting = "yes" if messages.new else "no"
    counts = f"{messages.new}/{messages.old} ({messages.new_urgent}/{messages.old_urgent})"
    return f"Messages-Waiting: {waiting}\r\nMessage-Account: {account}\r\nVoice-Message: {counts}\r\n"
