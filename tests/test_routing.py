"""Dialled numbers and callers find their rule."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softswitch.routing import CallerRule, NumberRule, Patterns, Routing, normalise, pattern_problem
from softswitch.types import HangUp, Language, Reject


def first(number: str, *patterns: str) -> str | None:
    place = Patterns(patterns).first(number)
    return None if place is None else patterns[place]


class TestPatterns:
    @pytest.mark.parametrize(
        ("pattern", "number"),
        [
            ("600", "600"),
            ("+48221234567", "+48221234567"),
            ("2xx", "205"),
            ("2XX", "205"),
            ("+4822*", "+48221234567"),
            ("+4822*", "+4822"),
            ("*", ""),
            ("*", "anything"),
            ("*98", "*98"),
            ("*9*", "*9123"),
            ("#1", "#1"),
            ("xx*", "12345"),
            ("alex", "alex"),
            ("anonymous", "anonymous"),
            ("front-desk", "front-desk"),
            ("sales*", "sales.north"),
        ],
    )
    def test_a_pattern_matches_what_it_stands_for(self, pattern, number):
        assert pattern_problem(pattern) is None
        assert first(number, pattern) == pattern

    @pytest.mark.parametrize(
        ("pattern", "number"),
        [
            ("600", "6000"),
            ("600", "60"),
            ("2xx", "2a5"),
            ("2xx", "2*5"),
            ("2xx", "20"),
            ("+48*", "48221234567"),
            ("48*", "+48221234567"),
            ("alex", "ale5"),
            ("*98", "12398"),
        ],
    )
    def test_a_pattern_matches_nothing_else(self, pattern, number):
        assert first(number, pattern) is None

    def test_the_first_match_wins_however_special_the_later_ones_are(self):
        assert first("600", "6xx", "600", "*") == "6xx"
        assert first("600", "600", "6xx", "*") == "600"
        assert first("600", "*", "600") == "*"
        assert first("601", "600", "6xx", "*") == "6xx"
        assert first("6011", "600", "6xx", "6*", "*") == "6*"

    def test_of_two_equal_patterns_the_first_wins(self):
        assert Patterns(["600", "600", "6*", "6*"]).first("600") == 0
        assert Patterns(["600", "600", "6*", "6*"]).first("61") == 2

    @pytest.mark.parametrize(
        ("pattern", "teaches"),
        [
            ("", '"*" matches everything'),
            ("+48 22 123-45-67", 'write "+48221234567"'),
            ("48*22", "end with it"),
            ("48+22", "it belongs in front"),
            ("2[0-9]", "x for one digit"),
            ("sip:600@host", "x for one digit"),
            ("2xx|3xx", "x for one digit"),
        ],
    )
    def test_what_is_no_pattern_teaches_how_to_write_one(self, pattern, teaches):
        assert teaches in (pattern_problem(pattern) or "")
        with pytest.raises(ValueError, match=re.escape(teaches)):
            Patterns([pattern])

    @settings(max_examples=150, deadline=None)
    @given(
        st.lists(st.from_regex(r"\+?[01x]{1,4}\*?", fullmatch=True), max_size=12),
        st.from_regex(r"\+?[012]{0,5}", fullmatch=True),
    )
    def test_the_tree_finds_what_trying_each_in_turn_finds(self, patterns, number):
        def matches(pattern: str) -> bool:
            expression = re.escape(pattern).replace("x", "[0-9]").replace(r"\*", ".*")
            return re.fullmatch(expression, number) is not None

        expected = next((place for place, pattern in enumerate(patterns) if matches(pattern)), None)
        assert Patterns(patterns).first(number) == expected

    def test_a_look_up_among_a_thousand_rules_takes_a_step_per_digit(self):
        many = Patterns([f"+4822{line:04}xx" for line in range(1000)])
        assert many.first("+48220999" + "12") == 999
        assert many.first("+48221000" + "12") is None


class TestNormalise:
    @pytest.mark.parametrize(
        ("user", "number"),
        [
            ("600", "600"),
            ("+48-22-123.45.67", "+48221234567"),
            ("+48(22)1234567", "+48221234567"),
            ("%2B48221234567", "+48221234567"),
            ("22%20123%2045", "2212345"),
            ("1234;phone-context=acme.example", "1234"),
            ("1234567;phone-context=+4822", "+48221234567"),
            ("123-45.67;isub=1;Phone-Context=%2B48-22", "+48221234567"),
            ("221234567;phone-context=+48", "+48221234567"),
            ("+48221234567;phone-context=+44", "+48221234567"),
            ("112;phone-context=+4822", "112"),
            ("201;phone-context=+4822123", "201"),
            ("118913;phone-context=+48", "118913"),
            ("221234567890;phone-context=+4822", "221234567890"),
            ("1234567;phone-context=+4822a", "1234567"),
            ("*981234;phone-context=+4822", "*981234"),
            ("axel;phone-context=+4822", "axel"),
            ("*98", "*98"),
            ("%2398", "#98"),
            ("front-desk.2", "front-desk.2"),
            ("3rd-floor", "3rd-floor"),
            ("-.-", "-.-"),
            ("", ""),
        ],
    )
    def test_separators_escapes_and_parameters_go_from_numbers_and_names_stay(self, user, number):
        assert normalise(user) == number


class TestRouting:
    ROUTING = Routing(
        numbers=(
            NumberRule("600", HangUp()),
            NumberRule("2xx", Reject(480)),
            NumberRule("+48*", Reject(403)),
        ),
        callers=(
            CallerRule("partners", ("+48600100200", "+4822555*"), priority="vip"),
            CallerRule("poles", ("+48*",), language=Language("pl")),
        ),
    )

    def test_a_number_leads_where_its_line_says(self):
        assert self.ROUTING.route("205") == Reject(480)
        assert self.ROUTING.rule("205") == NumberRule("2xx", Reject(480))

    def test_a_number_is_normalised_first(self):
        assert self.ROUTING.route("%2B48-22-1;x=y") == Reject(403)

    def test_a_number_without_a_line_leads_nowhere(self):
        assert self.ROUTING.route("700") is None
        assert self.ROUTING.rule("700") is None
        assert Routing().route("600") is None

    def test_a_caller_belongs_to_the_first_class_that_matches(self):
        assert self.ROUTING.classify("+48225551234").name == "partners"
        assert self.ROUTING.classify("+48 600-100-200").name == "partners"
        assert self.ROUTING.classify("+48100").name == "poles"

    def test_a_caller_in_no_class_has_none(self):
        assert self.ROUTING.classify("anonymous") is None
        assert self.ROUTING.classify("") is None

    def test_of_several_forms_of_a_number_the_first_line_that_takes_any_holds(self):
        assert self.ROUTING.rule("+48205", "205").pattern == "2xx"
        assert self.ROUTING.rule("205", "+48205").pattern == "2xx"
        assert self.ROUTING.rule("700", "+48700").pattern == "+48*"
        assert self.ROUTING.classify("100", "+48600100200").name == "partners"

    def test_routings_with_the_same_lines_are_equal(self):
        assert Routing(self.ROUTING.numbers, self.ROUTING.callers) == self.ROUTING
