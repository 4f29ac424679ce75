"""`record` of queues and the section `recording`."""

from __future__ import annotations

from pathlib import Path

import pytest

from softswitch.types import Language
from tests.config.conftest import SOUND


def with_record(value: str) -> str:
    return SOUND.replace("support: {}", f"support: {{record: {value}}}", 1)


@pytest.mark.parametrize(
    ("value", "share"), [("always", 1.0), ("on-demand", 0.0), ("25%", 0.25), ("0.5%", 0.005), ("100%", 1.0)]
)
def test_a_queue_says_which_part_is_recorded(check_text, value, share):
    checked = check_text(with_record(value))
    assert not checked.messages
    assert checked.settings.recording.queues == {"support": pytest.approx(share)}


@pytest.mark.parametrize("value", ["sometimes", "0%", "101%", "25", "0.25", "true", "5 %"])
def test_anything_else_is_a_mistake(one_problem, value):
    assert "always, on-demand, or a part of the calls, as 25%" in one_problem(with_record(f"§{value}"))


def test_without_it_nothing_is_recorded_and_files_are_kept_for_ever(check_text):
    recording = check_text(SOUND).settings.recording
    assert recording.queues == {}
    assert recording.retention is None
    assert recording.folder is None
    assert recording.others is None
    assert recording.announce is None


def test_the_section(check_text):
    text = "recording: {folder: /srv/calls, retention: 90 days, others: 10%, announce: {say: We record.}}\n"
    recording = check_text(SOUND + text).settings.recording
    assert recording.retention == 90 * 86400
    assert recording.others == pytest.approx(0.1)
    assert recording.folder == Path("/srv/calls")
    assert recording.announce is not None
    assert recording.announce.text(Language("en")) == "We record."


@pytest.mark.parametrize("value", ["90", "90d", "0 days", "-1 days", "2160h"])
def test_retention_is_in_days(one_problem, value):
    assert "as `90 days`" in one_problem(SOUND + f"recording: {{retention: §{value}}}\n")


def test_the_announcement_needs_a_sound(one_problem):
    message = one_problem(SOUND + "recording: {announce: {play: §nowhere.wav}}\n")
    assert "no such file" in message
    assert "`say` or `play`" in one_problem(SOUND + "recording: {§announce: {}}\n")


def test_keys_of_conversations_are_told_apart_from_each_other_only(check_text, one_problem):
    assert not check_text(SOUND + 'features: {record: "*11", pause_recording: "*8"}\n').messages
    assert "cannot be told apart" in one_problem(
        SOUND + 'features: {record: "*3", pause_recording: §"*31"}\n'
    )
    message = one_problem(SOUND + 'features: {pause_recording: §"*1"}\n')
    assert message == "`pause_recording` has the code of `record`, *1, unless the file says otherwise"
