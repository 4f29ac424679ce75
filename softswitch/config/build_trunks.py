"""One carrier of a sound file -> the plain settings of a trunk."""

from __future__ import annotations

import re
from ipaddress import ip_network

from softswitch.config import settings as plain
from softswitch.config.models.trunks import Trunk
from softswitch.config.sip_settings import in_uri
from softswitch.dialplan.numbering import NumberFormat
from softswitch.types import Srtp, TrunkName


def trunk(name: str, section: Trunk) -> plain.Trunk:
    """The trunk called `name`."""
    servers = tuple(map(server, section.all_servers))
    own_domain = in_uri(servers[0].host) if section.username is not None else None
    return plain.Trunk(
        name=TrunkName(name),
        servers=servers,
        username=section.username,
        password=section.password,
        auth_user=section.auth_user,
        domain=section.domain or own_domain,
        register=section.register_,
        expires=section.expires,
        allow_from=tuple(map(ip_network, section.allow_from)),
        inbound=section.inbound.username if section.inbound else None,
        inbound_password=section.inbound.password if section.inbound else None,
        channels=section.channels,
        caller_id=section.caller_id,
        from_user=section.from_user,
        show_callers=section.show_callers,
        format=NumberFormat(section.format),
        srtp=Srtp(section.srtp),
        options=section.options,
    )


def server(text: str) -> plain.TrunkServer:
    """`tcp:sip.carrier.example:5070`, of which the host alone must be there."""
    transport, colon, rest = text.partition(":")
    if not colon or transport not in ("udp", "tcp", "tls"):
        transport, rest = "udp", text
    port = re.search(r":([0-9]+)$", rest.rpartition("]")[2])
    host = rest[: -len(port[0])] if port else rest
    return plain.TrunkServer(host.strip("[]"), int(port[1]) if port else None, transport)
