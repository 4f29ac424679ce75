"""Many deadlines, most of which are put off."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from softswitch.deadlines import Deadlines

STEPS = st.lists(st.tuples(st.integers(0, 4), st.none() | st.integers(0, 20)))
"""A number, and when it ends; None: no more."""


@given(STEPS)
def test_the_next_one_is_the_earliest_of_those_set_last(steps):
    deadlines, ends = Deadlines(), {}
    for number, end in steps:
        if end is None:
            deadlines.drop(number)
            ends.pop(number, None)
        else:
            deadlines.set(number, end)
            ends[number] = end
        look = deadlines.look()
        due = deadlines.next()
        assert due is None or (look is not None and look <= due[0])
        assert (due and due[0]) == min(ends.values(), default=None)
        assert due is None or ends[due[1]] == due[0]


def test_what_is_put_off_leaves_nothing_behind():
    deadlines = Deadlines()
    for now in range(1000):
        deadlines.set(1, now + 60)
        deadlines.next()
    assert len(deadlines) == 1
