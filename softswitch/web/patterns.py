"""The shapes of what clients send, and what to say of what has another one."""

from __future__ import annotations

from collections.abc import Mapping

from softswitch.texts import LINE_OR_NOTHING, LINES, LINES_OR_NOTHING

LINE = r"^[^\x00-\x1f\x7f]+$"
SPOKEN = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
"""A text of one line, and not of blanks alone."""
CALL = r"^[0-9A-Za-z]{1,32}$"
LANGUAGE = r"^[a-z]{2}$"
USER = r"^[A-Za-z0-9._@+-]{1,64}$"
MAIL, MAILS = r"^[0-9a-f]{1,64}$", r"^([0-9a-f]{1,64}|all)$"
YEAR, TWO = r"^[0-9]{4}$", r"^[0-9]{2}$"
FILE = r"^[^/\\\x00-\x1f\x7f]{1,200}\.wav$"

WORDS: Mapping[str, str] = {
    LINE: "expected one line, without control characters",
    LINE_OR_NOTHING: "expected one line, without control characters",
    SPOKEN: "expected one line of words",
    LINES: "expected some words, without control characters",
    LINES_OR_NOTHING: "expected a text without control characters",
    CALL: "expected the id of a call, letters and digits, as /api/v1/calls and /api/v1/calls/live show them",
    LANGUAGE: "expected two small letters, as en (ISO 639-1)",
    USER: "expected up to 64 letters without accents, digits and . _ @ + -, and no blanks",
    MAIL: "expected the id of a mail, as /api/v1/mails shows it",
    MAILS: "expected the id of a mail, as /api/v1/mails shows it, or all",
    YEAR: "expected four digits",
    TWO: "expected two digits",
    FILE: "expected the name of a file that ends with .wav, as the list shows it",
}
"""By shape."""
