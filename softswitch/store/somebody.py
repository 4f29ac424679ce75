"""A person outside, by a number in whatever form it was written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from softswitch.dialplan.numbering import Numbering, is_e164
from softswitch.store.personal import texts

SHORTEST = 3
"""Digits, or letters of a name, of whoever may be looked for."""

_WORDS = re.compile(r"(?:\+|%2[bB]|(?<![0-9A-Za-z]))[0-9]{3,}(?![0-9A-Za-z])")


class Somebody:
    """Whose number that is."""

    def __init__(self, number: str, numbering: Numbering) -> None:
        """`number` in any form in which it is dialled here, or arrives from a carrier."""
        self._numbering = numbering
        self.number = numbering.arrived(number)
        """E.164, or a short number or a name as it is."""

    @property
    def possible(self) -> bool:
        """Whether it is long enough to be anybody's."""
        return len(self.number.removeprefix("+")) >= SHORTEST

    @property
    def trace(self) -> str:
        """What stands in every form of the number, and so wherever the number does."""
        if not is_e164(self.number):
            return json.dumps(self.number, ensure_ascii=False)[1:-1]
        return self.number[1:].removeprefix(self._numbering.country)

    def is_in(self, data: Mapping[str, Any]) -> bool:
        """Whether an event names the number."""
        return any(self._is_in(text) for text in texts(data))

    def _is_in(self, text: str) -> bool:
        if self._is(text):
            return True
        return any(self._is(word.replace("%2B", "+").replace("%2b", "+")) for word in _WORDS.findall(text))

    def _is(self, text: str) -> bool:
        return bool(text) and self._numbering.arrived(text) == self.number
