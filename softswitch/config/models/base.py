"""What every section of the language shares."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Owners(dict[int, type["Section"]]):
    """The model that each mapping of a file was read by, by the mapping's id: so its keys are known."""


class Section(BaseModel):
    """A mapping with known keys; unknown ones are errors."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="wrap")
    @classmethod
    def _note_owner(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        if isinstance(info.context, Owners) and isinstance(value, dict):
            info.context[id(value)] = cls
        return handler(value)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """With what is written under each field. pydantic's own `use_attribute_docstrings` parses the sources
        whenever the models are imported: a sixth of what it takes to read a configuration.
        """
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for kind in cls.__mro__:
            if kind is not Section and issubclass(kind, Section):
                for field, meaning in _meanings(kind).items():
                    properties[cls.model_fields[field].alias or field].setdefault("description", meaning)
        return schema


@cache
def _meanings(kind: type[Section]) -> Mapping[str, str]:
    """The docstring under each field of a class of a module, by the field's name."""
    module = inspect.getmodule(kind)
    assert module is not None
    body = _classes(inspect.getsource(module))[kind.__qualname__].body
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }  # fmt: skip


@cache
def _classes(source: str) -> Mapping[str, ast.ClassDef]:
    return {part.name: part for part in ast.parse(source).body if isinstance(part, ast.ClassDef)}
