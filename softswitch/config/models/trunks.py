"""`trunks:`, the carriers through which calls come from the telephone network and go there."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from softswitch.config.models.base import Section
from softswitch.config.quantities import (
    Duration,
    PublicNumber,
    Words,
    check_host,
    matching,
    parse_text,
    wrong,
)

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
_SERVER = rf"(?:(udp|tcp|tls):)?({_HOST})(?::([0-9]{{1,5}}))?"


def _parse_server(value: object) -> str:
    text = parse_text(value)
    match = re.fullmatch(_SERVER, text)
    if match is None:
        raise wrong("expected a host, as sip.carrier.example, 192.0.2.10:5070 or tls:sip.carrier.example")
    if match[3] is not None and not 1 <= int(match[3]) <= 65535:
        raise wrong("expected a port from 1 to 65535")
    check_host(match[2])
    return text


def _parse_network(value: object) -> str:
    text = parse_text(value)
    try:
        network = ipaddress.ip_network(text)
    except ValueError as error:
        why = " (bits are set behind its mask)" if "host bits" in str(error) else ""
        raise wrong(f"expected an address or a network, as 203.0.113.0/24{why}") from None
    if network.prefixlen == 0:
        raise wrong("a network of all addresses would take anybody for the carrier")
    return text


Server = Annotated[
    str,
    BeforeValidator(_parse_server),
    WithJsonSchema(
        {
            "title": "[transport:]host[:port]",
            "type": "string",
            "pattern": f"^{_SERVER}$",
            "examples": ["sip.carrier.example", "tcp:192.0.2.10:5070"],
        }
    ),
]
Network = Annotated[
    str,
    BeforeValidator(_parse_network),
    WithJsonSchema(
        {"title": "address or network", "type": "string", "examples": ["203.0.113.7", "203.0.113.0/24"]}
    ),
]
Host = Annotated[
    str,
    BeforeValidator(matching(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", "a domain, as carrier.example")),
    WithJsonSchema({"title": "domain", "type": "string", "examples": ["carrier.example"]}),
]
UserName = Annotated[
    str,
    BeforeValidator(matching(r"[A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,128}", "a user name, as acme")),
    WithJsonSchema({"title": "user name", "type": ["string", "integer"], "examples": ["acme"]}),
]


class Inbound(Section):
    """With what a carrier, or another switch, proves by digest that a call is its own."""

    username: UserName
    """The user name of the other side."""
    password: Words
    """Its password; `"${NAME}"` reads it from the environment."""


class Trunk(Section):
    """A carrier. Its calls are known by the address that they come from, or by credentials, and never by
    anything else that they say of themselves.
    """

    server: Server | None = None
    """Where calls are sent, over UDP on port 5060 unless it says otherwise; over `tls` the port is 5061, and
    `authorities` of `sip` says who must vouch for the server."""
    servers: Annotated[list[Server], Field(min_length=1, max_length=8)] | None = None
    """In place of `server`: several, the preferred one first. The next one takes a call that the one before
    does not answer or cannot serve; one that answers no OPTIONS is tried last."""
    username: UserName | None = None
    """The user name at the carrier."""
    password: Words | None = None
    """Its password; `"${NAME}"` reads it from the environment."""
    auth_user: UserName | None = None
    """The user name within digest authentication, where the carrier has another one for it."""
    domain: Host | None = None
    """What From and To carry behind the @; left out: the first server's host when there is a `username`,
    else this switch's own address."""
    register_: bool = Field(default=False, alias="register")
    """Whether to register at every server, so that the carrier knows where to send calls."""
    expires: Annotated[Duration, Field(ge=30, le=86400)] = 600.0
    """How long a registration is asked to hold; it is renewed before."""
    allow_from: list[Network] = Field(default=[])
    """Addresses and networks from which the carrier's calls come; left out: those of its servers, unless
    there is `inbound`."""
    inbound: Inbound | None = None
    """Credentials that its calls must have, wherever they come from but `allow_from`."""
    channels: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Calls at once by this trunk, both ways together; one more goes out by the next trunk, one more in is
    refused with 503. An emergency number is dialled all the same."""
    caller_id: PublicNumber | None = None
    """The number that is shown to whom we call by this trunk."""
    from_user: UserName | None = None
    """What From carries before the @ of every call, where the other side knows its customers by that, as
    Asterisk does (usually the `username`); the number is then shown in P-Asserted-Identity alone."""
    show_callers: bool = False
    """Show the number of a caller from outside whose call goes on to an agent outside; `caller_id` is then
    only asserted. Carriers must allow it."""
    format: Literal["e164", "e164-without-plus", "national"] = "e164"
    """How the carrier wants numbers written: +48221234567, 48221234567, or as `numbering` dials them."""
    srtp: Literal["off", "optional", "mandatory"] = "off"
    """Encryption of sound (SDES)."""
    options: Annotated[Duration, Field(le=3600)] = 30.0
    """How often each server is asked whether it is there (OPTIONS); after three questions without an answer
    it is tried last. 0: never."""

    @property
    def all_servers(self) -> list[str]:
        """One or several."""
        return self.servers or ([] if self.server is None else [self.server])

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.server is None) == (self.servers is None):
            raise wrong("expected either `server` or `servers`: where the carrier is")
        twice = next((one for one in self.all_servers if self.all_servers.count(one) > 1), None)
        if twice is not None:
            raise wrong(f"server {twice!r} is listed twice")
        if (self.username is None) != (self.password is None):
            missing = "password" if self.password is None else "username"
            raise wrong(f"expected `{missing}` as well")
        if self.auth_user is not None and self.username is None:
            raise wrong("`auth_user` goes with `username` and `password`")
        if self.register_ and self.username is None:
            raise wrong("`register` needs `username` and `password`")
        return self
