"""Who a carrier, and whoever is called through it, is told that we are: From, P-Asserted-Identity, Privacy.

| the trunk | a caller with a public number | one who hides it | an extension |
|---|---|---|---|
| without `caller_id` | that number | anonymous, Privacy: id | the extension |
| with `caller_id` | `caller_id` | `caller_id` | `caller_id` |
| and `show_callers` | that number, asserted `caller_id` | anonymous, asserted `caller_id` | `caller_id` |

With `from_user` From carries that, and the number shown, where one is, is the one asserted.
Only a number that a carrier or an agent's password vouches for is a caller's; anybody else hides. Names stay
in the house. A call from a carrier that goes on outside says by which of our numbers, and by whom before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from softswitch.calls.call import Call
from softswitch.calls.redirection import Redirection, written
from softswitch.config.settings import Trunk
from softswitch.config.sip_settings import in_uri
from softswitch.dialplan.numbering import Numbering, is_e164
from softswitch.types import UNKNOWN, Party, Way


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a leg to a carrier says."""

    caller: Party
    """In From; without a number: anonymous."""
    asserted: Party
    """In P-Asserted-Identity (RFC 3325), which the carrier believes and does not pass on with Privacy."""
    headers: Mapping[str, str] = field(default_factory=dict)


def presented(
    trunk: Trunk, numbering: Numbering, call: Call, way: Way, shown_as: Party | None = None
) -> Presentation:
    """How a call that goes out by a trunk is presented: as the caller's, or as that of `shown_as`."""
    vouched = call.leg.remote.number if call.leg.origin != UNKNOWN else ""
    caller = vouched if shown_as is None else shown_as.number
    own = trunk.caller_id
    outside = is_e164(caller) or not caller
    shown = caller if own is None or (trunk.show_callers and outside) else own
    headers = {} if shown else {"Privacy": "id"}
    passed = [
        Redirection(numbering.written(one.number, trunk.format), one.reason) for one in _passed(call, own)
    ]
    asserted = own or caller if trunk.from_user is None else shown or own or caller
    return Presentation(
        Party(trunk.from_user or numbering.written(shown, trunk.format)),
        Party(numbering.written(asserted, trunk.format)),
        headers | written(passed, way.uri, trunk.domain or in_uri(trunk.servers[way.server].host)),
    )


def _passed(call: Call, own: str | None) -> Sequence[Redirection]:
    """Who has passed a call on, of one that came from a carrier: we too."""
    if call.leg.origin.trunk is None:
        return ()
    ours = call.leg.dialled if is_e164(call.leg.dialled) else own or ""
    return Redirection(ours, "unconditional"), *call.arrival.diverted
