"""Who calls and what was dialled, as the switch writes it down, once it is known who sent the INVITE.

| it is | the caller | what was dialled |
|---|---|---|
| an agent, by password | the agent's name and extension | as it was dialled |
| a carrier | its number as E.164 | as E.164; where the request names only our login there, what To says |
| anybody else | as it says itself | as it was dialled |

Carriers and people leave out prefixes as they like: both forms of a number, as it came and as E.164, count
for `numbers` and `callers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from softswitch import siptext
from softswitch.calls.redirection import Redirection, redirections
from softswitch.config.settings import SwitchSettings, Trunk
from softswitch.ports import Caller, JsonValue
from softswitch.types import Party


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a leg alone does not say."""

    number_as: str = ""
    """Another form of the caller's number: as a carrier wrote it."""
    dialled_as: str = ""
    """Another form of what was dialled: as a carrier wrote it; E.164 where an agent dialled it."""
    diverted: tuple[Redirection, ...] = ()
    """Who passed the call on, the latest first, by a carrier's word."""


NOTHING_MORE = Arrival()
"""Of a call that is no carrier's."""


def receive(settings: SwitchSettings, leg: Caller) -> Arrival:
    """Write a new call's numbers in the switch's way."""
    phone = settings.phones.get(leg.origin.agent) if leg.origin.agent else None
    if phone is not None:
        leg.remote = Party(phone.extension or leg.remote.number, phone.name, leg.remote.uri)
        return Arrival(dialled_as=settings.dialplan.numbering.dialled(leg.dialled))
    trunk = settings.trunks.get(leg.origin.trunk) if leg.origin.trunk else None
    return NOTHING_MORE if trunk is None else _by_trunk(settings, trunk, leg)


def arrived(leg: Caller, arrival: Arrival) -> dict[str, JsonValue]:
    """What the record says of a call that came in."""
    more: dict[str, JsonValue] = {}
    if leg.origin.agent is not None:
        more["agent"] = leg.origin.agent
    if leg.origin.trunk is not None:
        more["trunk"] = leg.origin.trunk
        if arrival.number_as != leg.remote.number:
            more["number_as"] = arrival.number_as
        if arrival.dialled_as != leg.dialled:
            more["dialled_as"] = arrival.dialled_as
    if arrival.diverted:
        more["diverted"] = [asdict(one) for one in arrival.diverted]
    return {
        "number": leg.remote.number,
        "name": leg.remote.name,
        "dialled": leg.dialled,
        "sip_call_id": leg.sip_call_id,
        "transport": leg.transport,
        **more,
    }


def _by_trunk(settings: SwitchSettings, trunk: Trunk, leg: Caller) -> Arrival:
    numbering = settings.dialplan.numbering
    caller, dialled = leg.remote, leg.dialled
    if trunk.username is not None and dialled == trunk.username:
        dialled = _called(leg.headers) or dialled
    leg.remote = Party(numbering.arrived(caller.number), caller.name, caller.uri)
    leg.dialled = numbering.arrived(dialled)
    return Arrival(caller.number, dialled, redirections(leg.headers, numbering))


def _called(headers: Mapping[str, str]) -> str:
    """The number called, of a request that was sent to our registration (RFC 7315 section 4.2, else To)."""
    for name in ("p-called-party-id", "to"):
        for address in siptext.addresses(headers.get(name, ""))[:1]:
            if (uri := siptext.uri(address.uri)) is not None and uri.user:
                return uri.user
    return ""
