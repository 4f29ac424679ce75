"""How single keys become a choice or a number."""

from __future__ import annotations

import pytest

from softswitch.ivr.entry import ChoiceReader, Cleared, Complete, Invalid, More, Nothing, NumberReader, Reader
from tests.ivr.caller import ask


def readings(reader: Reader, keys: str) -> list[object]:
    """One reading a key; `.` is a pause."""
    return [reader.pause() if key == "." else reader.press(key) for key in keys]


@pytest.mark.parametrize(
    ("keys", "last"),
    [
        ("1", More()),
        ("1.", Complete("1")),
        ("1#", Complete("1")),
        ("12", Complete("12")),
        ("13", Complete("1", rest="3")),
        ("2", More()),
        ("2.", Invalid("2")),
        ("2#", Invalid("2#")),
        ("203", Invalid("203")),
        ("201", Complete("201")),
        ("9", Invalid("9")),
        ("#", Invalid("#")),
        ("9201", Complete("201")),
    ],
)
def test_the_longest_choice_is_read(keys, last):
    assert readings(ChoiceReader({"1", "12", "201"}), keys)[-1] == last


@pytest.mark.parametrize(
    ("digits", "keys", "last"),
    [
        (3, "12", More()),
        (3, "123", Complete("123")),
        (3, "12#", Invalid("12")),
        (3, "12.", Invalid("12")),
        (3, "12*", Cleared()),
        (3, "12*345", Complete("345")),
        (3, "#", Nothing()),
        (3, "1B", More()),
        (None, "1#", Complete("1")),
        (None, "1.", Complete("1")),
        (None, "#", Nothing()),
        (None, "1" * 31, More()),
        (None, "1" * 32, Complete("1" * 32)),
    ],
)
def test_a_number_is_read_to_its_length_or_its_end(digits, keys, last):
    assert readings(NumberReader(ask("n", digits)), keys)[-1] == last


@pytest.mark.parametrize("reader", [ChoiceReader({"12"}), NumberReader(ask("n", 2))])
def test_a_reader_forgets_what_is_over(reader):
    reader.press("1")
    assert reader.digits == "1"
    reader.press("2")
    assert reader.digits == ""
