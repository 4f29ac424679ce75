"""Files of sound, as browsers ask for them: by day and name, whole or with Range in parts."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import Path, Request
from fastapi.responses import FileResponse
from pydantic import StringConstraints

from softswitch.web.patterns import FILE, TWO, YEAR

Year = Annotated[str, StringConstraints(pattern=YEAR), Path()]
Two = Annotated[str, StringConstraints(pattern=TWO), Path()]
File = Annotated[str, StringConstraints(pattern=FILE), Path()]

SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/wav": {}}, "description": "The file."},
    206: {"content": {"audio/wav": {}}, "description": "The part that the header Range asks for."},
}


def is_from_start(request: Request) -> bool:
    """Whether the whole file is asked for, or its first part."""
    return request.headers.get("range", "bytes=0-").replace(" ", "").startswith("bytes=0-")


def as_sound(place: FilePath) -> FileResponse:
    """The file, which nobody on the way keeps."""
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(place, headers=headers, media_type="audio/wav", content_disposition_type="inline")
