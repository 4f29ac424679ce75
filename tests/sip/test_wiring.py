"""What is declared and what is connected: the difference, and no more, goes to the bridge."""

from __future__ import annotations

import pytest

from softswitch.sip.wiring import Listening, Sounding
from softswitch.sound import Hear


class Bridge:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def connect(self, source: int, sink: int, level: float) -> None:
        self.asked.append(("connect", source, sink, level))

    def disconnect(self, source: int, sink: int) -> None:
        self.asked.append(("disconnect", source, sink))

    def adjust(self, source: int, sink: int, level: float) -> None:
        self.asked.append(("adjust", source, sink, level))

    def news(self) -> list[tuple[object, ...]]:
        asked, self.asked = self.asked, []
        return asked


@pytest.fixture
def bridge() -> Bridge:
    return Bridge()


@pytest.fixture
def ear(bridge: Bridge) -> Listening:
    listening = Listening(bridge)
    listening.listens_at(1)
    return listening


def sounding(slot: int | None) -> Sounding:
    source = Sounding()
    source.sounds_at(slot)
    return source


def test_a_declaration_connects_what_sounds(bridge: Bridge, ear: Listening) -> None:
    ear.declare(Hear(sounding(7), 0.5), Hear(sounding(8)))
    assert bridge.news() == [("connect", 7, 1, 0.5), ("connect", 8, 1, 1.0)]


def test_the_same_declaration_again_asks_for_nothing(bridge: Bridge, ear: Listening) -> None:
    music = sounding(7)
    ear.declare(Hear(music))
    bridge.news()
    ear.declare(Hear(music))
    assert bridge.news() == []


def test_a_change_asks_for_the_difference_old_connections_first(bridge: Bridge, ear: Listening) -> None:
    music, speech, voice = sounding(7), sounding(8), sounding(9)
    ear.declare(Hear(music), Hear(speech))
    bridge.news()
    ear.declare(Hear(voice), Hear(music, 0.2))
    assert bridge.news() == [("disconnect", 8, 1), ("connect", 9, 1, 1.0), ("adjust", 7, 1, 0.2)]


def test_a_source_that_comes_later_is_connected_then(bridge: Bridge, ear: Listening) -> None:
    agent = sounding(None)
    ear.declare(Hear(agent))
    assert bridge.news() == []
    agent.sounds_at(5)
    assert bridge.news() == [("connect", 5, 1, 1.0)]


def test_a_source_that_moved_is_connected_anew_also_at_the_same_place(bridge: Bridge, ear: Listening) -> None:
    agent = sounding(5)
    ear.declare(Hear(agent))
    bridge.news()
    agent.sounds_at(5)
    assert bridge.news() == [("connect", 5, 1, 1.0)]


def test_a_listener_that_moved_is_connected_anew(bridge: Bridge, ear: Listening) -> None:
    ear.declare(Hear(sounding(7)), Hear(sounding(8), 0.2))
    bridge.news()
    ear.listens_at(None)
    assert bridge.news() == []
    ear.listens_at(3)
    assert bridge.news() == [("connect", 7, 3, 1.0), ("connect", 8, 3, 0.2)]


def test_a_silent_source_is_forgotten(bridge: Bridge, ear: Listening) -> None:
    speech, music = sounding(7), sounding(8)
    ear.declare(Hear(speech), Hear(music))
    bridge.news()
    speech.fall_silent()
    ear.listens_at(2)
    assert bridge.news() == [("connect", 8, 2, 1.0)]
    assert speech.listeners == set()


def test_a_source_no_longer_declared_does_not_wake_the_listener(bridge: Bridge, ear: Listening) -> None:
    music = sounding(7)
    ear.declare(Hear(music))
    ear.declare()
    bridge.news()
    music.sounds_at(9)
    assert bridge.news() == []


def test_a_closed_listener_hears_nothing_more(bridge: Bridge, ear: Listening) -> None:
    music = sounding(7)
    ear.declare(Hear(music))
    ear.close()
    bridge.news()
    music.sounds_at(9)
    assert bridge.news() == []
    assert music.listeners == set()


def test_what_is_no_source_of_the_bridge_is_refused(ear: Listening) -> None:
    with pytest.raises(TypeError, match="no source of this switch's bridge"):
        ear.declare(Hear(object()))


def test_what_is_laid_over_ducks_players_and_nobody_else(bridge: Bridge, ear: Listening) -> None:
    music, person, bell = sounding(7), sounding(8), sounding(9)
    music.is_player = True
    ear.declare(Hear(music), Hear(person))
    bridge.news()
    ear.overlay(Hear(bell), ducked=0.2)
    assert bridge.news() == [("adjust", 7, 1, 0.2), ("connect", 9, 1, 1.0)]
    ear.declare(Hear(music, 0.5))
    assert bridge.news() == [("disconnect", 8, 1), ("adjust", 7, 1, 0.1)]
    ear.overlay(ducked=1.0)
    assert bridge.news() == [("disconnect", 9, 1), ("adjust", 7, 1, 0.5)]


def test_what_is_laid_over_is_forgotten_when_it_falls_silent(bridge: Bridge, ear: Listening) -> None:
    bell = sounding(9)
    ear.overlay(Hear(bell), ducked=0.2)
    bell.fall_silent()
    music = sounding(7)
    music.is_player = True
    ear.declare(Hear(music))
    assert bridge.news()[-1] == ("connect", 7, 1, 1.0)
