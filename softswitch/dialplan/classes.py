"""Which numbers are expensive wherever they are dialled: a table of first digits."""

from __future__ import annotations

from types import MappingProxyType

from softswitch.dialplan.numbering import Numbering, is_e164

EMERGENCY, NATIONAL, INTERNATIONAL = "emergency", "national", "international"
PREMIUM, SATELLITE, SHORT = "premium", "satellite", "short"

BUILT_IN = (EMERGENCY, NATIONAL, INTERNATIONAL, PREMIUM, SATELLITE, SHORT)
"""Classes that numbers have by themselves; rules may name others, as local and mobile."""

EXPENSIVE = frozenset({INTERNATIONAL, PREMIUM, SATELLITE})
"""Classes that nobody may dial unless it is said."""

_ISLANDS = (
    "242", "246", "264", "268", "284", "345", "441", "473", "649", "658", "664", "721", "758", "767", "784",
    "809", "829", "849", "868", "869", "876",
)  # fmt: skip
"""Area codes of +1 that look like those of a neighbour and are dear countries: the Caribbean, Bermuda."""

PREFIXES = MappingProxyType(
    {f"+1{area}": INTERNATIONAL for area in _ISLANDS}
    | {
        # Satellites and international networks, universal personal numbers, international premium rate.
        "+870": SATELLITE, "+881": SATELLITE, "+882": SATELLITE, "+883": SATELLITE,
        "+878": PREMIUM, "+979": PREMIUM,
        # Poland: premium rate (70x), votes and competitions (30x, 40x).
        "+4870": PREMIUM, "+4830": PREMIUM, "+4840": PREMIUM,
        # Well-known premium rate ranges of others; they are international too.
        "+1900": PREMIUM, "+449": PREMIUM, "+4470": PREMIUM, "+49900": PREMIUM, "+49137": PREMIUM,
        "+43900": PREMIUM, "+43901": PREMIUM, "+43930": PREMIUM, "+43931": PREMIUM, "+31900": PREMIUM,
        "+31906": PREMIUM, "+31909": PREMIUM, "+3389": PREMIUM, "+41900": PREMIUM, "+41901": PREMIUM,
        "+41906": PREMIUM, "+42090": PREMIUM,
    }
)  # fmt: skip
"""Class by the first digits of an E.164 number; the longest that fits holds."""

SHORT_PREFIXES = MappingProxyType({("48", "118"): PREMIUM})
"""Class by country and the first digits of a short number: directory enquiries."""

_LONGEST = max(map(len, PREFIXES))


def classified(number: str, numbering: Numbering) -> tuple[str, str]:
    """The class of a number by itself, and the digits that say so (`+4870`; empty: its length, or a list)."""
    if number in numbering.emergency:
        return EMERGENCY, ""
    if not is_e164(number):
        for (country, digits), kind in SHORT_PREFIXES.items():
            if country == numbering.country and number.startswith(digits):
                return kind, digits
        return SHORT, ""
    for length in range(_LONGEST, 1, -1):
        if number[:length] in PREFIXES:
            return PREFIXES[number[:length]], number[:length]
    own = number.startswith(f"+{numbering.country}")
    return (NATIONAL, "") if own else (INTERNATIONAL, "+")


def explicit(pattern: str, said: str, numbering: Numbering) -> bool:
    """Whether a rule's pattern itself names the expensive range, so that its author knew what it is.

    `+4870*` names +4870, `+49*` names a foreign country; `+*`, `+48*` and `*` name nothing.
    """
    literal = pattern.partition("*")[0].lower().partition("x")[0]
    prefix = numbering.international_prefix
    if prefix and literal.startswith(prefix):
        literal = f"+{literal.removeprefix(prefix)}"
    if said != "+":
        return bool(said) and literal.startswith(said)
    country = f"+{numbering.country}"
    return literal.startswith("+") and len(literal) > 1 and not country.startswith(literal)
