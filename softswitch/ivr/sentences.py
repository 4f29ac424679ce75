"""What menus say by themselves, unless their `wrong` says it better. Ready to be rendered ahead of need."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from softswitch.ivr.actions import Mistake
from softswitch.types import Language, Prompt

# English stands first: it is what `Prompt.text` falls back to in a language that is missing here.
_EN, _PL = Language("en"), Language("pl")

AFTER: Mapping[Mistake, Prompt] = MappingProxyType(
    {
        Mistake.WRONG_KEY: Prompt(
            {_EN: "Sorry, that is not one of the choices.", _PL: "Przepraszamy, nie ma takiego wyboru."}
        ),
        Mistake.INCOMPLETE: Prompt(
            {_EN: "Sorry, that number is not complete.", _PL: "Przepraszamy, ten numer jest niepełny."}
        ),
        Mistake.UNKNOWN_EXTENSION: Prompt(
            {
                _EN: "Sorry, there is no such extension.",
                _PL: "Przepraszamy, nie ma takiego numeru wewnętrznego.",
            }
        ),
    }
)
"""The sentence after each mistake; silence is answered by the menu itself."""
