"""Rendered sound, kept: on disk by content, and in memory up to a number of bytes.

A file in the cache is the SHA-256 of the samples, followed by the samples. Whatever does not match its own
sum (a crash, a full disk, a curious editor) is rendered anew. A cache that cannot be written costs time,
never a call: that is logged once and no more.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import structlog

from softswitch.sound import Clip

_log = structlog.get_logger(__name__)

_RENDERING = "1"
"""Part of every key: raise it when the same input renders to something else."""

_SUM = hashlib.sha256().digest_size


def default_folder() -> Path:
    """`softswitch/audio` in the XDG cache folder; without a home, in the folder for temporary files."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):
        return Path(base) / "softswitch" / "audio"
    home = os.path.expanduser("~")
    if os.path.isabs(home) and os.access(home, os.W_OK):
        return Path(home) / ".cache" / "softswitch" / "audio"
    return Path(tempfile.gettempdir()) / f"softswitch-{os.getuid()}" / "audio"


def key_of(*parts: object) -> str:
    """A file name that stands for these parameters."""
    return hashlib.sha256("\0".join([_RENDERING, *map(str, parts)]).encode()).hexdigest()


def content_of(path: Path) -> str:
    """The file's content as a sum, whatever it is called. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class DiskCache:
    """One folder of rendered sound, shared by threads and processes: every write is atomic."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._complained = False

    def pcm(self, key: str, render: Callable[[], bytes]) -> bytes:
        """The samples kept under `key`, else what `render` gives, now kept. Raises what `render` raises."""
        kept = self._read(key)
        if kept is not None:
            return kept
        fresh = render()
        self._write(key, fresh)
        return fresh

    def _read(self, key: str) -> bytes | None:
        try:
            content = (self.folder / key).read_bytes()
        except OSError:
            return None
        pcm = content[_SUM:]
        if hashlib.sha256(pcm).digest() == content[:_SUM]:
            return pcm
        _log.warning("sound cache entry is corrupt and is rendered again", file=str(self.folder / key))
        return None

    def _write(self, key: str, pcm: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
                try:
                    file.write(hashlib.sha256(pcm).digest())
                    file.write(pcm)
                    file.flush()
                    os.replace(file.name, self.folder / key)
                except OSError:
                    os.unlink(file.name)
                    raise
        except OSError as error:
            if not self._complained:
                self._complained = True
                _log.warning(
                    "sound cache cannot be written; every start renders anew",
                    folder=str(self.folder),
                    error=str(error),
                )


class MemoryCache:
    """Clips by key, up to `limit` bytes of samples; the one unused for longest goes first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._clips: OrderedDict[str, Clip] = OrderedDict()

    def get(self, key: str) -> Clip | None:
        """The clip, if it is still here."""
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
        return clip

    def put(self, key: str, clip: Clip) -> None:
        """Keep a clip; one that is larger than the whole cache is not kept."""
        if key in self._clips:
            self.size -= len(self._clips.pop(key).pcm)
        self._clips[key] = clip
        self.size += len(clip.pcm)
        while self.size > self.limit:
            self.size -= len(self._clips.popitem(last=False)[1].pcm)
