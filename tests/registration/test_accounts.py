"""Who may log in: the whole check of an Authorization header."""

from __future__ import annotations

import pytest

from softswitch.registration import digest
from softswitch.registration.accounts import Account, Accounts, Failure, Proven, Refused
from softswitch.registration.digest import Algorithm
from softswitch.registration.nonces import Nonces
from tests.registration.phone import REALM, answer, nonce_of

URI = "sip:acme.example"


def of(*accounts, **more):
    return Accounts(accounts, REALM, Nonces(b"0" * 16), **more)


@pytest.fixture
def accounts():
    return of(Account("201", "desk", password="secret"), Account("202", "other", password="else"))


def check(accounts, header, method="REGISTER", uri=URI, now=1.0, mark=""):
    return accounts.check(header, method, uri, now, mark)


def nonce(accounts, now=0.0):
    return nonce_of(accounts.challenges(now)[0])


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("user", ["201", "201@acme.example"])
def test_a_right_answer_proves_the_agent(accounts, algorithm, user):
    header = answer(nonce(accounts), user, algorithm=algorithm)
    assert check(accounts, header) == Proven("desk", "201")


def test_nothing_else_does(accounts):
    good = nonce(accounts)
    for header, failure in [
        (None, Failure.MISSING),
        ("", Failure.MISSING),
        ("Basic abc", Failure.FOREIGN),
        ("Digest x", Failure.MALFORMED),
        (answer(good, realm="elsewhere"), Failure.FOREIGN),
        (answer(good, password="wrong"), Failure.WRONG),
        (answer(good, "999"), Failure.WRONG),
        (answer(good, "202"), Failure.WRONG),
        (answer(good, method="INVITE"), Failure.WRONG),
        (answer(good, uri="sip:600@acme.example"), Failure.OTHER_URI),
        (answer(good, algorithm="SHA-256", count=None), Failure.FOREIGN),
    ]:
        refused = check(accounts, header)
        assert isinstance(refused, Refused), header
        assert refused.failure is failure
        assert refused.status == (400 if failure is Failure.MALFORMED else 401)
        assert refused.suspicious is (failure in (Failure.WRONG, Failure.OTHER_URI))
        assert not refused.stale
    assert check(accounts, answer(good)) == Proven("desk", "201")


def test_an_unknown_user_costs_the_same_hashes_as_a_wrong_password(accounts, monkeypatch):
    counted = []
    real = digest._hash
    monkeypatch.setattr(digest, "_hash", lambda *what: counted.append(what) or real(*what))
    work = []
    for header in (
        answer(nonce(accounts), "201", "wrong"),
        answer(nonce(accounts), "999", "wrong"),
        answer(nonce(accounts), "201"),
    ):
        counted.clear()
        check(accounts, header)
        work.append(len(counted))
    assert work == [2, 2, 2]


def test_the_dummys_secret_opens_nothing(accounts):
    assert check(accounts, answer(nonce(accounts), "", "")).failure is Failure.MALFORMED
    assert check(accounts, answer(nonce(accounts), "nobody", "")).failure is Failure.WRONG


@pytest.mark.parametrize("password", ["secret", "wrong"])
def test_a_nonce_that_is_not_the_sources_own_says_nothing_of_it(accounts, password):
    """Over UDP anybody can write anybody's address: who was sent no nonce there has proved not even that."""
    others = nonce_of(accounts.challenges(0.0, "192.0.2.66")[0])
    for foreign in ("0" * 54, others):
        refused = accounts.check(answer(foreign, password=password), "REGISTER", URI, 1.0, "", "192.0.2.7")
        assert (refused.failure, refused.stale, refused.suspicious) == (Failure.STALE, True, False)


def test_a_wrong_password_with_the_sources_own_nonce_is_held_against_it(accounts):
    own = nonce_of(accounts.challenges(0.0, "192.0.2.7")[0])
    refused = accounts.check(answer(own, password="wrong"), "REGISTER", URI, 1.0, "", "192.0.2.7")
    assert (refused.failure, refused.stale, refused.suspicious) == (Failure.WRONG, False, True)
    assert accounts.check(answer(own), "REGISTER", URI, 1.0, "", "192.0.2.7") == Proven("desk", "201")


def test_an_old_nonce_and_a_used_one_are_stale_and_not_suspicious(accounts):
    used = nonce(accounts)
    check(accounts, answer(used), mark="here")
    replayed = check(accounts, answer(used), mark="there")
    assert (replayed.failure, replayed.stale, replayed.suspicious) == (Failure.REPLAYED, True, False)
    assert check(accounts, answer(used), mark="here") == Proven("desk", "201")
    assert check(accounts, answer(used, count=2), now=301).failure is Failure.STALE


def test_old_phones_answer_without_qop_where_they_may(accounts):
    assert check(accounts, answer(nonce(accounts), count=None)) == Proven("desk", "201")
    strict = of(Account("201", "desk", password="secret"), legacy=frozenset())
    assert check(strict, answer(nonce(strict), count=None)).failure is Failure.FOREIGN


def test_stored_hashes_do_without_the_password():
    stored = {one: digest.ha1(one, "201", REALM, "secret").upper() for one in Algorithm}
    accounts = of(Account("201", "desk", ha1=stored))
    for algorithm in ("MD5", "SHA-256"):
        assert check(accounts, answer(nonce(accounts), algorithm=algorithm)) == Proven("desk", "201")
    assert check(accounts, answer(nonce(accounts), "201@acme.example")).failure is Failure.WRONG


def test_why_credentials_prove_nothing_is_told_to_us_alone():
    md5 = {Algorithm.MD5: digest.ha1(Algorithm.MD5, "201", REALM, "secret")}
    accounts = of(Account("201", "desk", ha1=md5), Account("202", "other", password="else"))
    told = [
        check(accounts, answer(nonce(accounts), user, algorithm=algorithm))
        for user, algorithm in (("999", "MD5"), ("201", "SHA-256"), ("202", "MD5"))
    ]
    assert [refused.why for refused in told] == [
        "no such login",
        "no such login for this algorithm",
        "wrong password",
    ]
    assert {(refused.failure, refused.status) for refused in told} == {(Failure.WRONG, 401)}


def test_only_what_every_login_can_answer_is_offered():
    md5 = {Algorithm.MD5: digest.ha1(Algorithm.MD5, "202", REALM, "x")}
    both, one = Account("201", "desk", password="secret"), Account("202", "other", ha1=md5)
    assert of(both).algorithms == (Algorithm.SHA256, Algorithm.MD5)
    assert of(both, one).algorithms == (Algorithm.MD5,)
    assert of().algorithms == (Algorithm.SHA256, Algorithm.MD5)


def test_a_login_belongs_to_one_agent_and_has_a_secret():
    with pytest.raises(ValueError, match="two agents have the login '201'"):
        of(Account("201", "a", password="x"), Account("201", "b", password="y"))
    with pytest.raises(ValueError, match="neither password nor ha1"):
        of(Account("201", "a"))


def test_secrets_are_in_no_representation():
    account = Account("201", "desk", password="hush", ha1={Algorithm.MD5: "cafe"})
    assert "hush" not in repr(account)
    assert "cafe" not in repr(account)
