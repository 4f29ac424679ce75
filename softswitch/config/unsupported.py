"""What the language will have and this version has not: one table, so that nothing is silently accepted."""

from __future__ import annotations

from types import MappingProxyType

from pydantic_core import PydanticCustomError

KEYS = MappingProxyType(
    {
        ("ServiceLevel", "target"): "service level targets",
    }
)
"""Keys by the model that will have them, and the feature that each belongs to."""

STRATEGIES = frozenset(
    {
        "least-occupied",
        "predictive",
    }
)
"""Strategies that are planned."""

ELSEWHERE = MappingProxyType(
    {
        "agent-with-fewest-calls": "fewest-calls",
        "agent-with-least-talk-time": "least-talk",
        "fewestcalls": "fewest-calls",
        "leastrecent": "longest-idle",
        "linear": "hunt",
        "longest-idle-agent": "longest-idle",
        "ringall": "ring-all",
        "round-robin-ordered": "round-robin",
        "rrmemory": "round-robin",
        "rrordered": "round-robin",
        "sequentially-by-agent-order": "sequential",
        "top-down": "hunt",
        "wrandom": "weighted-random",
    }
)
"""What Asterisk (`app_queue`) and FreeSWITCH (`mod_callcenter`) call a strategy, and its name here."""

BESIDE = MappingProxyType(
    {
        "preferred": "rules and callers have `preferred`, a queue has `last_agent`",
        "skills": "`needs` and `relax` of the queue, `skills` of the agents",
    }
)
"""What is a strategy with others, and here goes with any of them."""


def feature_of(model: type, key: str) -> str | None:
    """The feature that an unknown key of a model will belong to; None: no such key is planned."""
    return next((KEYS[kind.__name__, key] for kind in model.__mro__ if (kind.__name__, key) in KEYS), None)


def not_yet(what: str, feature: str) -> PydanticCustomError:
    """The error for something that the language will have."""
    return PydanticCustomError("not_yet", "{message}", {"message": not_yet_message(what, feature)})


def not_yet_message(what: str, feature: str) -> str:
    """The words of it."""
    return f"not supported yet: {what!r}" + (f" ({feature})" if feature != what else "")
