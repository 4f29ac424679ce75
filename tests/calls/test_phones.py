"""Where agents are reached, and what the queues hear of it."""

from __future__ import annotations

from softswitch.acd.events import PhonesReachable, PhonesUnreachable
from softswitch.calls.phones import PhoneBook
from softswitch.config.settings import AgentPhone
from softswitch.testing.fakes import FakeDirectory
from softswitch.types import AgentName, Way

ANN, BOB = AgentName("ann"), AgentName("bob")
FIXED, SOFTPHONE = Way("sip:201@desk"), Way("sip:201@10.1.1.1")


def book(*, ann: Way | None = None):
    told = []
    made = PhoneBook({ANN: AgentPhone(ANN, "Ann", ann)}, told.append)
    made.registered = FakeDirectory()
    return made, made.registered, told


async def test_a_fixed_address_and_registered_phones_are_all_rung():
    phones, registered, _ = book(ann=FIXED)
    registered.phones[ANN] = (SOFTPHONE,)
    assert phones.ways(ANN) == (FIXED, SOFTPHONE)
    assert phones.ways(BOB) == ()


async def test_the_queues_hear_when_the_first_phone_comes_and_the_last_one_goes():
    phones, registered, told = book()
    phones.changed(ANN)
    assert told == [], "that is what they began with"
    registered.phones[ANN] = (SOFTPHONE,)
    phones.changed(ANN)
    phones.changed(ANN)
    registered.phones.clear()
    phones.changed(ANN)
    assert told == [PhonesReachable(ANN), PhonesUnreachable(ANN)]


async def test_whoever_has_a_fixed_address_is_never_out_of_reach():
    phones, registered, told = book(ann=FIXED)
    registered.phones[ANN] = (SOFTPHONE,)
    phones.changed(ANN)
    registered.phones.clear()
    phones.changed(ANN)
    assert told == []


async def test_a_reload_that_takes_the_fixed_address_away_makes_the_agent_offline():
    phones, _, told = book(ann=FIXED)
    phones.apply({ANN: AgentPhone(ANN, "Ann", None), BOB: AgentPhone(BOB, "Bob", None)})
    assert told == [PhonesUnreachable(ANN)]
    phones.apply({ANN: AgentPhone(ANN, "Ann", FIXED)})
    assert told == [PhonesUnreachable(ANN), PhonesReachable(ANN)]
