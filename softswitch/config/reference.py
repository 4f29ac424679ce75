"""The reference of the configuration language, made from the models: docs/configuration.md."""

from __future__ import annotations


def markdown() -> str:
    """The whole text of docs/configuration.md."""
    raise NotImplementedError
