"""Numbers as people dial and carriers send them -> E.164, and back to what a carrier wants to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from softswitch.routing import normalise

EMERGENCY = ("112", "999", "998", "997")
"""Emergency numbers in Poland; 112 is Europe's."""

LONGEST = 15
"""Digits of an E.164 number at most (E.164 section 6)."""

SHORT = 6
"""Digits of a short number at most, as 118913 or 116117."""

_E164 = re.compile(r"\+[1-9][0-9]{3,14}")


class NumberFormat(StrEnum):
    """How a carrier wants numbers written."""

    PLUS = "e164"
    """+48221234567"""
    DIGITS = "e164-without-plus"
    """48221234567"""
    NATIONAL = "national"
    """As dialled within the country: 221234567, and 0044... for other countries."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """How numbers are dialled here."""

    country: str = "48"
    """The country's calling code."""
    national_prefix: str = ""
    """What is dialled before a national number, as 0 in most of Europe; Poland has none."""
    international_prefix: str = "00"
    national_length: tuple[int, int] = (9, 9)
    """Digits of a national number without its prefix, least and most; shorter ones are short numbers."""
    emergency: tuple[str, ...] = EMERGENCY

    def dialled(self, user: str) -> str:
        """What somebody here dialled, as E.164 with a plus; a short number, a code or a name as it is."""
        number = normalise(user)
        found = self._written_out(number)
        if found is None and not self.national_prefix and self._is_national(number):
            found = f"+{self.country}{number}"
        return self._short(found or number)

    def arrived(self, user: str) -> str:
        """A number as a carrier sends it, called or calling, as E.164 with a plus.

        Carriers leave out prefixes: digits of national length are national, more of them begin with a country
        code.
        """
        number = normalise(user)
        found = self._written_out(number)
        if found is None and self._is_national(number):
            found = f"+{self.country}{number}"
        if found is None and number.isascii() and number.isdigit() and self._most < len(number) <= LONGEST:
            found = f"+{number}"
        return self._short(found or number)

    def written(self, number: str, form: NumberFormat) -> str:
        """An E.164 number as a carrier wants to read it; a short number as it is."""
        if not is_e164(number) or form is NumberFormat.PLUS:
            return number
        digits = number[1:]
        if form is NumberFormat.DIGITS:
            return digits
        if digits.startswith(self.country):
            return self.national_prefix + digits[len(self.country) :]
        return self.international_prefix + digits

    def problem(self, number: str) -> str:
        """Why a number (as `dialled` gives it) must not go to a carrier; empty: it may.

        What is neither whole nor short is what a carrier would understand in its own way, at anybody's
        expense.
        """
        if not is_e164(number):
            if number.startswith("+"):
                return "is no international number: + and 4 to 15 digits, not beginning with 0"
            if not (number.isascii() and number.isdigit()):
                return "is no number"
            return "" if len(number) <= SHORT else "is neither a short number nor a whole one"
        own = number.removeprefix(f"+{self.country}")
        if own == number:
            return ""
        if not self._is_national(own):
            return f"has not as many digits as a number in country {self.country}"
        prefix = self.international_prefix
        if prefix and (self.national_prefix + own).startswith(prefix):
            return f"would lead to another country by its {prefix}"
        return ""

    @property
    def _most(self) -> int:
        return self.national_length[1]

    def _is_national(self, number: str) -> bool:
        least, most = self.national_length
        return number.isascii() and number.isdigit() and least <= len(number) <= most

    def _written_out(self, number: str) -> str | None:
        """The E.164 form of a number that says itself what it is; None: it does not."""
        if number.startswith("+"):
            return number
        if not (number.isascii() and number.isdigit()):
            return None
        if self.international_prefix and number.startswith(self.international_prefix):
            return f"+{number[len(self.international_prefix) :]}"
        if self.national_prefix and number.startswith(self.national_prefix):
            rest = number[len(self.national_prefix) :]
            return f"+{self.country}{rest}" if self._is_national(rest) else None
        rest = number[len(self.country) :]
        if number.startswith(self.country) and self._is_national(rest) and not self._is_national(number):
            return f"+{number}"
        return None

    @property
    def emergency_forms(self) -> tuple[str, ...]:
        """Every way in which an emergency number may be dialled."""
        return tuple(form for number in self.emergency for form in (number, f"+{self.country}{number}"))

    def _short(self, number: str) -> str:
        """`+48112` is 112: an emergency number is one however it is dialled."""
        own = number.removeprefix(f"+{self.country}")
        return own if own in self.emergency else number


def is_e164(number: str) -> bool:
    """Whether it is a whole international number with its plus."""
    return _E164.fullmatch(number) is not None
