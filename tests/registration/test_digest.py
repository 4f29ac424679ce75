"""Digest authentication: the vectors of the RFCs, and every way a header can be wrong."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from softswitch.registration import digest
from softswitch.registration.digest import Algorithm, Credentials, Unreadable
from tests.registration.phone import answer

RFC_7616 = (
    'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm={algorithm},'
    ' nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,'
    ' cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, response="{response}",'
    ' opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        (Algorithm.MD5, "8ca523f5e9506fed4657c9700eebdbec"),
        (Algorithm.SHA256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616_are_proofs(algorithm, response):
    found = digest.parse(RFC_7616.format(algorithm=algorithm, response=response))
    assert isinstance(found, Credentials)
    secret = digest.ha1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life")
    assert digest.proves(found, "GET", secret)
    assert not digest.proves(found, "PUT", secret)


def test_the_example_of_rfc_2069_is_a_proof_without_qop():
    found = digest.parse(
        'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",'
        ' uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea"'
    )
    assert isinstance(found, Credentials)
    assert found.legacy
    secret = digest.ha1(Algorithm.MD5, "Mufasa", "testrealm@host.com", "CircleOfLife")
    assert digest.proves(found, "GET", secret)


def test_commas_and_quotes_within_quotes_order_and_unknown_parameters():
    found = digest.parse(
        'digest  new=1,Response= "AB",URI="sip:a,b@c",nonce="n" , realm="a \\"b\\", c",x="=,",username="u,1"'
    )
    assert found == Credentials("u,1", 'a "b", c', "n", "sip:a,b@c", "ab", Algorithm.MD5, None)


def test_of_several_credentials_those_for_the_realm_are_taken():
    value = f"{answer('n1', realm='other')}, {answer('n2', realm='mine')}"
    found = digest.parse(value, "mine")
    assert isinstance(found, Credentials)
    assert found.nonce == "n2"


@pytest.mark.parametrize(
    ("value", "why", "malformed"),
    [
        ("", "empty", True),
        ("Digest", "cannot be read", True),
        ('username="a"', "does not begin with a scheme", True),
        ("Basic dXNlcjpwYXNz", "scheme Basic", False),
        ('Digest username="a"', "realm is missing", True),
        (answer("n").replace('"201"', '""'), "username is missing", True),
        (answer("n") + ', nonce="m"', "nonce is given twice", True),
        (answer("n").replace('"n"', '"n'), "cannot be read", True),
        (answer("n").replace("MD5", "MD5-sess"), "MD5-sess was not offered", False),
        (answer("n").replace("MD5", "SHA-256-sess"), "SHA-256-sess was not offered", False),
        (answer("n").replace("=auth", "=auth-int"), "qop auth-int", False),
        (answer("n") + ", userhash=true", "userhash", False),
        (answer("n").replace("nc=00000001", "nc=00000000"), "qop needs", True),
        (answer("n").replace("nc=00000001", "nc=x"), "qop needs", True),
        (answer("n").replace(', cnonce="0a4f"', ""), "qop needs", True),
        (answer("n").replace('response="', 'response="x'), "hexadecimal", True),
        (answer("n" * 5000), "longer", True),
    ],
)
def test_what_cannot_be_used_says_why(value, why, malformed):
    found = digest.parse(value)
    assert isinstance(found, Unreadable)
    assert why in found.why
    assert found.malformed is malformed


@pytest.mark.parametrize(
    ("value", "place"),
    [("Digest a=b, =c", 13), ('Digest a=b,  "c"', 14), ("@", 1), ("Digest a=b, c=d e", 13)],
)
def test_where_it_cannot_be_read_is_counted_from_one(value, place):
    assert digest.parse(value) == Unreadable(f"cannot be read from character {place} on")


@pytest.mark.parametrize("part", ["a", "a ", "a=b ", 'a="', "\\", '\\"', " ", "=", "a=b,a"])
def test_no_header_takes_more_time_than_its_length_is_worth(part):
    value = "Digest a=" + part * (4000 // len(part))
    began = time.process_time()
    for _ in range(10):
        digest.parse(value)
    assert time.process_time() - began < 0.1


def test_challenges_come_best_first_each_for_a_line_of_its_own():
    assert digest.challenges('a"b', "n", stale=True, algorithms=[Algorithm.MD5, Algorithm.SHA256]) == (
        'Digest realm="a\\"b", nonce="n", stale=true, algorithm=SHA-256, qop="auth"',
        'Digest realm="a\\"b", nonce="n", stale=true, algorithm=MD5, qop="auth"',
    )


@pytest.mark.parametrize(
    ("of_digest", "of_request", "same"),
    [
        ("sip:acme", "sip:acme", True),
        ("sip:acme", "sip:ACME:5060;transport=tcp", True),
        ("sip:600@acme:5060", "sip:600@acme", True),
        ("sip:600@acme", "sip:601@acme", False),
        ("sip:acme", "sip:other", False),
        ("/", "sip:acme", False),
    ],
)
def test_a_digest_is_for_the_user_and_host_of_its_request(of_digest, of_request, same):
    assert digest.same_request(of_digest, of_request) is same


@given(some.text(max_size=80) | some.text(alphabet='Digest ,="\\nc', max_size=80))
def test_any_text_is_survived(text):
    for value in (text, "Digest " + text, answer("n").replace('"n"', text)):
        assert isinstance(digest.parse(value), digest.Credentials | digest.Unreadable)


@given(some.text(alphabet=some.characters(exclude_characters='"\\', exclude_categories=["Cs"]), min_size=1))
def test_any_user_name_can_log_in(name):
    found = digest.parse(answer("n", name))
    assert isinstance(found, Credentials)
    assert digest.proves(found, "REGISTER", digest.ha1(Algorithm.MD5, name, "acme.example", "secret"))
