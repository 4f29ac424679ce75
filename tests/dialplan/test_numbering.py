"""Numbers in all the forms that people dial and carriers send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from softswitch.dialplan.numbering import NumberFormat, Numbering, is_e164

POLAND = Numbering()
GERMANY = Numbering("49", "0", "00", (5, 11), ("112", "110"))


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("48221234567", "+48221234567"),
        ("0048221234567", "+48221234567"),
        ("+48221234567", "+48221234567"),
        ("+48 22 123-45-67", "+48221234567"),
        ("%2B48221234567;phone-context=x", "+48221234567"),
        ("221234567", "+48221234567"),
        ("486123456", "+48486123456"),
        ("442071234567", "+442071234567"),
        ("112", "112"),
        ("+48112", "112"),
        ("anonymous", "anonymous"),
        ("", ""),
        ("19123", "19123"),
    ],
)
def test_carriers_send_polish_numbers_in_many_ways(sent, number):
    assert POLAND.arrived(sent) == number


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("03012345678", "+493012345678"),
        ("493012345678", "+493012345678"),
        ("3012345678", "+493012345678"),
        ("004420712345", "+4420712345"),
        ("110", "110"),
    ],
)
def test_carriers_send_german_numbers_in_many_ways(sent, number):
    assert GERMANY.arrived(sent) == number


@pytest.mark.parametrize(
    ("numbering", "dialled", "number"),
    [
        (POLAND, "221234567", "+48221234567"),
        (POLAND, "22 123 45 67", "+48221234567"),
        (POLAND, "48221234567", "+48221234567"),
        (POLAND, "0044207123456", "+44207123456"),
        (POLAND, "442071234567", "442071234567"),
        (POLAND, "201", "201"),
        (POLAND, "*11", "*11"),
        (POLAND, "alex", "alex"),
        (GERMANY, "03012345678", "+493012345678"),
        (GERMANY, "12345678", "12345678"),
        (GERMANY, "0", "0"),
    ],
)
def test_what_people_dial(numbering, dialled, number):
    assert numbering.dialled(dialled) == number


@pytest.mark.parametrize(
    ("numbering", "number", "form", "written"),
    [
        (POLAND, "+48221234567", "e164", "+48221234567"),
        (POLAND, "+48221234567", "e164-without-plus", "48221234567"),
        (POLAND, "+48221234567", "national", "221234567"),
        (POLAND, "+44207123456", "national", "0044207123456"),
        (GERMANY, "+493012345678", "national", "03012345678"),
        (GERMANY, "112", "e164-without-plus", "112"),
    ],
)
def test_how_a_carrier_wants_it(numbering, number, form, written):
    assert numbering.written(number, NumberFormat(form)) == written


@given(
    some.from_regex(r"48[1-9][0-9]{8}", fullmatch=True) | some.from_regex(r"44[1-9][0-9]{9}", fullmatch=True)
)
def test_whatever_the_form_written_for_a_carrier_is_understood_when_it_comes_back(digits):
    for form in NumberFormat:
        assert POLAND.arrived(POLAND.written(f"+{digits}", form)) == f"+{digits}"


@given(some.text(alphabet="+0123456789*#x ;é٣", max_size=20) | some.text(max_size=20))
def test_any_text_is_survived_and_understood_once(text):
    for numbering in (POLAND, GERMANY):
        for read in (numbering.dialled, numbering.arrived):
            number = read(text)
            if is_e164(number):
                assert read(number) == number
