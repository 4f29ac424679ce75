"""Hold music over a reload."""

from __future__ import annotations

import asyncio

import pytest

from softswitch.calls.music import MusicRoom
from softswitch.testing.fakes import FakeMedia, FakeSpeech

pytestmark = pytest.mark.virtual_time


@pytest.fixture
def speech() -> FakeSpeech:
    return FakeSpeech()


async def test_a_changed_playlist_plays_on_until_its_new_pieces_are_rendered(speech: FakeSpeech) -> None:
    room = MusicRoom(FakeMedia(), speech)
    await room.load(["jazz"])
    old = room.hear("jazz")
    speech.rendering = 5.0
    loading = asyncio.ensure_future(room.load(["jazz"], {"jazz"}))
    await asyncio.sleep(3)
    assert room.hear("jazz") == old
    await loading
    assert room.hear("jazz") not in (old, ())
    room.close()


async def test_a_changed_playlist_that_cannot_be_had_goes_on_as_it_was(speech: FakeSpeech) -> None:
    room = MusicRoom(FakeMedia(), speech)
    await room.load(["jazz"])
    old = room.hear("jazz")
    speech.broken.add("jazz")
    await room.load(["jazz"], {"jazz"})
    assert room.hear("jazz") == old
    room.close()


async def test_a_playlist_nobody_names_any_more_is_gone_for_who_comes_later(speech: FakeSpeech) -> None:
    media = FakeMedia()
    room = MusicRoom(media, speech)
    await room.load(["jazz"])
    await room.load([], {"jazz"})
    assert room.hear("jazz") == ()
    room.close()
    assert not media.open_players
