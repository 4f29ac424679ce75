from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from softswitch.audio.cache import DiskCache, MemoryCache, default_folder, key_of
from softswitch.sound import Clip


class Counted:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> bytes:
        self.times += 1
        return b"\1\2" * 50


def test_what_was_rendered_once_is_not_rendered_again_even_by_another_process(tmp_path: Path) -> None:
    render = Counted()
    assert DiskCache(tmp_path).pcm("key", render) == DiskCache(tmp_path).pcm("key", render) == b"\1\2" * 50
    assert render.times == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("damage", [lambda c: c[:-1], lambda c: b"", lambda c: c[:40] + b"?" + c[41:]])
def test_a_corrupt_entry_is_rendered_again_and_replaced(tmp_path: Path, damage: object) -> None:
    render, cache = Counted(), DiskCache(tmp_path)
    cache.pcm("key", render)
    path = tmp_path / "key"
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with capture_logs() as logs:
        assert cache.pcm("key", render) == cache.pcm("key", render) == b"\1\2" * 50
    assert render.times == 2
    assert len(logs) == 1


def test_a_cache_that_cannot_be_written_costs_time_and_one_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    render, cache = Counted(), DiskCache(tmp_path / "file" / "cache")
    with capture_logs() as logs:
        assert cache.pcm("a", render) == cache.pcm("b", render)
    assert render.times == 2
    assert [entry["log_level"] for entry in logs] == ["warning"]


def test_a_rendering_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise ValueError("no voice")

    with pytest.raises(ValueError, match="no voice"):
        DiskCache(tmp_path).pcm("key", fail)
    assert not list(tmp_path.iterdir())


def test_keys_tell_all_their_parts_apart() -> None:
    assert len({key_of("a", "bc"), key_of("ab", "c"), key_of("a", "bc", 8000), key_of("a", "bc", 16000)}) == 4


def test_memory_forgets_what_was_unused_for_longest() -> None:
    memory = MemoryCache(limit=30)
    clips = {name: Clip(bytes(10), 8000, name) for name in "abcd"}
    for name in "abc":
        memory.put(name, clips[name])
    assert memory.get("a") is clips["a"]
    memory.put("d", clips["d"])
    assert memory.get("b") is None
    assert [memory.get(name) for name in "acd"] == [clips[name] for name in "acd"]
    assert memory.size == 30


def test_memory_does_not_keep_what_is_larger_than_itself() -> None:
    memory = MemoryCache(limit=30)
    memory.put("big", Clip(bytes(40), 8000, "big"))
    assert memory.get("big") is None
    assert memory.size == 0


def test_the_default_folder_follows_the_desktop_standard(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "softswitch" / "audio"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".cache" / "softswitch" / "audio"
    monkeypatch.setenv("HOME", "/nonexistent")
    assert default_folder().name == "audio"
    assert "nonexistent" not in str(default_folder())
