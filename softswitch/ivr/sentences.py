"""What menus say by themselves, unless their `wrong` says it better. Ready to be rendered ahead of need."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from softswitch.ivr.actions import Mistake
from softswitch.sentences.phrases import phrase
from softswitch.types import Prompt

AFTER: Mapping[Mistake, Prompt] = MappingProxyType(
    {
        Mistake.WRONG_KEY: phrase("menus.wrong_key"),
        Mistake.INCOMPLETE: phrase("menus.incomplete"),
        Mistake.UNKNOWN_EXTENSION: phrase("menus.unknown_extension"),
    }
)
"""The sentence after each mistake; silence is answered by the menu itself."""
