"""The words of transfers."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.kinds import Kind
from softswitch.store.words import Word

TRANSFERS: Mapping[str, Word] = {
    Kind.TRANSFER_ASKED: Word(
        "An agent wants the other side of a conversation to go elsewhere.",
        {
            "by": "the agent",
            "number": "where to, as the agent gave it",
            "attended": "in place of the agent, into another call of the agent's",
            "destination": "what the number means",
        },
    ),
    Kind.TRANSFER_FAILED: Word(
        "The transfer came to nothing; agent and caller talk on, if both are there.",
        {"number": "where to", "status": "SIP status that the agent's phone was told"},
    ),
    Kind.TRANSFERRED: Word(
        "An agent has handed the other side on; what follows is without that agent.",
        {
            "by": "the agent",
            "number": "where to",
            "attended": "in place of the agent, into another call of the agent's",
            "into": "the call in which it goes on, when that is another one",
            "taken_by": "the supervisor who has taken over from the agent; left out: the agent handed on",
        },
    ),
}
