"""Tables by number: what is said of places, callers and minutes, in three languages."""

from __future__ import annotations

import math
import re

import pytest

from softswitch.sentences import grammar
from softswitch.sentences.book import Book, built_in
from softswitch.sentences.grammar import Part
from softswitch.types import Language

EN, PL, HE = (built_in()[Language(name)] for name in ("en", "pl", "he"))
BOOKS = [EN, PL, HE]

ENGLISH_POSITIONS = {
    1: "You are next in line.",
    2: "You are second in line.",
    3: "You are third in line.",
    10: "You are tenth in line.",
    11: "You are number eleven in line.",
    21: "You are number twenty-one in line.",
    101: "You are number one hundred and one in line.",
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
    1001: "Przed Państwem w kolejce jest tysiąc osób.",
}

HEBREW_POSITIONS = {
    1: "אתם הבאים בתור.",
    2: "לפניכם ממתין אחד.",
    3: "לפניכם שני ממתינים.",
    4: "לפניכם שלושה ממתינים.",
    12: "לפניכם אחד עשר ממתינים.",
    13: "לפניכם שנים עשר ממתינים.",
    23: "לפניכם עשרים ושניים ממתינים.",
    201: "לפניכם מאתיים ממתינים.",
}

CALLERS = {
    ("en", 1): "You are the only caller waiting.",
    ("en", 2): "There are two callers waiting.",
    ("en", 21): "There are twenty-one callers waiting.",
    ("pl", 1): "Są Państwo jedyną osobą w kolejce.",
    ("pl", 2): "W kolejce czekają dwie osoby.",
    ("pl", 4): "W kolejce czekają cztery osoby.",
    ("pl", 5): "W kolejce czeka pięć osób.",
    ("pl", 12): "W kolejce czeka dwanaście osób.",
    ("pl", 21): "W kolejce czeka dwadzieścia jeden osób.",
    ("pl", 22): "W kolejce czekają dwadzieścia dwie osoby.",
    ("pl", 112): "W kolejce czeka sto dwanaście osób.",
    ("pl", 122): "W kolejce czekają sto dwadzieścia dwie osoby.",
    ("he", 1): "אתם היחידים בתור.",
    ("he", 2): "בתור שני ממתינים.",
    ("he", 3): "בתור שלושה ממתינים.",
    ("he", 11): "בתור אחד עשר ממתינים.",
}

WAITS = {
    0: ("less than a minute", "mniej niż minuta", "פחות מדקה"),
    45: ("less than a minute", "mniej niż minuta", "פחות מדקה"),
    46: ("about one minute", "około minuty", "בערך דקה אחת"),
    61: ("about two minutes", "około dwóch minut", "בערך שתי דקות"),
    121: ("about three minutes", "około trzech minut", "בערך שלוש דקות"),
    240: ("about four minutes", "około czterech minut", "בערך ארבע דקות"),
    299: ("about five minutes", "około pięciu minut", "בערך חמש דקות"),
    301: ("about ten minutes", "około dziesięciu minut", "בערך עשר דקות"),
    601: ("about fifteen minutes", "około piętnastu minut", "בערך חמש עשרה דקות"),
    901: ("about twenty minutes", "około dwudziestu minut", "בערך עשרים דקות"),
    1201: ("about half an hour", "około pół godziny", "בערך חצי שעה"),
    1801: ("about forty-five minutes", "około czterdziestu pięciu minut", "בערך ארבעים וחמש דקות"),
    2701: ("about an hour", "około godziny", "בערך שעה"),
    3601: ("about an hour and a half", "około półtorej godziny", "בערך שעה וחצי"),
    5401: ("about two hours", "około dwóch godzin", "בערך שעתיים"),
    7201: ("more than two hours", "ponad dwie godziny", "יותר משעתיים"),
    math.inf: ("more than two hours", "ponad dwie godziny", "יותר משעתיים"),
}
BEFORE_WAITS = ("The estimated waiting time is ", "Szacowany czas oczekiwania to ", "זמן ההמתנה המשוער הוא ")

WAITED = {
    20: ("waiting less than a minute", "czeka krócej niż minutę", "ממתין פחות מדקה"),
    61: ("waiting one minute", "czeka jedną minutę", "ממתין דקה אחת"),
    125: ("waiting two minutes", "czeka dwie minuty", "ממתין שתי דקות"),
    300: ("waiting five minutes", "czeka pięć minut", "ממתין חמש דקות"),
    12 * 60: ("waiting twelve minutes", "czeka dwanaście minut", "ממתין שתים עשרה דקות"),
    22 * 60: ("waiting twenty-two minutes", "czeka dwadzieścia dwie minuty", "ממתין עשרים ושתיים דקות"),
    60 * 60: ("waiting sixty minutes", "czeka sześćdziesiąt minut", "ממתין שישים דקות"),
    61 * 60: ("waiting more than an hour", "czeka ponad godzinę", "ממתין יותר משעה"),
}

GENITIVES = {
    2: "dwóch",
    5: "pięciu",
    11: "jedenastu",
    21: "dwudziestu jeden",
    22: "dwudziestu dwóch",
    45: "czterdziestu pięciu",
    112: "stu dwunastu",
    999: "dziewięciuset dziewięćdziesięciu dziewięciu",
}


@pytest.mark.parametrize(("place", "sentence"), ENGLISH_POSITIONS.items())
def test_english_positions(place: int, sentence: str) -> None:
    assert grammar.position(EN, place).text == sentence


@pytest.mark.parametrize(("place", "sentence"), POLISH_POSITIONS.items())
def test_polish_verb_noun_and_number_agree(place: int, sentence: str) -> None:
    assert grammar.position(PL, place).text == sentence


@pytest.mark.parametrize(("place", "sentence"), HEBREW_POSITIONS.items())
def test_hebrew_people_are_masculine(place: int, sentence: str) -> None:
    assert grammar.position(HE, place).text == sentence


@pytest.mark.parametrize(("language", "count"), CALLERS)
def test_callers_are_counted_with_whoever_hears_it(language: str, count: int) -> None:
    assert grammar.callers(built_in()[Language(language)], count).text == CALLERS[language, count]


@pytest.mark.parametrize("seconds", WAITS)
def test_the_wait_is_rounded_up_as_people_speak(seconds: float) -> None:
    for book, before, words in zip(BOOKS, BEFORE_WAITS, WAITS[seconds], strict=True):
        assert grammar.wait(book, seconds).text == f"{before}{words}."


@pytest.mark.parametrize("seconds", WAITED)
def test_an_agent_is_told_the_whole_minutes_that_a_caller_has_waited(seconds: float) -> None:
    for book, words in zip(BOOKS, WAITED[seconds], strict=True):
        assert grammar.introduction(book, "Support", seconds).text == f"Support, {words}."


@pytest.mark.parametrize(("number", "words"), GENITIVES.items())
def test_polish_numbers_decline_in_every_word(number: int, words: str) -> None:
    assert grammar.in_words(PL, number, "genitive") == words


def test_what_is_told_is_never_less_than_the_estimate_and_grows_with_it() -> None:
    told = [grammar.rounded(seconds) for seconds in range(0, 7201)]
    assert told == sorted(told)
    assert all(minutes * 60 >= seconds for seconds, minutes in enumerate(told) if minutes)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.language)
def test_every_number_up_to_1000_makes_a_sentence_of_its_own_without_digits(book: grammar.Book) -> None:
    for say in (grammar.position, grammar.callers):
        said = [say(book, number).text for number in range(1, 1001)]
        assert len(set(said)) == 1000
        assert not [sentence for sentence in said if re.search(r"[\d{}]", sentence)]


def test_polish_plurals_follow_the_rule_for_every_number_up_to_1000() -> None:
    for number in range(2, 1001):
        few = number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)
        place = grammar.position(PL, number + 1).text
        assert re.search(r" są .* osoby\.$" if few else r" jest .* osób\.$", place), place
        people = grammar.callers(PL, number).text
        assert re.search(r" czekają .* osoby\.$" if few else r" czeka .* osób\.$", people), people
        assert not re.search(r"\bdwa\b|\bjedna\b", place + people), place + people
        if number <= 60:
            notes = grammar.introduction(PL, "Q", 60.0 * number).text
            assert notes.endswith(" minuty." if few else " minut."), notes


def test_the_genitive_leaves_no_word_of_a_polish_number_as_it_was() -> None:
    for number in range(2, 1001):
        plain, declined = (
            grammar.in_words(PL, number).split(),
            grammar.in_words(PL, number, "genitive").split(),
        )
        same = {before for before, after in zip(plain, declined, strict=True) if before == after}
        assert same <= {"jeden"}, (number, same)


def test_english_and_hebrew_tell_one_from_many_up_to_1000() -> None:
    for number in range(2, 1001):
        assert grammar.callers(EN, number).text.endswith(" callers waiting.")
        assert grammar.callers(HE, number).text.endswith(" ממתינים.")


def test_hebrew_numbers_take_the_gender_of_what_is_counted_up_to_1000() -> None:
    men, women = {}, {}
    for number in range(1, 1001):
        men[number] = grammar.in_words(HE, number, "masculine")
        women[number] = grammar.in_words(HE, number, "feminine")
        ones = number % 100
        spelt_alike = ones % 10 == 8 and ones != 18  # shmona, shmone: vowels alone tell them apart
        assert (men[number] != women[number]) is ((ones % 10 > 0 or ones == 10) and not spelt_alike), number
    assert (men[2], women[2], men[22], women[22]) == ("שני", "שתי", "עשרים ושניים", "עשרים ושתיים")


def test_every_hebrew_word_that_is_said_has_its_phonemes() -> None:
    texts = [grammar.position(HE, number).text for number in range(1, 501)]
    texts += [grammar.callers(HE, number).text for number in range(1, 501)]
    texts += [grammar.wait(HE, 20.0 * number).text for number in range(400)]
    texts += [grammar.introduction(HE, "1", 60.0 * number).text for number in range(70)]
    for text in texts:
        assert not re.search(r"[\u05d0-\u05ea]", grammar.pronounced(HE, text)), text


def test_phonemes_replace_the_longest_phrase_and_leave_other_words_alone() -> None:
    assert grammar.pronounced(HE, "שמונה עשרה דקות") == "[[Smon'e esR'e dak'ot]]"
    assert grammar.pronounced(HE, "ושתי דקות") == "[[veSt'ei dak'ot]]"
    assert grammar.pronounced(HE, "מכירות") == "מכירות"
    assert grammar.pronounced(PL, "dwie minuty") == "dwie minuty"


def test_a_sentence_knows_its_parts() -> None:
    assert grammar.position(PL, 23).parts == (
        Part("Przed Państwem w kolejce są"),
        Part("dwadzieścia dwie", ("dwadzieścia", "dwie")),
        Part("osoby."),
    )
    assert grammar.callers(EN, 21).parts[1] == Part("twenty-one", ("twenty", "one"))
    assert grammar.position(EN, 3).parts == (Part("You are third in line."),)
    assert grammar.introduction(EN, "Support", 125).parts == (
        Part("Support"),
        Part(", waiting"),
        Part("two"),
        Part("minutes."),
    )


def test_there_is_no_position_before_the_first() -> None:
    with pytest.raises(ValueError, match="position 1"):
        grammar.position(EN, 0)
    with pytest.raises(ValueError, match="whoever hears it"):
        grammar.callers(EN, 0)


@pytest.mark.parametrize(
    ("book", "new", "old", "said"),
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
def test_how_many_messages_there_are(book: Book, new: int, old: int, said: tuple[str, ...]) -> None:
    assert tuple(one.text for one in grammar.messages(book, new, old)) == said


@pytest.mark.parametrize(
    ("book", "said"),
    [
        (EN, ("plus", "four", "eight", "two", "zero")),
        (PL, ("plus", "cztery", "osiem", "dwa", "zero")),
        (HE, ("פלוס", "ארבע", "שמונה", "שתיים", "אפס")),
    ],
)
def test_a_number_is_said_digit_by_digit(book: Book, said: tuple[str, ...]) -> None:
    assert tuple(one.text for one in grammar.digits(book, "+48 (2)-0x")) == said
