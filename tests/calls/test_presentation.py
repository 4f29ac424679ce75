"""Which number a carrier is told, and which one the person called sees."""

from __future__ import annotations

import pytest

from softswitch.calls.presentation import presented
from softswitch.config.settings import Trunk, TrunkServer
from softswitch.dialplan.numbering import NumberFormat, Numbering
from softswitch.types import TrunkName

OWN, CALLER = "+48221234567", "+48600100200"
SERVERS = (TrunkServer("sip.carrier.example"),)
PLAIN = Trunk(TrunkName("carrier"), SERVERS)
OURS = Trunk(TrunkName("carrier"), SERVERS, caller_id=OWN)
THEIRS = Trunk(TrunkName("carrier"), SERVERS, caller_id=OWN, show_callers=True)


@pytest.mark.parametrize(
    ("trunk", "caller", "shown", "asserted"),
    [
        (PLAIN, CALLER, CALLER, CALLER),
        (PLAIN, "", "", ""),
        (PLAIN, "201", "201", "201"),
        (OURS, CALLER, OWN, OWN),
        (OURS, "", OWN, OWN),
        (OURS, "201", OWN, OWN),
        (THEIRS, CALLER, CALLER, OWN),
        (THEIRS, "", "", OWN),
        (THEIRS, "201", OWN, OWN),
    ],
)
def test_who_is_shown_and_who_is_asserted(trunk: Trunk, caller: str, shown: str, asserted: str) -> None:
    it = presented(trunk, Numbering(), caller, "acme.example")
    assert (it.caller.number, it.asserted.number) == (shown, asserted)
    assert ("Privacy" in it.headers) == (not shown)
    assert not it.caller.name


def test_numbers_are_written_as_the_carrier_reads_them() -> None:
    trunk = Trunk(TrunkName("carrier"), SERVERS, caller_id=OWN, show_callers=True, format=NumberFormat.DIGITS)
    it = presented(trunk, Numbering(), CALLER, "acme.example")
    assert (it.caller.number, it.asserted.number) == (CALLER[1:], OWN[1:])
