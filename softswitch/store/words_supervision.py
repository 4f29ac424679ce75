"""The words of what supervisors do."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.kinds import Kind
from softswitch.store.words import Word

_ONE = {"supervision": "the call of the supervisor's phone", "by": "who supervises"}
_MODE = "listen, whisper (the agent hears the supervisor) or barge (both do)"

SUPERVISION: Mapping[str, Word] = {
    Kind.SUPERVISION_STARTED: Word(
        "A supervisor hears the conversation.",
        {
            **_ONE,
            "mode": _MODE,
            "agent": "whom it is about",
            "at": "at which agent's phone the supervisor is",
            "number": "or at which number",
        },
    ),
    Kind.SUPERVISION_CHANGED: Word(
        "Others hear the supervisor than before.",
        {**_ONE, "mode": _MODE, "was": "the same, before", "changed_by": "who wanted it"},
    ),
    Kind.SUPERVISION_ENDED: Word(
        "The supervisor hears the conversation no more.",
        {
            **_ONE,
            "why": "hung-up (by the supervisor), over (the conversation), ended (by an interface), took-over",
            "seconds": "since it started",
        },
    ),
}

_CHANGE = {
    "version": "its number, one more than the one before",
    "by": "who wanted it; empty: the switch",
}
_BEGUN = {
    **_CHANGE,
    "at": "when it was made; this and the next in seconds since the epoch",
    "until": "when it ends by itself",
    "change": "what is not as configured: acd/amendments.py",
    "restored": "true: it is from before a restart",
}
_OVER = {
    **_CHANGE,
    "why": "undone (by somebody), over (its time has come), or gone: what it names is no more",
}

AMENDMENTS: Mapping[str, Word] = {
    Kind.QUEUE_AMENDED: Word(
        "A supervisor has changed a queue for a while, in place of a change before.",
        {"queue": "which", **_BEGUN},
    ),
    Kind.QUEUE_AMENDMENT_ENDED: Word("A queue is as configured again.", {"queue": "which", **_OVER}),
    Kind.AGENT_AMENDED: Word(
        "A supervisor has changed an agent's skills or teams for a while, in place of another change.",
        {"agent": "whose", **_BEGUN},
    ),
    Kind.AGENT_AMENDMENT_ENDED: Word("An agent is as configured again.", {"agent": "who", **_OVER}),
    Kind.CALLER_MOVED: Word(
        "A supervisor gave a waiting caller, or a callback, another place; CallerLeft and, of a caller on the"
        " line, CallerJoined follow if that is in another queue.",
        {
            "queue": "where the caller waited",
            "to": "in which queue the caller waits now",
            "priority": "the class from now on; left out: as before",
            "first": "true: before all others",
            "by": "who wanted it",
        },
    ),
    Kind.CALLER_PULLED: Word(
        "A supervisor gave a waiting caller, or a callback, to an agent, whose phone rings.",
        {"queue": "where the caller waits", "agent": "to whom", "by": "who wanted it"},
    ),
}
