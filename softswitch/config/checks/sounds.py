"""What callers hear is there, in every language that they can choose."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import soundfile

from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.models.destinations import Say, Sound
from softswitch.config.nearest import listed

BROKEN = 5
"""So many recordings of a language that cannot be played are named."""


def check(scene: Scene) -> None:
    """All of this file."""
    for loc, path in _files(scene):
        problem = sound_problem(path)
        if problem:
            scene.wrong(loc, problem)
    _recordings(scene)
    for loc, say in _texts(scene):
        _languages(scene, loc, say)


def _recordings(scene: Scene) -> None:
    """One that cannot be played is no mistake: the voice speaks in its place."""
    media = scene.configuration.media
    if media.prompts is None:
        return
    loc: Loc = ("media", "prompts")
    if not media.prompts.is_dir():
        scene.wrong(loc, f"no such folder: {media.prompts}")
        return
    for language in media.languages:
        found = (sound_problem(file) for file in sorted((media.prompts / language).glob("*.wav")))
        problems = [problem for problem in found if problem]
        for problem in problems[:BROKEN]:
            scene.warn(loc, f"{problem}; the voice is heard in its place")
        if len(problems) > BROKEN:
            more = len(problems) - BROKEN
            scene.warn(
                loc, f"{more} more recordings in {language} cannot be played; see `softswitch prompts`"
            )


def sound_problem(path: Path) -> str | None:
    """Why a file cannot be played; None: it can."""
    if not os.path.exists(path):  # unlike Path.exists, no error for names that are too long
        near = sorted(path.parent.glob(f"*{path.suffix}")) if path.parent.is_dir() else []
        names = ", ".join(one.name for one in near[:5])
        return f"no such file: {path}" + (f"; that folder has {names}" if names else "")
    if not path.is_file():
        return f"not a file: {path}"
    try:
        info = soundfile.info(str(path))
    except (RuntimeError, OSError):
        return f"no sound file: {path}; expected WAV, OGG, FLAC or MP3"
    return None if info.frames > 0 else f"the sound file is empty: {path}"


def _heard(scene: Scene) -> Iterator[tuple[Loc, Say | None, Path | None]]:
    """Every prompt: its place, its text and its file."""
    for name, menu in scene.configuration.menus.items():
        loc: Loc = ("menus", name)
        yield loc, menu.say, menu.play
        if menu.wrong is not None:
            yield (*loc, "wrong"), menu.wrong.say, menu.wrong.play
        for ask, question in menu.ask.items():
            yield (*loc, "ask", ask), question.say, question.play
    for name, queue in scene.configuration.queues.items():
        for place, message in enumerate(queue.messages):
            yield ("queues", name, "messages", place), message.say, message.play
        if isinstance(queue.whisper, Sound):
            yield ("queues", name, "whisper"), None, queue.whisper.play  # agents speak the first language
    if (announce := scene.configuration.recording.announce) is not None:
        yield ("recording", "announce"), announce.say, announce.play
    for name, sound in scene.configuration.sounds.items():
        yield ("sounds", name), sound.say, sound.play
    for name, box in scene.configuration.voicemail.items():
        if box.greeting is not None:
            yield ("voicemail", name, "greeting"), box.greeting.say, box.greeting.play
    for use in scene.uses():
        yield use.loc, use.to.say, use.to.play


def _files(scene: Scene) -> Iterator[tuple[Loc, Path]]:
    for loc, _, play in _heard(scene):
        if play is not None:
            yield (*loc, "play"), play
    for name, files in scene.configuration.music.items():
        for index, path in enumerate(files):
            yield ("music", name, index), path


def _texts(scene: Scene) -> Iterator[tuple[Loc, Say]]:
    for loc, say, _ in _heard(scene):
        if say is not None:
            yield (*loc, "say"), say


def _languages(scene: Scene, loc: Loc, say: Say) -> None:
    languages = scene.configuration.media.languages
    given = list(say) if isinstance(say, dict) else languages[:1]
    lacking = [language for language in languages if language not in given]
    if lacking:
        heard = next((language for language in languages if language in given), given[0])
        scene.warn_key(loc, f"no text in {listed(lacking)}: those callers hear the one in {heard}")
    for language in given:
        if not scene.speaks(language):
            scene.wrong_key((*loc, language), f"expected {scene.tongues}, got {language}")
        elif language not in languages:
            scene.warn(
                (*loc, language), f"nobody hears this: {language} is not among the languages in `media`"
            )
