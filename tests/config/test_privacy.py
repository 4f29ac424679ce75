"""`privacy:`."""

from __future__ import annotations

import pytest

from softswitch.config.settings import PrivacySettings
from tests.config.conftest import SOUND


def test_without_it_logs_are_plain_and_the_record_is_for_ever(check_text):
    assert check_text(SOUND).settings.privacy == PrivacySettings(masked=False, retention=None)


def test_the_section(check_text):
    text = "privacy: {numbers_in_logs: masked, retention: 180 days}\nrecording: {agents_listen: own}\n"
    checked = check_text(SOUND + text)
    assert not checked.messages
    assert checked.settings.privacy == PrivacySettings(masked=True, retention=180 * 86400)
    assert checked.settings.recording.agents_listen
    assert not check_text(SOUND + "recording: {agents_listen: no}\n").settings.recording.agents_listen


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("privacy: {retention: §90}", "as `90 days`"),
        ("privacy: {numbers_in_logs: §hidden}", "masked"),
        ("recording: {agents_listen: §all}", "own"),
        ("privacy: {§retentoin: 90 days}", "did you mean"),
    ],
)
def test_mistakes_are_said(one_problem, line, says):
    assert says in one_problem(SOUND + line + "\n")
