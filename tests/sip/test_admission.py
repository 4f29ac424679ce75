"""Who is let in: the table of admission.py, line by line."""

from __future__ import annotations

import re

import pytest

from softswitch.config.settings import Trunk, TrunkServer
from softswitch.registration.accounts import Account
from softswitch.registration.registrar import Registrar
from softswitch.sip.admission import Admission
from softswitch.sip.gate import Request
from softswitch.sip.headers import Message
from softswitch.sip.phones import Phones
from softswitch.sip.proofs import Proofs
from softswitch.testing.fakes import FakeJournal
from softswitch.testing.phone.digest import Digest
from softswitch.testing.phone.message import Message as Sent
from softswitch.testing.phone.message import request as sent
from softswitch.types import AgentName, Origin

ANN = AgentName("ann")
REALM = "acme.example"


class Carriers:
    """The trunks: `carrier` at 203.0.113.7, and `branch`, which proves itself by digest."""

    full = False

    def __init__(self):
        self.turned_away = []

    def match(self, source, called=""):
        return "carrier" if source == "203.0.113.7" else None

    def account(self, trunk, source):
        return {"carrier": 7, "branch": 8}[trunk]

    def has_room(self, trunk):
        return not self.full

    def turn_away(self, trunk):
        self.turned_away.append(trunk)


TRUNKS = {
    "carrier": Trunk("carrier", (TrunkServer("203.0.113.7"),)),
    "branch": Trunk(
        "branch", (TrunkServer("branch.example"),), inbound="branch-1", inbound_password="secret-b"
    ),
}


class Door:
    """The policy under test, and who offended it."""

    def __init__(self, *, guests=True, logins=True, trunks=None):
        phones = Phones(Registrar(), None, FakeJournal(), lambda agent, there: None)
        phones.keep_alive = 0
        self.offences = []
        self.carriers = Carriers()
        proofs = Proofs(lambda source, why: self.offences.append((source, why)))
        self.admission = Admission(phones, proofs, trunks=self.carriers)
        accounts = [Account("201", ANN, password="secret-201")] if logins else []
        self.admission.apply(accounts, REALM, guests=guests, carriers=trunks or {})

    def invite(
        self, sender, *, to="sip:600@192.0.2.1", password=None, user="201", asserted="", source="10.0.0.7"
    ):
        self.source = source
        headers = [("From", f"<{sender}>;tag=1"), ("Call-ID", "c"), ("CSeq", "1 INVITE")]
        if asserted:
            headers.append(("P-Asserted-Identity", asserted))
        message = sent("INVITE", to, headers)
        return self._ask(message, self.admission.invite, password, user)

    def register(self, aor, *, password="secret-201", user="201", contact="<sip:201@10.0.0.7>"):
        headers = [
            *(("From", f"<{aor}>;tag=1"), ("To", f"<{aor}>"), ("Call-ID", "c"), ("CSeq", "1 REGISTER")),
            ("Contact", contact),
        ]
        message = sent("REGISTER", f"sip:{REALM}", headers)
        return self._ask(message, self.admission.register, password, user)

    source = "10.0.0.7"

    def _ask(self, message, policy, password, user):
        answer = policy(_request(message, self.source))
        if answer.status == 401 and password is not None:
            values = answer.headers["WWW-Authenticate"].split("\n")
            response = Sent("SIP/2.0 401 Unauthorized", [("WWW-Authenticate", value) for value in values])
            again = Digest(user, password, ("SHA-256", "MD5")).answer(message, response)
            assert again is not None
            answer = policy(_request(again, self.source))
        return answer


def _request(message, source="10.0.0.7"):
    text = message.pack().decode()
    return Request(message.method, Message(text), source, 5060, "UDP", in_dialog=False, leg=None)


def _proving(door, message, password="secret-201"):
    """The request with an answer to the challenge for 10.0.0.7."""
    values = door.admission.register(_request(message)).headers["WWW-Authenticate"].split("\n")
    response = Sent("SIP/2.0 401 Unauthorized", [("WWW-Authenticate", value) for value in values])
    proving = Digest("201", password, ("SHA-256", "MD5")).answer(message, response)
    assert proving is not None
    return proving


def _register(contact="<sip:201@10.0.0.7>"):
    aor = f"<sip:201@{REALM}>"
    headers = [("From", f"{aor};tag=1"), ("To", aor), ("Call-ID", "c"), ("CSeq", "1 REGISTER")]
    return sent("REGISTER", f"sip:{REALM}", [*headers, ("Contact", contact)])


async def test_a_guest_is_let_in_and_nothing_is_proven():
    answer = Door().invite("sip:100@elsewhere.example")
    assert (answer.status, answer.origin) == (0, Origin())


async def test_an_agent_who_proves_it_is_one():
    answer = Door().invite(f"sip:201@{REALM}", password="secret-201")
    assert (answer.status, answer.origin) == (0, Origin(agent=ANN))


@pytest.mark.parametrize(
    "sender",
    [f"sip:201@{REALM}", f"sip:nobody@{REALM}", "sip:nobody@192.0.2.1", "sip:201@elsewhere.example"],
)
async def test_whoever_claims_to_be_of_this_house_is_asked_for_proof(sender):
    door = Door()
    answer = door.invite(sender)
    assert answer.status == 401
    assert len(re.findall("algorithm=", answer.headers["WWW-Authenticate"])) == 2
    assert door.offences == [], "to be asked is no offence"


@pytest.mark.parametrize(
    ("sender", "asserted"),
    [
        ("sip:anonymous@anonymous.invalid", "<sip:201@elsewhere.example>"),
        ("sip:anonymous@anonymous.invalid", f'"Ann" <sip:nobody@{REALM}>'),
        ("sip:anonymous@anonymous.invalid", "tel:201"),
        ("sip:201@elsewhere.example", "<sip:100@elsewhere.example>"),
        ("tel:201", ""),
        ("sip:%3201@elsewhere.example", ""),
        ("sip:201:secret@elsewhere.example", ""),
        ("sip:201;phone-context=x@elsewhere.example", ""),
    ],
)
async def test_no_other_spelling_shows_a_guest_as_an_agent(sender, asserted):
    assert Door().invite(sender, asserted=asserted).status == 401
    assert Door().invite("sip:100@elsewhere.example", asserted="<sip:300@elsewhere.example>").status == 0


async def test_a_wrong_password_and_a_wrong_user_get_the_same_answer_and_count():
    door = Door()
    wrong = door.invite(f"sip:201@{REALM}", password="guess")
    unknown = door.invite(f"sip:999@{REALM}", password="guess", user="999")
    assert wrong.status == unknown.status == 401
    assert set(wrong.headers) == set(unknown.headers)
    assert [source for source, _ in door.offences] == ["10.0.0.7", "10.0.0.7"]


async def test_without_guests_everybody_is_asked():
    door = Door(guests=False)
    assert door.invite("sip:100@elsewhere.example").status == 401
    assert door.invite("sip:100@elsewhere.example", password="secret-201").origin == Origin(agent=ANN)
    assert Door(guests=False, logins=False).invite("sip:100@elsewhere.example").status == 403


async def test_where_nobody_has_a_login_nobody_is_asked():
    assert Door(logins=False).invite(f"sip:201@{REALM}").status == 0


async def test_a_registration_needs_proof_of_its_own_name():
    door = Door()
    assert door.register(f"sip:201@{REALM}", password=None).status == 401
    assert door.register(f"sip:202@{REALM}").status == 403
    answer = door.register(f"sip:201@{REALM}")
    assert (answer.status, answer.headers["Contact"]) == (200, "<sip:201@10.0.0.7>;expires=600")
    assert door.register(f"sip:20%31@{REALM}").status == 200, "the same name (RFC 3261 section 10.3 step 5)"


async def test_a_registration_that_makes_no_sense_is_400():
    assert Door().register(f"sip:201@{REALM}", contact="tel:201").status == 400
    assert Door().register(f"sip:201@{REALM}", contact="*").status == 400


async def test_a_phone_that_a_choice_of_algorithms_silences_is_offered_md5_alone():
    door = Door()

    def offered(**headers):
        message = sent("REGISTER", f"sip:{REALM}", [("From", f"<sip:201@{REALM}>;tag=1"), *headers.items()])
        return re.findall(
            "algorithm=([A-Z0-9-]+)", door.admission.register(_request(message)).headers["WWW-Authenticate"]
        )

    assert offered(CSeq="1 REGISTER") == ["SHA-256", "MD5"]
    assert offered(CSeq="2 REGISTER", **{"User-Agent": "baresip v1.0.0 (x86_64/linux)"}) == ["MD5"]


async def test_a_carrier_is_known_by_its_address_whatever_it_says():
    door = Door(trunks=TRUNKS, guests=False)
    for sender in (f"sip:201@{REALM}", "sip:+48600100200@anything.example"):
        answer = door.invite(sender, source="203.0.113.7")
        assert (answer.status, answer.origin, answer.account) == (0, Origin(trunk="carrier"), 7)
    door.carriers.full = True
    assert door.invite("sip:1@x", source="203.0.113.7").status == 503
    assert door.carriers.turned_away == ["carrier"]


async def test_a_phone_at_a_carriers_address_is_the_agents_all_the_same():
    door = Door(trunks=TRUNKS)
    door.source = "203.0.113.7"
    door.register(f"sip:201@{REALM}")
    sender = "sip:anything@anywhere.example"
    assert door.invite(sender, source="203.0.113.7").status == 401, "it comes from where the phone registered"
    answer = door.invite(sender, source="203.0.113.7", password="secret-201")
    assert answer.origin == Origin(agent=ANN)
    door.source = "203.0.113.7"
    door.register(f"sip:201@{REALM}", contact="<sip:201@10.0.0.7>;expires=0")
    assert door.invite(sender, source="203.0.113.7").origin == Origin(trunk="carrier")


async def test_a_carrier_that_is_also_an_extension_proves_its_calls_by_its_own_login():
    """An exchange that registers as a phone and calls through a trunk, all from one address and port."""
    door = Door(trunks=TRUNKS)
    door.register(f"sip:201@{REALM}")
    sender = "sip:+48600100200@branch.example"
    assert door.invite(sender, password="secret-b", user="branch-1").origin == Origin(trunk="branch")
    assert door.invite(sender, password="secret-201").origin == Origin(agent=ANN)
    assert door.offences == []


@pytest.mark.parametrize("logins", [True, False])
@pytest.mark.parametrize("sender", ["sip:+48600100200@branch.example", "sip:branch-1@10.0.0.7"])
async def test_a_carrier_is_known_by_its_credentials(sender, logins):
    door = Door(trunks=TRUNKS, logins=logins)
    assert door.invite(sender).status == 401
    answer = door.invite(sender, password="secret-b", user="branch-1")
    assert (answer.status, answer.origin, answer.account) == (0, Origin(trunk="branch"), 8)
    assert door.invite(sender, password="guess", user="branch-1").status == 401
    assert len(door.offences) == 1
    door.carriers.full = True
    assert door.invite(sender, password="secret-b", user="branch-1").status == 503


async def test_where_guests_are_not_welcome_a_carrier_may_still_prove_itself():
    for logins in (True, False):
        door = Door(trunks=TRUNKS, guests=False, logins=logins)
        answer = door.invite("sip:+48600100200@x", password="secret-b", user="branch-1")
        assert answer.origin == Origin(trunk="branch")
        assert door.invite("sip:+48600100200@x").status == 401


async def test_a_carriers_password_registers_nobody_and_is_no_agents():
    door = Door(trunks=TRUNKS)
    assert door.register(f"sip:branch-1@{REALM}", user="branch-1", password="secret-b").status == 401
    assert door.invite(f"sip:201@{REALM}", user="201", password="secret-b").status == 401


async def test_nobody_can_have_another_address_banned():
    """A wrong password under somebody else's address, which UDP lets anybody write."""
    door = Door()
    forged = _request(_proving(door, _register(), password="guess"), source="192.0.2.66")
    assert door.admission.register(forged).status == 401
    assert door.offences == []


async def test_credentials_that_were_seen_register_no_other_phone():
    """The digest does not cover Contact, and a retransmission is the same to the last octet."""
    door = Door()
    proving = _proving(door, _register())
    first = door.admission.register(_request(proving))
    assert (first.status, door.admission.register(_request(proving))) == (200, first)
    forged = proving.pack().decode().replace("<sip:201@10.0.0.7>", "<sip:201@192.0.2.66>")
    replayed = Request("REGISTER", Message(forged), "10.0.0.7", 5060, "UDP", in_dialog=False, leg=None)
    assert door.admission.register(replayed).status == 401
