"""The phone's credentials, by the examples of the RFCs, and what it does with challenges."""

from __future__ import annotations

import hashlib

import pytest

from softswitch.testing.phone import Phone, Refused
from softswitch.testing.phone.digest import Challenge, Digest, parameters
from softswitch.testing.phone.incoming import refusal
from softswitch.testing.phone.message import Message, response_to

REALM = "acme.example"


class Guard(Phone):
    """A phone that challenges every request but ACK, and keeps what it was answered."""

    algorithms_offered = ("SHA-256", "MD5")
    status = 401
    right = "secret"
    nonce = "n1"
    stale_once = False

    def _on_request(self, message, peer):
        if message.method in ("ACK", "CANCEL") or self._proven(message):
            super()._on_request(message, peer)
            return
        self.note("heard", message)
        response = response_to(message, self.status, tag="guard")
        header = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}[self.status]
        stale = ""
        if self.stale_once and self._credentials(message):
            stale, self.nonce, self.stale_once = ", stale=TRUE", "n2", False
        for algorithm in self.algorithms_offered:
            value = f'Digest realm="{REALM}", nonce="{self.nonce}", algorithm={algorithm}, qop="auth"{stale}'
            response.headers.append((header, value))
        peer.send(response.pack())

    def _credentials(self, message):
        return message.get("authorization") or message.get("proxy-authorization")

    def _proven(self, message):
        given = parameters(self._credentials(message))
        if not given or self.stale_once:
            return False
        digest = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[given["algorithm"]]
        ha1 = digest(f"{given['username']}:{REALM}:{self.right}".encode()).hexdigest()
        ha2 = digest(f"{message.method}:{given['uri']}".encode()).hexdigest()
        parts = (ha1, self.nonce, given["nc"], given["cnonce"], "auth", ha2)
        return given["response"] == digest(":".join(parts).encode()).hexdigest()


@pytest.fixture
async def guard():
    async with Guard("600") as guard:
        yield guard


def test_credentials_are_those_of_the_example_in_rfc_7616(monkeypatch):
    client = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr("secrets.token_hex", lambda size: client)
    given = '%s realm="http-auth@example.org", qop="auth, auth-int", algorithm=%s, nonce="%s", opaque="%s"'
    nonce, opaque = (
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    )
    expected = {
        "MD5": "8ca523f5e9506fed4657c9700eebdbec",
        "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    }
    for algorithm, response in expected.items():
        challenge = Challenge.parse(given % ("Digest", algorithm, nonce, opaque))
        written = parameters(challenge.credentials("Mufasa", "Circle of Life", "GET", "/dir/index.html"))
        assert (written["response"], written["nc"], written["opaque"]) == (response, "00000001", opaque)


def test_the_nonce_count_rises_and_without_qop_there_is_none():
    digest = Digest("201", "secret", ("MD5",))
    digest.challenges["Authorization"] = Challenge("r", "n", qop="auth")
    asked = Message("REGISTER sip:h SIP/2.0", [("CSeq", "1 REGISTER")])
    counts = [parameters(digest.authorize(asked).get("authorization"))["nc"] for _ in range(2)]
    assert counts == ["00000001", "00000002"]
    digest.challenges["Authorization"] = Challenge("r", "n")
    assert "nc" not in parameters(digest.authorize(asked).get("authorization"))


@pytest.mark.parametrize("status", [401, 407])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_a_challenged_invite_is_sent_again_with_credentials(guard, status, algorithm):
    guard.status = status
    async with Phone("201", password="secret", algorithms=(algorithm,)) as phone:
        call = phone.call(guard.contact)
        incoming = await guard.rung()
        assert parameters(guard._credentials(incoming.invite))["algorithm"] == algorithm
        incoming.answer()
        await call.until_answered()
        await incoming.until_answered()
        assert call.statuses == [status, 200]
        assert [invite.cseq[0] for invite in guard.heard("INVITE")] == [2, 3]
        assert len({invite.branch for invite in guard.heard("INVITE")}) == 2
        assert (await call.hold()).status == 200, "a request within the dialog is challenged and answered too"
        assert (await call.request("INFO")).status == 200
        assert guard.complaints == phone.complaints == []


async def test_of_two_challenges_the_first_that_the_phone_knows_is_answered(guard):
    guard.algorithms_offered = ("SHA-512-256", "SHA-256", "MD5")
    async with Phone("201", password="secret") as phone:
        assert (await phone.ask("OPTIONS", guard.contact)).status == 200
        assert parameters(guard._credentials(guard.heard("OPTIONS")[-1]))["algorithm"] == "SHA-256"


async def test_a_wrong_password_is_tried_once(guard):
    async with Phone("201", password="wrong") as phone:
        assert (await phone.ask("OPTIONS", guard.contact)).status == 401
        assert len(guard.heard("OPTIONS")) == 2
        call = phone.call(guard.contact)
        with pytest.raises(Refused, match="401"):
            await call.until_answered()
        assert call.statuses == [401, 401]


async def test_a_stale_nonce_is_answered_anew(guard):
    guard.stale_once = True
    async with Phone("201", password="secret") as phone:
        assert (await phone.ask("OPTIONS", guard.contact)).status == 200
        assert len(guard.heard("OPTIONS")) == 3


async def test_without_a_password_a_challenge_is_a_refusal(guard):
    async with Phone("201") as phone:
        assert (await phone.ask("OPTIONS", guard.contact)).status == 401
        assert len(guard.heard("OPTIONS")) == 1


async def test_the_user_of_the_credentials_may_be_another_than_the_phone_s():
    async with Guard("600") as guard, Phone("201", password="secret", auth_user="desk") as phone:
        assert (await phone.ask("OPTIONS", guard.contact)).status == 200
        assert parameters(guard._credentials(guard.heard("OPTIONS")[-1]))["username"] == "desk"


async def test_registrations_keep_their_call_id_and_use_the_nonce_again(guard, monkeypatch):
    def accept(self, transaction):
        response = response_to(transaction.request, 200, tag="r")
        response.headers += [("Contact", f"{one};expires=60") for one in transaction.request.all("contact")]
        transaction.respond(response)

    monkeypatch.setattr(
        "softswitch.testing.phone.phone.refusal",
        lambda transaction, status: (
            accept(guard, transaction)
            if transaction.request.method == "REGISTER"
            else refusal(transaction, status)
        ),
    )
    async with Phone("201", password="secret", domain=REALM) as phone:
        registrar = f"sip:127.0.0.1:{guard.port}"
        assert (await phone.register(registrar, expires=60)).status == 200
        assert (await phone.register(registrar, contacts=["*"], expires=0, path=["sip:p;lr"])).status == 200
        first, second, third = guard.heard("REGISTER")
        assert len({one.get("call-id") for one in (first, second, third)}) == 1
        assert [one.cseq[0] for one in (first, second, third)] == [1, 2, 3]
        assert [parameters(one.get("authorization")).get("nc") for one in (first, second, third)] == [
            None,
            "00000001",
            "00000002",
        ]
        assert (first.get("to"), first.get("expires")) == (f"<sip:201@{REALM}>", "60")
        assert first.get("contact") == f"<{phone.contact}>"
        assert (third.get("contact"), third.get("expires")) == ("*", "0")
        assert (third.get("path"), third.get("supported")) == ("<sip:p;lr>", "path")
