"""A phone that gives up on a choice of algorithms is found out and offered MD5 alone."""

from __future__ import annotations

from softswitch.registration.offers import REMEMBERED, SPEECHLESS, Offers

PHONE = "10.0.0.7 <sip:201@acme.example>"


def test_who_comes_back_without_credentials_was_silenced():
    offers = Offers()
    offers.asked(PHONE, "a 1", 0.0)
    assert not offers.md5_alone(PHONE, "")
    offers.asked(PHONE, "a 2", SPEECHLESS + 0.1)
    assert offers.md5_alone(PHONE, "")
    assert not offers.md5_alone("another", "")


def test_who_answered_understood():
    offers = Offers()
    offers.asked(PHONE, "a 1", 0.0)
    offers.answered(PHONE)
    offers.asked(PHONE, "b 1", 600.0)
    assert not offers.md5_alone(PHONE, "")


def test_neither_retransmissions_nor_requests_at_the_same_time_count():
    offers = Offers()
    for request, now in (("a 1", 0.0), ("b 1", 0.1), ("a 1", 4.0), ("a 1", 8.0)):
        offers.asked(PHONE, request, now)
    assert not offers.md5_alone(PHONE, "")


def test_libre_before_2_is_known_by_name():
    assert Offers().md5_alone(PHONE, "baresip v1.0.0 (x86_64/linux)")
    assert not Offers().md5_alone(PHONE, "baresip v3.14.0 (x86_64/linux)")


def test_a_flood_is_forgotten():
    offers = Offers()
    for number in range(2 * REMEMBERED):
        offers.asked(f"{number}", "a 1", 0.0)
        offers.asked(f"{number}", "a 2", 10.0)
    assert not offers.md5_alone("0", "")
    assert offers.md5_alone(f"{2 * REMEMBERED - 1}", "")
