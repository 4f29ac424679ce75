"""What every section of the language shares."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationInfo, model_validator


class Owners(dict[int, type["Section"]]):
    """The model that each mapping of a file was read by, by the mapping's id: so its keys are known."""


class Section(BaseModel):
    """A mapping with known keys; unknown ones are errors."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)

    @model_validator(mode="wrap")
    @classmethod
    def _note_owner(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if isinstance(info.context, Owners) and isinstance(value, dict):
            info.context[id(value)] = cls
        return handler(value)
