"""Nonces: ours, in time, and each count once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from softswitch.registration.nonces import WINDOW, Nonces, Standing

KEY = b"0123456789abcdef"


@pytest.fixture
def nonces() -> Nonces:
    return Nonces(KEY, lifetime=300, capacity=3)


def test_a_key_that_can_be_guessed_is_refused():
    with pytest.raises(ValueError, match="16 to 64 bytes; it has 5"):
        Nonces(b"short")


def test_no_two_are_alike(nonces):
    assert len({nonces.make(5.0) for _ in range(100)}) == 100


def test_counts_must_rise(nonces):
    nonce = nonces.make(0)
    assert [nonces.use(nonce, count, 1) for count in (1, 2, 2, 5, 1)] == [
        Standing.GOOD,
        Standing.GOOD,
        Standing.REPLAYED,
        Standing.GOOD,
        Standing.REPLAYED,
    ]


def test_counts_may_come_a_little_out_of_order(nonces):
    nonce = nonces.make(0)
    nonces.use(nonce, 5, 1)
    assert nonces.use(nonce, 3, 1) is Standing.GOOD
    assert nonces.use(nonce, 3, 1) is Standing.REPLAYED
    nonces.use(nonce, 5 + WINDOW, 1)
    assert nonces.use(nonce, 4, 1) is Standing.REPLAYED


def test_a_retransmission_is_no_replay_but_the_same_from_elsewhere_is(nonces):
    nonce = nonces.make(0)
    assert nonces.use(nonce, 1, 1, "192.0.2.1 call-1 1") is Standing.GOOD
    assert nonces.use(nonce, 1, 1, "192.0.2.1 call-1 1") is Standing.GOOD
    assert nonces.use(nonce, 1, 1, "203.0.113.9 call-1 1") is Standing.REPLAYED
    assert nonces.use(nonce, 1, 1) is Standing.REPLAYED


def test_without_counts_it_is_good_once(nonces):
    nonce = nonces.make(0)
    assert nonces.use(nonce, None, 1) is Standing.GOOD
    assert nonces.use(nonce, None, 1) is Standing.REPLAYED


def test_it_is_old_after_its_lifetime(nonces):
    nonce = nonces.make(0)
    assert nonces.use(nonce, 1, 300) is Standing.GOOD
    assert nonces.use(nonce, 2, 300.1) is Standing.OLD
    assert len(nonces) == 0


def test_what_is_not_ours_never_enters_the_table(nonces):
    ours = nonces.make(0)
    other = Nonces(b"another key of 16").make(0)
    for nonce in ("", "x", ours[:-1], ours[:-1] + "é", "f" + ours[1:], other, ours + "0", ours.upper() + "A"):
        assert nonces.use(nonce, 1, 1) is Standing.FOREIGN
    assert len(nonces) == 0


def test_a_full_table_forgets_the_oldest_which_cannot_be_replayed(nonces):
    made = [nonces.make(0) for _ in range(5)]
    for nonce in made[1:5]:
        assert nonces.use(nonce, 1, 1) is Standing.GOOD
    assert len(nonces) == 3
    assert nonces.use(made[1], 1, 1) is Standing.OLD
    assert nonces.use(made[0], 1, 1) is Standing.OLD
    assert nonces.use(made[4], 2, 1) is Standing.GOOD


def test_those_past_their_lifetime_make_room(nonces):
    for now in range(0, 4000, 400):
        assert nonces.use(nonces.make(now), 1, now) is Standing.GOOD
        assert len(nonces) == 1


@given(some.lists(some.tuples(some.integers(0, 4), some.integers(1, 100)), max_size=60))
def test_no_count_of_any_nonce_is_good_twice(uses):
    nonces = Nonces(KEY, capacity=2)
    made = [nonces.make(0) for _ in range(5)]
    good = [use for use in uses if nonces.use(made[use[0]], use[1], 1) is Standing.GOOD]
    assert len(good) == len(set(good))
    assert len(nonces) <= 2


@given(some.text(max_size=60) | some.text(alphabet="0123456789abcdef", min_size=54, max_size=54))
def test_any_text_is_survived(text):
    assert Nonces(KEY).use(text, 1, 1) is Standing.FOREIGN
