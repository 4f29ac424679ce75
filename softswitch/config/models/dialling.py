"""`numbering:` and `outbound:`, how numbers are written here, and by which trunk they may be dialled."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from softswitch.config.models.base import Section
from softswitch.config.models.destinations import Status
from softswitch.config.quantities import Name, NumberPattern, Trunks, Words, matching, parse_text, wrong
from softswitch.dialplan.numbering import EMERGENCY

_LENGTH = r"[0-9]{1,2}(?:-[0-9]{1,2})?"
_SCHEMA_DIGITS = {"type": ["string", "integer"]}


def _parse_digits(value: object) -> str:
    """Digits, or nothing."""
    return "" if value == "" else matching("[0-9]{1,6}", 'digits, as 0 or 00; "" for none')(value)


def _parse_length(value: object) -> str:
    text = matching(_LENGTH, "how many digits, as 9 or 7-11")(value)
    least, _, most = text.partition("-")
    if not 1 <= int(least) <= int(most or least) <= 15:
        raise wrong("expected from 1 to 15 digits, the lower number first")
    return text


def _parse_template(value: object) -> str:
    text = parse_text(value)
    if not re.fullmatch(r"[0-9+*#A-Za-z._-]*", text.replace("{number}", "").replace("{rest}", "")):
        raise wrong("expected a number, in which {number} and {rest} may stand, as +4822{rest}")
    return text


CallingCode = Annotated[
    str,
    BeforeValidator(matching("[1-9][0-9]{0,2}", "a country's calling code, as 48")),
    WithJsonSchema(
        {"title": "calling code", "pattern": "^[1-9][0-9]{0,2}$", "examples": ["48"]} | _SCHEMA_DIGITS
    ),
]
Digits = Annotated[
    str,
    BeforeValidator(_parse_digits),
    WithJsonSchema({"title": "digits", "pattern": "^[0-9]{0,6}$", "examples": ["0", "00"]} | _SCHEMA_DIGITS),
]
Length = Annotated[
    str,
    BeforeValidator(_parse_length),
    WithJsonSchema(
        {"title": "digits", "pattern": f"^{_LENGTH}$", "examples": ["9", "7-11"]} | _SCHEMA_DIGITS
    ),
]
Short = Annotated[
    str,
    BeforeValidator(matching("[0-9]{2,6}", "a short number, as 112")),
    WithJsonSchema(
        {"title": "short number", "pattern": "^[0-9]{2,6}$", "examples": ["112"]} | _SCHEMA_DIGITS
    ),
]
Template = Annotated[
    str,
    BeforeValidator(_parse_template),
    WithJsonSchema({"title": "number", "type": "string", "examples": ["+4822500{number}"]}),
]
Front = Annotated[
    str,
    BeforeValidator(matching("[+]?[0-9*#]{0,20}", "digits, with a + in front if need be")),
    WithJsonSchema({"title": "digits", "pattern": "^[+]?[0-9*#]*$", "examples": ["+4822"]} | _SCHEMA_DIGITS),
]


class Numbering(Section):
    """How numbers are dialled here, so that each is known in one form, as +48221234567."""

    country: CallingCode = "48"
    """The country's calling code."""
    national_prefix: Digits = ""
    """What is dialled before a national number, as 0 in most of Europe; Poland has none."""
    international_prefix: Digits = "00"
    """What is dialled before a number of another country; + always works."""
    national_length: Length = "9"
    """Digits of a national number, without its prefix. Shorter ones are short numbers and stay as they are.
    """
    emergency: list[Short] = Field(default=list(EMERGENCY))
    """Emergency numbers: everybody may dial them, by the first line of `outbound` that takes them."""

    @model_validator(mode="after")
    def _length_of_its_country(self) -> Self:
        if self.country != "48" and "national_length" not in self.model_fields_set:
            raise wrong("expected `national_length` as well: how many digits a number has in that country")
        return self


class Rewrite(Section):
    """How a number is changed before it is understood."""

    strip: Annotated[int, Field(ge=0, le=20)] = 0
    """So many digits are taken off its front, as the 0 for an outside line."""
    prefix: Front | None = None
    """Then this is put before it."""
    to: Template | None = None
    """Instead of both, the new number: {number} in it is the old one, {rest} what the pattern's * stood for.
    """

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.to is not None and (self.strip or self.prefix is not None):
            raise wrong("expected either `to`, or `strip` and `prefix`")
        if self.to is None and not self.strip and self.prefix is None:
            raise wrong("expected `strip`, `prefix` or `to`")
        return self


class Outbound(Section):
    """One line of the dial plan, for numbers outside."""

    name: Words
    """For people and the record."""
    match: Annotated[list[NumberPattern], Field(min_length=1)]
    """Patterns, held against the number as it was dialled and as +48221234567."""
    via: Trunks | None = None
    """The trunk, or trunks in the order to try them."""
    reject: Status | None = None
    """Refuse these numbers, with a SIP status; emergency numbers pass on to the next line."""
    kind: Name | None = Field(default=None, alias="class")
    """The class of these numbers, for `may_dial`: any word, as local or mobile. Left out: national,
    international, premium, satellite or short, as the number is. A premium, satellite or foreign number
    has that class whatever is said here, unless a pattern of this line begins with its first digits."""
    rewrite: Rewrite | None = None
    """How the number is changed first."""

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.via is None) == (self.reject is None):
            raise wrong("expected either `via` or `reject`: where these numbers go, or that they go nowhere")
        return self
