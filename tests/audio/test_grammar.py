from __future__ import annotations

import math
import re

import pytest

from softswitch.audio import grammar
from softswitch.ports import Announcement
from softswitch.types import Language

EN, PL, HE = Language("en"), Language("pl"), Language("he")

ENGLISH_POSITIONS = {
    1: "You are next in line.",
    2: "You are number two in the queue.",
    12: "You are number twelve in the queue.",
    21: "You are number twenty-one in the queue.",
    101: "You are number one hundred and one in the queue.",
}

# By position: those ahead are one fewer.
POLISH_POSITIONS = {
    1: "Są Państwo następni w kolejce.",
    2: "Przed Państwem w kolejce jest jedna osoba.",
    3: "Przed Państwem w kolejce są dwie osoby.",
    4: "Przed Państwem w kolejce są trzy osoby.",
    5: "Przed Państwem w kolejce są cztery osoby.",
    6: "Przed Państwem w kolejce jest pięć osób.",
    12: "Przed Państwem w kolejce jest jedenaście osób.",
    13: "Przed Państwem w kolejce jest dwanaście osób.",
    14: "Przed Państwem w kolejce jest trzynaście osób.",
    15: "Przed Państwem w kolejce jest czternaście osób.",
    22: "Przed Państwem w kolejce jest dwadzieścia jeden osób.",
    23: "Przed Państwem w kolejce są dwadzieścia dwie osoby.",
    26: "Przed Państwem w kolejce jest dwadzieścia pięć osób.",
    102: "Przed Państwem w kolejce jest sto jeden osób.",
    103: "Przed Państwem w kolejce są sto dwie osoby.",
    113: "Przed Państwem w kolejce jest sto dwanaście osób.",
    123: "Przed Państwem w kolejce są sto dwadzieścia dwie osoby.",
}

POLISH_MINUTES = {
    1: "jedna minuta",
    2: "dwie minuty",
    3: "trzy minuty",
    4: "cztery minuty",
    5: "pięć minut",
    11: "jedenaście minut",
    12: "dwanaście minut",
    13: "trzynaście minut",
    14: "czternaście minut",
    21: "dwadzieścia jeden minut",
    22: "dwadzieścia dwie minuty",
    25: "dwadzieścia pięć minut",
    32: "trzydzieści dwie minuty",
    60: "sześćdziesiąt minut",
}

HEBREW_POSITIONS = {
    1: "אתם הבאים בתור.",
    2: "לפניכם ממתין אחד.",
    3: "לפניכם שני ממתינים.",
    4: "לפניכם שלושה ממתינים.",
    12: "לפניכם אחד עשר ממתינים.",
    23: "לפניכם עשרים ושניים ממתינים.",
}

HEBREW_MINUTES = {
    1: "דקה אחת",
    2: "שתי דקות",
    3: "שלוש דקות",
    11: "אחת עשרה דקות",
    12: "שתים עשרה דקות",
    22: "עשרים ושתיים דקות",
}


@pytest.mark.parametrize(("place", "sentence"), ENGLISH_POSITIONS.items())
def test_english_positions(place: int, sentence: str) -> None:
    assert grammar.position(place, EN) == sentence


@pytest.mark.parametrize(("place", "sentence"), POLISH_POSITIONS.items())
def test_polish_verb_noun_and_number_agree(place: int, sentence: str) -> None:
    assert grammar.position(place, PL) == sentence


@pytest.mark.parametrize(("minutes", "words"), POLISH_MINUTES.items())
def test_polish_minutes_are_feminine_and_in_the_right_plural(minutes: int, words: str) -> None:
    assert grammar.wait(60.0 * minutes, PL) == f"Szacowany czas oczekiwania to {words}."


@pytest.mark.parametrize(("place", "sentence"), HEBREW_POSITIONS.items())
def test_hebrew_people_are_masculine(place: int, sentence: str) -> None:
    assert grammar.position(place, HE) == sentence


@pytest.mark.parametrize(("minutes", "words"), HEBREW_MINUTES.items())
def test_hebrew_minutes_are_feminine_and_one_follows_its_noun(minutes: int, words: str) -> None:
    assert grammar.wait(60.0 * minutes, HE) == f"זמן ההמתנה המשוער הוא {words}."


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (0.0, "The estimated waiting time is less than a minute."),
        (59.9, "The estimated waiting time is less than a minute."),
        (60.0, "The estimated waiting time is about one minute."),
        (89.0, "The estimated waiting time is about one minute."),
        (91.0, "The estimated waiting time is about two minutes."),
        (3600.0, "The estimated waiting time is about sixty minutes."),
        (3601.0, "The estimated waiting time is more than an hour."),
        (math.inf, "The estimated waiting time is more than an hour."),
    ],
)
def test_the_wait_is_rounded_to_minutes(seconds: float, sentence: str) -> None:
    assert grammar.wait(seconds, EN) == sentence


@pytest.mark.parametrize("language", [EN, PL, HE])
def test_every_number_up_to_500_makes_a_sentence_of_its_own_without_digits(language: Language) -> None:
    said = [grammar.position(place, language) for place in range(1, 501)]
    assert len(set(said)) == 500
    assert not [sentence for sentence in said if re.search(r"[\d{}]", sentence)]


def test_polish_plurals_follow_the_rule_for_every_number_up_to_500() -> None:
    for ahead in range(2, 501):
        few = ahead % 10 in (2, 3, 4) and ahead % 100 not in (12, 13, 14)
        sentence = grammar.position(ahead + 1, PL)
        assert re.search(r" są .* osoby\.$" if few else r" jest .* osób\.$", sentence), sentence
        assert not re.search(r"\bdwa\b|\bjedna\b", sentence), sentence


def test_every_hebrew_word_that_is_said_has_its_phonemes() -> None:
    for number in range(1, 501):
        for text in (grammar.position(number, HE), grammar.wait(60.0 * number, HE)):
            assert not re.search(r"[\u05d0-\u05ea]", grammar.pronounced(text, HE)), text


def test_phonemes_replace_the_longest_phrase_and_leave_other_words_alone() -> None:
    assert grammar.pronounced("שמונה עשרה דקות", HE) == "[[Smon'e esR'e dak'ot]]"
    assert grammar.pronounced("ושתי דקות", HE) == "[[veSt'ei dak'ot]]"
    assert grammar.pronounced("מכירות", HE) == "מכירות"
    assert grammar.pronounced("dwie minuty", PL) == "dwie minuty"


def test_position_comes_before_wait_and_what_is_not_known_is_not_said() -> None:
    assert grammar.announcement(Announcement(1, 30.0), EN) == (
        "You are next in line.",
        "The estimated waiting time is less than a minute.",
    )
    assert grammar.announcement(Announcement(wait=30.0), EN) == (
        "The estimated waiting time is less than a minute.",
    )
    assert grammar.announcement(Announcement(), EN) == ()


def test_a_language_without_a_catalogue_is_served_in_english() -> None:
    assert grammar.language_of_sentences(Language("fr")) == EN
    assert grammar.position(2, Language("fr")) == ENGLISH_POSITIONS[2]


def test_there_is_no_position_before_the_first() -> None:
    with pytest.raises(ValueError, match="position 1"):
        grammar.position(0, EN)


@pytest.mark.parametrize(
    ("language", "new", "old", "said"),
    [
        (EN, 1, 0, ("You have one new message.",)),
        (EN, 2, 1, ("You have two new messages.", "There is one message that you have heard.")),
        (EN, 0, 0, ("You have no messages.",)),
        (PL, 1, 2, ("Jest jedna nowa wiadomość.", "Są dwie odsłuchane wiadomości.")),
        (PL, 5, 22, ("Jest pięć nowych wiadomości.", "Są dwadzieścia dwie odsłuchane wiadomości.")),
        (PL, 12, 0, ("Jest dwanaście nowych wiadomości.",)),
        (PL, 0, 0, ("Nie ma żadnych wiadomości.",)),
        (HE, 1, 2, ("יש לך הודעה אחת חדשה.", "יש שתי הודעות שכבר שמעת.")),
        (HE, 3, 0, ("יש לך שלוש הודעות חדשות.",)),
        (HE, 0, 0, ("אין לך הודעות.",)),
    ],
)
def test_how_many_messages_there_are(language: Language, new: int, old: int, said: tuple[str, ...]) -> None:
    assert grammar.messages(new, old, language) == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (EN, ("plus", "four", "eight", "two", "zero")),
        (PL, ("plus", "cztery", "osiem", "dwa", "zero")),
        (HE, ("פלוס", "ארבע", "שמונה", "שתיים", "אפס")),
    ],
)
def test_a_number_is_said_digit_by_digit(language: Language, said: tuple[str, ...]) -> None:
    assert grammar.digits("+48 (2)-0x", language) == said
