"""`agents:`, who answers, and by which phones."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from softswitch.config.models.base import Section
from softswitch.config.models.sip import Encryption
from softswitch.config.models.teams import Skills
from softswitch.config.quantities import Duration, Name, PhoneAddress, Trunks, Words, matching, wrong


def _parse_calls(value: object) -> int | Literal["unlimited"]:
    if value == "unlimited":
        return "unlimited"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 10_000:
        return value
    raise wrong("expected how many calls at once, from 1, or unlimited")


_HEX = {"md5": 32, "sha256": 64}
"""Hexadecimal digits of each hash."""

Calls = Annotated[
    int | Literal["unlimited"],
    BeforeValidator(_parse_calls),
    WithJsonSchema(
        {
            "title": "number, or unlimited",
            "anyOf": [{"type": "integer", "minimum": 1}, {"const": "unlimited"}],
        }
    ),
]
Extension = Annotated[
    str,
    BeforeValidator(matching("[0-9]{1,32}", "the digits of an extension, as 201")),
    WithJsonSchema(
        {
            "title": "extension",
            "type": ["string", "integer"],
            "pattern": "^[0-9]{1,32}$",
            "examples": ["201"],
        }
    ),
]


Login = Annotated[
    str,
    BeforeValidator(matching(r"[A-Za-z0-9_.!~*+-]{1,64}", "a login: letters, digits and . _ - +, as 201")),
    WithJsonSchema({"title": "login", "type": ["string", "integer"], "examples": ["201"]}),
]


def _hash(kind: str) -> BeforeValidator:
    digits = _HEX[kind]
    return BeforeValidator(matching(f"[0-9a-fA-F]{{{digits}}}", f"{digits} hexadecimal digits"))


class Ha1(Section):
    """Hashes in place of a password: of `login:realm:password`, where realm is that of `sip`, by
    `printf '201:acme.example:secret' | sha256sum`.
    """

    md5: Annotated[str, _hash("md5")] | None = None
    """By MD5, which every phone knows."""
    sha256: Annotated[str, _hash("sha256")] | None = None
    """By SHA-256 (RFC 8760), which newer phones know."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.md5 is None and self.sha256 is None:
            raise wrong("expected `md5`, `sha256` or both")
        return self


class Agent(Section):
    """Somebody, or something, that answers calls: at a fixed address, by phones that register, or both. Sound
    that an agent's own phone sends before it answers (183) does not go to the caller, who hears ringing, or
    the music of the queue; that of a trunk does.
    """

    name: Words | None = None
    """For people, as Billing desk; left out: the key."""
    dial: PhoneAddress | None = None
    """The fixed address of a phone, or a number outside, as `+48600300400`."""
    via: Trunks | None = None
    """With a number: the trunk, or trunks in the order to try them; left out: those of the first line of
    `outbound` that takes it."""
    confirm: bool | None = None
    """With a number: whether whoever answers must press 1 before the caller is connected, so that a mailbox
    never answers; left out: true."""
    login: Login | None = None
    """The user name with which phones register and prove who calls."""
    password: Words | None = None
    """Its password; `"${NAME}"` reads it from the environment."""
    ha1: Ha1 | None = None
    """Its hashes, in place of the password."""
    extension: Extension | None = None
    """The number that callers dial, or key in, for this agent; left out: the login, when that is digits."""
    calls: Calls = 1
    """How many calls at once: a number, or unlimited for gateways."""
    skills: Skills = Field(default={})
    """What this agent is good at, with a level from 1, as `{billing: 5, polish: 1}`."""
    level: Annotated[int, Field(ge=0, le=100)] = 0
    """How good with important callers: vip-priority gives those to the highest level that is free."""
    ring: Annotated[Duration, Field(gt=0)] = 30.0
    """How long the phone rings when it is dialled directly."""
    srtp: Encryption | None = None
    """Whether sound to and from this agent's phones is encrypted: off, optional or mandatory; left out: as
    `srtp` in `sip` says."""
    may_dial: list[Name] | None = None
    """The classes of numbers outside that may be dialled from this phone; left out: those of everybody."""
    auto_answer: bool = False
    """Whether this agent's phones are asked to answer by themselves (Call-Info, Alert-Info, Answer-Mode) when
    they ring for a call that the agent is to make through the API (`dial`). Calls of others ring."""
    voicemail: Name | None = None
    """The mailbox of `voicemail` for whoever dials this agent directly while the agent is busy, does not
    answer or has no phone there; the agent hears its messages. Left out: such callers are refused."""
    forwards: bool = False
    """Whether this agent's phones may send calls on (302): to a colleague, or outside where the agent may
    dial. Otherwise a phone that does has refused."""

    @property
    def number(self) -> str | None:
        """The extension, given or taken from the login."""
        if self.extension is None and self.login is not None and self.login.isdigit():
            return self.login
        return self.extension

    @property
    def is_outside(self) -> bool:
        """Whether `dial` is a number outside."""
        return self.dial is not None and self.dial.startswith("+")

    @model_validator(mode="after")
    def _outside(self) -> Self:
        if not self.is_outside:
            for key in ("via", "confirm"):
                if getattr(self, key) is not None:
                    raise wrong(f"`{key}` goes with a number in `dial`, as +48600300400")
        elif self.srtp is not None and self.login is None:
            raise wrong("`srtp` of a number outside is what its trunk says")
        return self

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.dial is None and self.login is None:
            raise wrong(
                "expected `dial`, where the phone is, or `login` and `password` for phones that register"
            )
        secret = self.password is not None or self.ha1 is not None
        if self.login is None and secret:
            raise wrong("a password without `login`: nobody could use it")
        if self.login is not None and not secret:
            raise wrong("a `login` needs a `password`, or `ha1`")
        if self.password is not None and self.ha1 is not None:
            raise wrong("expected either `password` or `ha1`")
        return self
