"""Failures add up within their window, and nobody's pile up without end."""

from __future__ import annotations

from softswitch.registration.offences import Offences


def test_the_last_failure_allowed_is_not_one_too_many() -> None:
    offences = Offences(3, within=60)
    assert [offences.count("a", now) for now in (0, 1, 2)] == [False, False, True]


def test_failures_of_others_do_not_count() -> None:
    offences = Offences(2, within=60)
    assert not offences.count("a", 0)
    assert not offences.count("b", 0)
    assert offences.count("a", 1)


def test_failures_from_before_the_window_do_not_count() -> None:
    offences = Offences(2, within=60)
    assert not offences.count("a", 0)
    assert not offences.count("a", 60)
    assert offences.count("a", 119)


def test_who_was_banned_begins_anew() -> None:
    offences = Offences(2, within=60)
    offences.count("a", 0)
    assert offences.count("a", 1)
    assert not offences.count("a", 2)


def test_forgiven_is_forgotten() -> None:
    offences = Offences(2, within=60)
    offences.count("a", 0)
    offences.forgive("a")
    assert not offences.count("a", 1)


def test_other_limits_hold_for_what_was_counted() -> None:
    offences = Offences(None, within=60)
    assert not any(offences.count("a", now) for now in range(10))
    offences.allow(3, within=60)
    offences.count("a", 10)
    offences.count("a", 11)
    offences.allow(2, within=60)
    assert offences.count("b", 11) is False
    assert offences.count("a", 12)


def test_a_flood_of_sources_costs_no_more_memory_than_allowed() -> None:
    offences = Offences(2, within=60, capacity=100)
    offences.count("first", 0)
    for number in range(1000):
        offences.count(f"source {number}", 1)
    assert len(offences) == 100
    assert not offences.count("first", 2), "the one silent for longest was forgotten"
    assert offences.count("source 999", 2)


def test_one_phone_with_a_wrong_password_does_not_shut_out_an_office():
    offences = Offences(5, 600)
    assert not any(offences.count("192.0.2.7", 60.0 * minute, phones=20) for minute in range(600))
    found = [guess for guess in range(200) if offences.count("192.0.2.7", 40_000.0 + guess, phones=20)]
    assert found, "a guesser is one too many there as well"
    assert [offences.count("192.0.2.8", 0.0) for _ in range(5)] == [False] * 4 + [True]
