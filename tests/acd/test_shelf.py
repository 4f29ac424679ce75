"""The callers who want a phone rung against a plain sorted list, and what becomes of those who are gone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.acd.place import Place
from softswitch.acd.shelf import Shelf
from softswitch.acd.waiting import Caller
from tests.acd.test_waiting import caller

STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.sampled_from(["comes", "goes", "moves"])))


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_who_is_next_is_the_first_of_a_sorted_list(steps: list[tuple[int, int, str]]) -> None:
    shelf, plain, away = Shelf(), list[Caller](), list[Caller]()
    for order, (ahead, which, what) in enumerate(steps):
        if what == "comes" or not plain:
            comes = away.pop() if away and which % 2 else caller(order, float(ahead))
            comes.put_on(shelf)
            plain.append(comes)
        elif what == "goes":
            away.append(plain.pop(which % len(plain)))
            away[-1].put_on(None)
        else:
            one = plain[which % len(plain)]
            one.put_on(None)
            one.place = Place(0, float(ahead), 0.0, one.order, one)
            one.put_on(shelf)
        plain.sort(key=lambda each: each.place[:4])
        assert shelf.size == len(plain)
        assert list(shelf) == plain
        assert shelf.first() is (plain[0] if plain else None)


def test_who_goes_from_the_middle_is_not_kept_for_ever() -> None:
    shelf, first = Shelf(), caller(0)
    first.put_on(shelf)
    for order in range(1, 1000):
        one = caller(order)
        one.put_on(shelf)
        one.put_on(None)
        del one.place  # as when a stay is over
    assert len(shelf._heap) < 100
    assert list(shelf) == [first]


def test_who_goes_and_comes_again_and_again_is_there_once() -> None:
    shelf, first, second = Shelf(), caller(0), caller(1)
    first.put_on(shelf)
    for _ in range(1000):
        second.put_on(shelf)
        second.put_on(None)
    second.put_on(shelf)
    assert list(shelf) == [first, second]
    assert len(shelf._heap) < 100


def test_the_place_of_somebody_gone_can_be_taken_over() -> None:
    shelf, before, after = Shelf(), caller(7), caller(7)
    caller(1).put_on(shelf)
    before.put_on(shelf)
    before.put_on(None)
    after.put_on(shelf)
    assert [each.order for each in shelf] == [1, 7]
    assert list(shelf)[1] is after
