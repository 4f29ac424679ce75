"""The words of what agents and supervisors write: notes on calls, and bulletins."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.kinds import Kind
from softswitch.store.words import Word

BULLETIN = {"bulletin": "its id", "by": "who"}

PANEL: Mapping[str, Word] = {
    Kind.NOTES_WRITTEN: Word(
        "Somebody wrote notes on a call, in place of those that this agent had there before; also after it.",
        {
            "agent": "whose notes they are",
            "queue": "of the conversation; empty: it came by none",
            "notes": "what was written",
            "disposition": "how the conversation came out, in a word; empty: nothing was chosen",
            "by": "who wrote",
        },
    ),
    Kind.BULLETIN_WRITTEN: Word(
        "A supervisor told agents something, for them to read and confirm.",
        {
            **BULLETIN,
            "text": "what they are told",
            "queues": "of whose teams; empty: of all",
            "until": "when it is over, seconds since the epoch; null: when it is withdrawn",
        },
    ),
    Kind.BULLETIN_READ: Word("An agent has read a bulletin.", {**BULLETIN, "agent": "who it is to"}),
    Kind.BULLETIN_WITHDRAWN: Word("A bulletin is over before its time.", BULLETIN),
}
