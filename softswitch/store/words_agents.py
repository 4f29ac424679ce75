"""The words of agents and of queues as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.kinds import Kind
from softswitch.store.words import Word

AGENTS: Mapping[str, Word] = {
    Kind.AGENT_ONLINE: Word("A phone of an agent of whom none was there has come.", {"agent": "who"}),
    Kind.AGENT_OFFLINE: Word("The last phone of an agent is gone.", {"agent": "who"}),
    Kind.AGENT_SIGNED_IN: Word(
        "An agent takes calls of a queue again.", {"agent": "who", "queue": "which; null: all of them"}
    ),
    Kind.AGENT_SIGNED_OUT: Word(
        "An agent takes no more calls of a queue.", {"agent": "who", "queue": "which; null: all of them"}
    ),
    Kind.AGENT_PAUSED: Word(
        "An agent takes no calls.",
        {
            "agent": "who",
            "reason": "as given, or empty; no-answer: too many offers in a row were not answered",
            "automatic": "true: nobody asked for it",
            "ago": "seconds since it began, of one from before a restart",
        },
    ),
    Kind.AGENT_RESUMED: Word(
        "An agent takes calls again.",
        {
            "agent": "who",
            "reason": "of the pause, where that lasted as long as it may",
            "automatic": "true: nobody asked for it",
        },
    ),
    Kind.WRAP_UP_EXTENDED: Word(
        "An agent has more time for notes.", {"agent": "who", "by": "seconds, as far as the queue allows"}
    ),
    Kind.WRAP_UP_ENDED: Word(
        "An agent was done with the notes on a call.", {"agent": "who", "took": "seconds"}
    ),
    Kind.OVERFLOW_BEGAN: Word(
        "Agents of other teams help in a queue from now on.", {"queue": "which", "waiting": "how many"}
    ),
    Kind.OVERFLOW_ENDED: Word("They help no more.", {"queue": "which", "waiting": "how many still"}),
    Kind.QUEUE_OPENED: Word("The hours of a queue began.", {"queue": "which"}),
    Kind.QUEUE_CLOSED: Word("The hours of a queue are over.", {"queue": "which"}),
}
