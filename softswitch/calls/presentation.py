"""Who a carrier, and whoever is called through it, is told that we are: From, P-Asserted-Identity, Privacy.

| the trunk | a caller with a public number | one who hides it | an extension |
|---|---|---|---|
| without `caller_id` | that number | anonymous, Privacy: id | the extension |
| with `caller_id` | `caller_id` | `caller_id` | `caller_id` |
| and `show_callers` | that number, asserted `caller_id` | anonymous, asserted `caller_id` | `caller_id` |

Only a number that a carrier or an agent's password vouches for is a caller's; anybody else hides. Names stay
in the house.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from softswitch.config.settings import Trunk
from softswitch.dialplan.numbering import Numbering, is_e164
from softswitch.types import Party


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a leg to a carrier says."""

    caller: Party
    """In From; without a number: anonymous."""
    asserted: Party
    """In P-Asserted-Identity (RFC 3325), which the carrier believes and does not pass on with Privacy."""
    headers: Mapping[str, str] = field(default_factory=dict)


def presented(trunk: Trunk, numbering: Numbering, caller: str, domain: str) -> Presentation:
    """How the number of a caller (empty: hidden) is presented; `domain` is the switch's own."""
    own = trunk.caller_id
    outside = is_e164(caller) or not caller
    shown = caller if own is None or (trunk.show_callers and outside) else own
    headers = {}
    if not shown:
        headers["Privacy"] = "id"
    if own is not None and shown != own:
        written = numbering.written(own, trunk.format)
        headers["Diversion"] = f"<sip:{written}@{trunk.domain or domain}>;reason=unconditional"  # RFC 5806
    return Presentation(
        Party(numbering.written(shown, trunk.format)),
        Party(numbering.written(own or caller, trunk.format)),
        headers,
    )
