"""The words of recordings."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.kinds import Kind
from softswitch.store.words import Word

RECORDINGS: Mapping[str, Word] = {
    Kind.RECORDING_ANNOUNCED: Word("The caller was told that the conversation is, or may be, recorded."),
    Kind.RECORDING_STARTED: Word(
        "What caller and agent say is being recorded.",
        {
            "file": "within the folder of recordings",
            "queue": "by which they came together; null: by none",
            "agent": "who talks to the caller",
            "by": "the agent who wanted it; missing: the queue's rule",
        },
    ),
    Kind.RECORDING_PAUSED: Word(
        "From now on the recording is silence.",
        {"file": "which", "agent": "who wanted it", "at": "how far it is, in s"},
    ),
    Kind.RECORDING_RESUMED: Word(
        "The recording goes on after a pause.",
        {"file": "which", "agent": "who wanted it", "at": "how far it is, in s"},
    ),
    Kind.RECORDING_ENDED: Word(
        "The recording is over, and its file whole a moment later.",
        {
            "file": "which",
            "seconds": "how long it is",
            "bytes": "how large its file is",
            "lost": "how much of that is silence because the disk could not take it in time, in s",
        },
    ),
    Kind.RECORDING_FAILED: Word(
        "A conversation that should be recorded could not be.",
        {"file": "which", "why": "the error"},
        alarming=True,
    ),
    Kind.RECORDINGS_DELAYED: Word(
        "Files of recordings cannot be written at the moment; memory holds four seconds of each.",
        {"why": "the error of the disk"},
        alarming=True,
    ),
    Kind.RECORDINGS_LOST: Word(
        "The ends of recordings, or all of them, could not be written for a minute, and are given up.",
        {"count": "how many recordings"},
        alarming=True,
    ),
    Kind.RECORDINGS_REPAIRED: Word(
        "Recordings that a crash had cut were given their lengths.",
        {
            "count": "how many",
            "files": "which",
            "seconds": "how long each of them is, in their order",
            "bytes": "how large each is; 0: it was empty, and is gone",
        },
    ),
    Kind.RECORDINGS_DELETED: Word(
        "Recordings were deleted: their time was over, or a caller's data was erased.",
        {"count": "how many", "files": "which", "days": "how long they are kept", "why": "`erased`"},
    ),
    Kind.RECORDING_HEARD: Word(
        "Somebody listened to a recording, or took a copy of it.",
        {"file": "which", "by": "who", "how": "`listened`, or `exported` into a folder"},
    ),
}
