"""Languages that are not built in, and recordings: what is wrong with them is said with line and column."""

from __future__ import annotations

import re
import wave
from pathlib import Path

import pytest

from softswitch.config.check import check
from softswitch.config.load import load
from softswitch.sentences import grammar
from softswitch.sentences.book import book_of
from softswitch.types import Language
from tests.config.conftest import SOUND

ROOT = Path(__file__).parents[2]
GERMAN = ROOT / "config" / "languages" / "german.yaml"
DE = Language("de")


@pytest.fixture
def german(tmp_path: Path) -> grammar.Book:
    path = tmp_path / "german.yaml"
    path.write_text(f"include: {GERMAN}\nmedia: {{languages: [de, en]}}\n{SOUND}", encoding="utf-8")
    report = check([path])
    assert not report.problems
    assert not [warning for warning in report.warnings if "sentences" in warning.file]
    return load(path).media.sentences[DE]


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (1, "Sie sind als Nächstes an der Reihe."),
        (2, "Vor Ihnen wartet noch ein Anrufer."),
        (3, "Vor Ihnen warten noch zwei Anrufer."),
        (22, "Vor Ihnen warten noch einundzwanzig Anrufer."),
    ],
)
def test_the_example_speaks_german(german: grammar.Book, place: int, sentence: str) -> None:
    assert grammar.position(german, place).text == sentence


def test_the_example_knows_half_hours_and_minutes(german: grammar.Book) -> None:
    assert grammar.wait(german, 100).text == "Die voraussichtliche Wartezeit beträgt etwa zwei Minuten."
    assert grammar.wait(german, 1700).text == "Die voraussichtliche Wartezeit beträgt etwa eine halbe Stunde."
    assert grammar.introduction(german, "Hilfe", 60).text == "Hilfe, wartet eine Minute."


def test_a_language_that_is_built_in_can_be_given_other_words(check_text) -> None:
    text = SOUND + "sentences: {en: {position: {next: You are it., forms: {other: 'Number {number}.'}}}}"
    book = check_text(text).settings.media.sentences[Language("en")]
    assert grammar.position(book, 1).text == "You are it."
    assert grammar.position(book, 2).text == "Number two."
    assert grammar.wait(book, 100).text == "The estimated waiting time is about two minutes."


ALL = """\
sentences:
  cs:
    position: {next: a, forms: {one: a, few: b, many: c, other: d}}
    callers: {forms: {one: a, other: d}}
    wait: {under_a_minute: a, more: b, forms: {other: c}}
    introduction: {under_a_minute: a, more: b, forms: {other: c}}
media: {languages: [cs]}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[cs]", "[§de]", "expected cs, en, he or pl (others need `sentences`), got de"),
        ("{one: a, other: d}", "{one: a, §othr: d}", "did you mean 'other'?"),
        (
            "callers: {forms: {one: a, other: d}}",
            "callers: {§forms: {one: a}}",
            "no form 'few', which 2 needs",
        ),
        ("{other: c}}\n    intro", "{other: §'{nmber}'}}\n    intro", "whose only gap is {number}"),
        ("{next: a,", "{next: §'{number}',", "expected a text without {}"),
        ("callers: {forms", "callers: {number: §male, forms", "no way to say numbers is called 'male'"),
        ("callers: {forms", "callers: {exactly: {§0: no}, forms", "expected a number from 1"),
        ("  cs:", "  cs:\n    §volume: 3", "unknown key 'volume'"),
        (
            "under_a_minute: a, more: b, forms: {other: c}}\n    intro",
            "more: b, §forms: {other: c}}\n    intro",
            "",
        ),
    ],
)
def test_a_mistake_in_sentences_is_found_at_its_place(check_text, old: str, new: str, message: str) -> None:
    assert old in ALL
    checked = check_text(ALL.replace(old, new, 1) + SOUND)
    found = [problem for problem in checked.report.problems if message in problem.message]
    if message:
        assert checked.marks[0] in [(problem.line, problem.column) for problem in found], checked.messages
    else:
        assert any("the key 'under_a_minute' is missing here" in each for each in checked.messages)


def test_a_new_language_needs_all_sentences(check_text) -> None:
    lines = [line for line in ALL.splitlines(keepends=True) if "callers" not in line]
    checked = check_text("".join(lines) + SOUND)
    assert checked.messages == ["cs is not built in, so it needs 'callers' too"]
    assert checked.places == [(2, 3)]


def test_a_form_that_no_number_has_and_a_language_that_nobody_hears_are_warned_of(check_text) -> None:
    checked = check_text(ALL.replace("{other: c}}\n    intro", "{§two: x, other: c}}\n    intro") + SOUND)
    assert not checked.messages
    assert "no number is 'two' in cs; its forms are one, few, other" in checked.warnings
    quiet = check_text(ALL.replace("[cs]", "[en]") + SOUND)
    assert "nobody hears this: cs is not among the languages in `media`" in quiet.warnings


def test_a_language_that_num2words_lacks_leaves_its_numbers_to_the_voice() -> None:
    data = {
        name: {"forms": {"other": "{number}"}} for name in ("position", "callers", "wait", "introduction")
    }
    assert grammar.callers(book_of(Language("xx"), data), 12).text == "12"


def test_the_folder_of_recordings_must_be_there(one_problem) -> None:
    message = one_problem(SOUND + "media: {prompts: §nowhere}")
    assert message.startswith("no such folder: ")


def test_recordings_that_cannot_be_played_are_warned_of(check_text, tmp_path) -> None:
    folder = tmp_path / "recorded"
    (folder / "en").mkdir(parents=True)
    (folder / "pl").mkdir()
    for name in ("two", "three", "four", "five", "six", "seven", "eight"):
        (folder / "en" / f"{name}.wav").write_text("no sound")
    (folder / "pl" / "dwa.wav").write_text("nobody hears it")
    with wave.open(str(folder / "en" / "nine.wav"), "wb") as sound:
        sound.setparams((2, 2, 44100, 0, "NONE", ""))
        sound.writeframes(bytes(400))
    checked = check_text(SOUND + f"media: {{prompts: '{folder}'}}")
    assert not checked.messages
    named = sorted(one for one in checked.warnings if one.endswith("; the voice is heard in its place"))
    assert len(named) == 5
    assert named[0].startswith(f"no sound file: {folder}/en/eight.wav; expected WAV")
    assert "2 more recordings in en cannot be played; see `softswitch prompts`" in checked.warnings


def test_a_text_in_a_language_that_is_nowhere_is_an_error(one_problem) -> None:
    message = one_problem(SOUND + "menus: {m: {say: {en: a, §xx: b}}}")
    assert message == "expected en, he or pl (others need `sentences`), got xx"


def test_what_a_further_language_lacks_is_named_as_far_as_anybody_could_hear_it(check_text) -> None:
    german = GERMAN.read_text(encoding="utf-8")
    for key in ("wrong_key", "unavailable", "accept", "saved", "kept"):
        german = re.sub(rf"^ +{key}:.*\n", "", german, flags=re.MULTILINE)
    media = "media: {languages: [de, en]}\n"
    (warning,) = [str(one) for one in check_text(media + SOUND + german).warnings if "has no words" in one]
    assert "de has no words for calls.unavailable, agents.accept: English is spoken" in warning
    menu = 'menus: {m: {say: Hi., choices: {"1": {queue: support}}}}\n'
    voicemail = "voicemail: {box: {}}\n"
    more = check_text(media + SOUND + menu + voicemail + german).warnings
    (warning,) = [one for one in more if "has no words" in one]
    assert "menus.wrong_key, calls.unavailable, voicemail.saved, agents.accept: English" in warning


def test_the_shipped_german_lacks_nothing(check_text) -> None:
    text = "media: {languages: [de, en]}\n" + SOUND + "voicemail: {box: {}}\n"
    warnings = check_text(text + GERMAN.read_text(encoding="utf-8")).warnings
    assert not [one for one in warnings if "has no words" in one]


def test_a_greeting_may_name_the_queue_and_nothing_else_may(check_text) -> None:
    text = SOUND + "sentences: {en: {callbacks: {greeting: 'This is {queue}.', kept: 'Bye {queue}.'}}}"
    (problem,) = check_text(text).messages
    assert problem == "expected a text without {}, got 'Bye {queue}.'"
