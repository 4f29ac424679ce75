"""`softswitch prompts`: what can be recorded, what is there, and what the speaker reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from softswitch.audio.recorded import file_of, slug_of
from softswitch.commands.prompts import print_prompts
from softswitch.config.load import load
from softswitch.errors import SoftswitchError
from softswitch.sentences import grammar
from softswitch.sentences.book import built_in
from softswitch.types import Language
from tests.audio.sounds import write

TEXT = """\
media: {languages: [en, pl], prompts: recorded}
numbers: {"600": {queue: support}}
queues:
  support:
    whisper: true
    messages: [{say: {en: See our app., pl: Zobacz aplikację.}, every: 90s}]
    full: {say: {en: All are busy., pl: Wszyscy zajęci.}}
agents: {desk: {dial: "sip:desk@127.0.0.1"}}
teams: {support: {agents: [desk]}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "recorded" / "en").mkdir(parents=True)
    write(tmp_path / "recorded" / "en" / "you-are-next-in-line.wav", np.ones(800) / 2, 8000)
    (tmp_path / "recorded" / "en" / "two.wav").write_text("not a sound")
    path = tmp_path / "switch.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def listed(file: Path, capsys: pytest.CaptureFixture[str], **more: bool) -> list[dict[str, str]]:
    options = {"missing": False, "script": False, "as_json": True} | more
    print_prompts(file, "", 1000, **options)
    return json.loads(capsys.readouterr().out)


def test_each_text_is_there_once_with_its_file_and_whether_it_is_recorded(file, capsys) -> None:
    rows = listed(file, capsys)
    assert len({row["file"] for row in rows}) == len(rows)
    states = {(row["language"], row["text"]): row["state"] for row in rows}
    assert states["en", "You are next in line."] == "there"
    assert "no sound file" in states["en", "two"]
    assert states["pl", "Wszyscy zajęci."] == states["pl", "Zobacz aplikację."] == "missing"
    assert states["pl", "czeka jedną minutę."] == "missing"
    assert "Sorry, that is not one of the choices." in {row["text"] for row in rows}


def test_what_is_missing_can_be_had_alone(file, capsys) -> None:
    rows = listed(file, capsys, missing=True)
    assert rows
    assert "You are next in line." not in {row["text"] for row in rows}


@pytest.mark.parametrize("language", ["en", "pl"])
def test_everything_that_is_said_can_be_made_of_what_is_listed(file, capsys, language: str) -> None:
    """No sentence up to a thousand has a part, or a word of a number, that the list lacks."""
    slugs = {slug_of(row["text"]) for row in listed(file, capsys) if row["language"] == language}
    book = built_in()[Language(language)]
    said = [say(book, number) for number in range(1, 1001) for say in (grammar.position, grammar.callers)]
    said += [grammar.wait(book, 10.0 * number) for number in range(800)]
    said += [grammar.introduction(book, "support", 60.0 * number) for number in range(62)]
    for sentence in said:
        for part in sentence.parts:
            words = {slug_of(word) for word in part.words or (part.text,)}
            assert slug_of(sentence.text) in slugs or slug_of(part.text) in slugs or words <= slugs, part


def test_the_script_has_every_line_and_the_file_it_becomes(file, capsys) -> None:
    print_prompts(file, "pl", 60, missing=False, script=True, as_json=False)
    script = capsys.readouterr().out
    assert "   1. Są Państwo następni w kolejce.\n      pl/są-państwo-następni-w-kolejce.wav" in script
    assert "You are" not in script


def test_the_table_counts_what_is_there(file, capsys) -> None:
    print_prompts(file, "en", 60, missing=False, script=False, as_json=False)
    assert f"are there, in {file.parent / 'recorded'}" in capsys.readouterr().out.replace("\n", "")


def test_an_unknown_language_is_an_error(file) -> None:
    with pytest.raises(SoftswitchError, match="'de' is not among the languages"):
        print_prompts(file, "de", 60, missing=False, script=False, as_json=False)


def test_a_file_is_named_by_language_and_words() -> None:
    assert file_of(Path("/r"), Language("pl"), "osób.") == Path("/r/pl/osób.wav")


CALLING = """\
trunks: {carrier: {server: "udp:127.0.0.1:5099"}}
outbound: [{name: all, match: ["*"], via: carrier}]
"""


def test_every_sentence_of_the_switch_is_listed_in_each_language(file, capsys) -> None:
    german = Path(__file__).parents[1] / "config" / "languages" / "german.yaml"
    text = TEXT.replace("[en, pl]", "[de, en, pl, he]")
    text = text.replace("    whisper", "    callback: {}\n    whisper")
    path = file.with_name("all.yaml")
    path.write_text(f"include: {german}\nvoicemail: {{box: {{}}}}\n{CALLING}{text}", encoding="utf-8")
    rows = listed(path, capsys)
    books = {**built_in(), **load(path).media.sentences}
    for language in ("de", "en", "pl", "he"):
        said = {row["text"] for row in rows if row["language"] == language}
        wanted = {text.replace("{queue}", "support") for text in books[Language(language)].phrases.values()}
        assert not wanted - said, language
