"""What bodies of requests share."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """The body of a request; a key that it does not know is refused: it may be a slip of one that matters."""

    model_config = ConfigDict(extra="forbid")
