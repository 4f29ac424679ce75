"""What callers hear is there, in every language that they can choose."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import soundfile

from tests.config.conftest import SOUND

MENU = SOUND.replace("{queue: support}", "{menu: m}", 1) + "media: {languages: [en, pl]}\n"


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "tone.wav"
    soundfile.write(path, numpy.zeros(800), 8000)
    return path


def menu(body: str) -> str:
    return MENU + f"menus: {{m: {{{body}, otherwise: {{queue: support}}}}}}\n"


def test_sound_files_are_found_beside_the_file_that_names_them(check_text, tone):
    settings = check_text(menu("play: tone.wav")).settings
    assert settings.menus.menus["m"].prompt.play == tone


def test_an_included_files_sounds_are_beside_that_file(check_text, tmp_path, tone):
    folder = tmp_path / "more"
    folder.mkdir()
    tone.rename(folder / "tone.wav")
    (folder / "menus.yaml").write_text("menus: {m: {play: tone.wav, otherwise: {queue: support}}}")
    checked = check_text(MENU + "include: more/menus.yaml\n")
    assert checked.settings.menus.menus["m"].prompt.play == folder / "tone.wav"


def test_a_missing_sound_file_is_a_problem_that_lists_the_ones_there(check_text, tone):
    checked = check_text(menu("play: §tune.wav"))
    assert checked.places == checked.marks
    assert checked.messages[0].endswith("tune.wav; that folder has tone.wav")


@pytest.mark.parametrize("content", [b"", b"no sound", b"RIFF\x00\x00\x00\x00WAVE", bytes(2000)])
def test_a_file_that_is_no_sound_is_a_problem(check_text, content):
    checked = check_text(menu("play: §noise.wav"), files={"noise.wav": content})
    assert checked.places == checked.marks


def test_a_sound_file_without_any_sound_is_a_problem(check_text, tmp_path):
    soundfile.write(tmp_path / "empty.wav", numpy.zeros(0), 8000)
    assert "is empty" in check_text(menu("play: empty.wav")).messages[0]


def test_a_folder_is_no_sound(check_text, tmp_path):
    (tmp_path / "music").mkdir()
    assert check_text(menu("play: music")).messages == [f"not a file: {tmp_path / 'music'}"]


def test_playlists_and_every_prompt_are_looked_at(check_text):
    checked = check_text(
        menu("play: §a.wav, wrong: {play: §b.wav}, ask: {n: {play: §c.wav}}, choices: {1: {play: §d.wav}}")
        + "music: {nice: [§e.wav, §f.ogg]}\n"
    )
    assert sorted(checked.places) == checked.marks


def test_a_text_that_lacks_a_language_is_a_warning(one_warning):
    message = one_warning(menu("§say: {en: Hello}"))
    assert message == "no text in pl: those callers hear the one in en"


def test_a_plain_text_is_in_the_default_language(check_text):
    checked = check_text(menu("say: Hello"))
    assert checked.settings.menus.menus["m"].prompt.say == {"en": "Hello"}
    assert len(checked.warnings) == 1


def test_a_text_in_a_language_that_nobody_can_choose_is_a_warning(one_warning):
    message = one_warning(menu("say: {en: Hello, pl: Dzień dobry, he: §שלום}"))
    assert "he is not among the languages" in message


def test_texts_come_in_the_order_of_the_languages(check_text):
    say = check_text(menu("say: {pl: Dzień dobry, en: Hello}")).settings.menus.menus["m"].prompt.say
    assert list(say) == ["en", "pl"]
