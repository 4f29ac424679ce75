from __future__ import annotations

import numpy as np
import pytest

from softswitch.testing.recognise import find, level_over_time
from tests.testing.sounds import heard, music, speech

PROMPT, OTHER = speech(1), speech(2)
MUSIC, OTHER_MUSIC = music(1), music(2)


@pytest.mark.parametrize("level", [1.0, 0.2])
def test_a_prompt_is_found_where_it_is_at_any_level(level):
    found = find(PROMPT, heard(10, (PROMPT, 2.5, level)))
    assert found
    assert found.at == pytest.approx(2.5, abs=0.001)
    assert found.score > 0.95


def test_a_prompt_over_ducked_music_is_found_and_nearly_clean():
    found = find(PROMPT, heard(10, (PROMPT, 2.5, 1.0), (MUSIC, 0, 0.2)))
    assert found
    assert found.at == pytest.approx(2.5, abs=0.001)
    assert found.score > 0.8


def test_a_prompt_under_loud_music_is_still_in_its_place():
    found = find(PROMPT, heard(10, (PROMPT, 2.5, 0.2), (MUSIC, 0, 1.0)))
    assert found.at == pytest.approx(2.5, abs=0.001)
    assert found.prominence > 12


def test_another_prompt_and_other_music_are_not_taken_for_it():
    assert not find(OTHER, heard(10, (PROMPT, 2.5, 1.0), (MUSIC, 0, 0.2)))
    assert not find(OTHER_MUSIC, heard(4, (MUSIC, 0, 1.0)))
    assert not find(PROMPT, heard(10, (MUSIC, 0, 1.0)))
    assert not find(PROMPT, heard(10))


def test_two_heard_seconds_tell_the_place_in_the_music():
    found = find(MUSIC, heard(10, (MUSIC, 0, 0.2)).after(6.0, 2.0))
    assert found
    assert found.at == pytest.approx(-6.0, abs=0.001)


def test_a_prompt_that_was_cut_is_found_by_its_beginning():
    found = find(PROMPT[:6000], heard(5, (PROMPT[:8000], 1.0, 1.0), (MUSIC, 2.0, 1.0)))
    assert found
    assert found.at == pytest.approx(1.0, abs=0.001)


def test_the_music_s_level_is_followed_through_an_announcement():
    ducked = MUSIC.astype(float)
    ducked[24000:56000] *= 0.2
    sound = heard(10, (ducked, 0, 1.0), (np.tile(OTHER, 2)[:32000], 3.0, 1.0))
    levels = level_over_time(MUSIC, sound, find(MUSIC, sound).at, window=0.5)
    assert levels[:6] == pytest.approx(np.ones(6), abs=0.05)
    assert np.nanmean(levels[6:14]) == pytest.approx(0.2, abs=0.08)
    assert levels[14:] == pytest.approx(np.ones(6), abs=0.05)


def test_looped_music_is_followed_over_its_end():
    looped = np.concatenate([MUSIC[-16000:], MUSIC[:16000]])
    sound = heard(4, (looped, 0, 1.0))
    levels = level_over_time(MUSIC, sound, at=-(len(MUSIC) - 16000) / 8000, window=0.5)
    assert levels == pytest.approx(np.ones(8), abs=0.05)
