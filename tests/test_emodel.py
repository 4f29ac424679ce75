"""The E-model against values that ITU-T has published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.emodel import CODECS, NARROW, WIDE, delay_impairment, mos, opinion, rating

shares = st.floats(0.0, 1.0)
delays = st.floats(0.0, 5.0)


@pytest.mark.parametrize(
    ("r", "score"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58), (100, 4.5), (0, 1.0)]
)
def test_a_rating_is_worth_what_table_b_1_of_g_107_says(r, score):
    assert opinion(r) == pytest.approx(score, abs=0.01)


def test_everything_at_its_default_is_93_2_and_4_41():
    assert rating(NARROW) == 93.2, "G.107 clause 7.7"
    assert mos("PCMU/8000", 0.0, 0.0) == 4.41


@pytest.mark.parametrize(
    ("percent", "impairment"),
    [(0, 0), (1, 5), (2, 7), (3, 10), (5, 15), (7, 20), (10, 25), (15, 35), (20, 45)],
)
def test_loss_costs_concealed_g_711_what_g_113_measured(percent, impairment):
    """G.113 (02/2001) table I.2, G.711 with concealment and random loss: the formula came later."""
    assert rating(NARROW) - rating(NARROW, percent / 100) == pytest.approx(impairment, abs=3.1)


def test_a_clean_g_722_has_its_impairment_of_g_113():
    """Ie,wb of 64 kbit/s is 13, on a scale that ends at 129 (G.107.1)."""
    assert rating(WIDE) == 116
    assert mos("G722/16000", 0.0, 0.0) == mos("opus/48000", 0.0, 0.0) == 4.34


@pytest.mark.parametrize(
    ("delay", "least", "most"), [(0.1, 0, 0), (0.15, 0, 1), (0.25, 7, 11), (0.4, 22, 26)]
)
def test_delay_costs_little_up_to_150_ms_and_much_at_400(delay, least, most):
    """The two limits of G.114."""
    assert least <= delay_impairment(delay) <= most


@given(st.sampled_from(sorted(CODECS)), shares, shares, delays, delays)
def test_more_loss_and_more_delay_never_sound_better(codec, loss, more, delay, longer):
    better = mos(codec, min(loss, more), min(delay, longer))
    worse = mos(codec, max(loss, more), max(delay, longer))
    assert 1.0 <= worse <= better <= 4.5


def test_of_an_unknown_codec_nothing_is_said():
    assert mos("", 0.0, 0.0) is mos("X-NONSENSE/8000", 0.0, 0.0) is None
