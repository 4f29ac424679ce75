"""Whatever the switch says by itself it can say in English, Polish and Hebrew, and in further languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import softswitch
from softswitch.audio.speech import SpeechService
from softswitch.config.models.sentences import Sentences
from softswitch.config.settings import MediaSettings
from softswitch.sentences import grammar
from softswitch.sentences.book import PHRASES, book_of, built_in
from softswitch.sentences.phrases import names, phrase, worded
from softswitch.types import Language, Prompt

EN, PL, HE, DE = (Language(name) for name in ("en", "pl", "he", "de"))
SOURCE = Path(softswitch.__file__).parent


def keys_of_the_configuration() -> set[str]:
    """What `sentences` can word, by the models of the configuration."""
    keys: set[str] = set()
    for group in PHRASES:
        (model,) = (
            kind for kind in Sentences.model_fields[group].annotation.__args__ if kind is not type(None)
        )
        keys |= {f"{group}.{key}" for key in model.model_fields}
    return keys


@pytest.mark.parametrize("language", ["en", "pl", "he"])
def test_no_sentence_is_without_one_of_the_three_languages(language: str) -> None:
    said = built_in()[Language(language)].phrases
    assert set(said) == keys_of_the_configuration()
    for name, text in said.items():
        assert re.search(r"\w", text), name
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", built_in()[EN].phrases[name]), name


@pytest.mark.parametrize(
    ("language", "letters"), [("en", r"[a-z]"), ("pl", r"[a-ząćęłńóśźż]"), ("he", r"[\u05d0-\u05ea]")]
)
def test_each_language_is_written_in_its_own_letters(language: str, letters: str) -> None:
    for name, text in built_in()[Language(language)].phrases.items():
        words = re.findall(r"\w+", re.sub(r"\{\w+\}", "", text).lower())
        assert all(re.fullmatch(rf"{letters}+|\d+", word) for word in words), (name, text)


def test_every_hebrew_word_of_a_phrase_has_its_phonemes() -> None:
    book = built_in()[HE]
    for name, text in book.phrases.items():
        assert not re.search(r"[\u05d0-\u05ea]", grammar.pronounced(book, text)), name


def test_nothing_is_said_that_is_not_in_the_catalogue() -> None:
    """No module but that of the demonstration, which is English, has a text of its own in a prompt."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Language" and node.args:
                told = isinstance(node.args[0], ast.Constant)
                assert not told or path.name in {"book.py", "settings.py", "show.py"}, path


def test_every_name_that_code_mentions_is_one() -> None:
    mentioned = set()
    for path in SOURCE.rglob("*.py"):
        mentioned |= set(re.findall(r'phrase\("([\w.]+)"', path.read_text(encoding="utf-8")))
    assert len(mentioned) > 30
    assert mentioned <= set(names())


async def test_every_sentence_can_be_heard_in_each_language(tmp_path: Path) -> None:
    async with SpeechService(MediaSettings(languages=(EN, PL, HE)), cache=tmp_path) as speech:
        for name in names():
            for language in (EN, PL, HE):
                clip = await speech.prompt(phrase(name, queue="1"), language)
                assert clip.duration > 0.3, (name, language)


REST = {
    "position": {"next": "Gleich.", "forms": {"other": "{number}."}},
    "callers": {"forms": {"other": "{number}."}},
    "wait": {"under_a_minute": "Kurz.", "more": "Lang.", "forms": {"other": "{number}."}},
    "introduction": {"under_a_minute": "Kurz.", "more": "Lang.", "forms": {"other": "{number}."}},
}
"""What a further language needs."""


def test_another_wording_goes_before_the_built_in_one_and_english_stands_in_for_what_is_missing() -> None:
    book = book_of(
        DE, REST | {"menus": {"wrong_key": "Falsche Taste."}, "callbacks": {"greeting": "Hier {queue}."}}
    )
    books = {DE: book, PL: book_of(PL, {"menus": {"wrong_key": "Nie ma."}})}
    wrong = worded(phrase("menus.wrong_key"), books)
    assert [wrong.text(language) for language in (DE, PL)] == ["Falsche Taste.", "Nie ma."]
    assert worded(phrase("callbacks.greeting", queue="Hilfe"), books).text(DE) == "Hier Hilfe."
    missing = worded(phrase("menus.incomplete"), books)
    assert missing.text(DE) == "Sorry, that number is not complete."
    assert missing.spoken_in(DE) == EN
    assert missing.spoken_in(PL) == PL
    own = Prompt({EN: "Ours."})
    assert worded(own, books) is own


async def test_the_voice_says_the_words_of_the_configuration(tmp_path: Path) -> None:
    book = book_of(DE, REST | {"menus": {"wrong_key": "Falsche Taste."}})
    media = MediaSettings(languages=(DE, EN), sentences={DE: book})
    async with SpeechService(media, cache=tmp_path) as speech:
        assert (await speech.prompt(phrase("menus.wrong_key"), DE)).label == "Falsche Taste."
