"""Reports in English, Polish and Hebrew."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from softswitch.acd.service import Service, Services
from softswitch.acd.stats import RATIOS
from softswitch.commands.letter import write
from softswitch.commands.report import Range, Wish, print_report
from softswitch.commands.report import report_of as report_from
from softswitch.config.models.mail import Tongue
from softswitch.errors import StoreError
from softswitch.ports import Recorded
from softswitch.reports.tables import heat_table, table
from softswitch.reports.wording import LANGUAGES, words_of
from softswitch.store.reading import reading
from softswitch.web.frame import LANGUAGES as OF_PAGES
from softswitch.web.reports import Tongue as OfRoute
from tests.reports.sample import days

pytestmark = pytest.mark.may_block

Keep = Callable[[list[Recorded]], Path]
ALL = Range(date(2026, 2, 20), date(2026, 3, 5))
HEBREW = "מכירות"


def test_every_language_has_every_word_with_the_same_gaps() -> None:
    english = words_of("en").words
    for language in LANGUAGES:
        words = words_of(language).words
        assert words.keys() == english.keys()
        for key, word in words.items():
            assert word
            assert sorted(re.findall(r"{\w+}", word)) == sorted(re.findall(r"{\w+}", english[key])), key
    assert {f"formula.{name}" for name in RATIOS if name != "abandonment"} <= english.keys()


def test_pages_configuration_and_routes_know_the_same_languages() -> None:
    assert get_args(Tongue) == get_args(OfRoute) == tuple(OF_PAGES) == LANGUAGES


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ("1,234", "12,345", "12.3%", "1.5 min", "2026-03-01", "1 Mar")),
        ("pl", ("1234", "12\u00a0345", "12,3%", "1,5 min", "01.03.2026", "1 mar")),
        ("he", ("1,234", "12,345", "12.3%", "1.5 דק׳", "1.3.2026", "1.3")),
    ],
)
def test_numbers_and_days_are_written_as_usual_there(language: str, written: tuple[str, ...]) -> None:
    words, day = words_of(language), date(2026, 3, 1)
    assert written == (
        *(words.count(1234), words.count(12345), words.share(0.123), words.spelt(90)),
        *(words.day(day), words.tick(day, months=False)),
    )


def test_a_name_keeps_its_direction_and_leaves_that_of_its_sentence() -> None:
    isolated = f"\u2068{HEBREW}\u2069"
    assert words_of("en").say("title.queue", queue=HEBREW, days="2026") == f"Queue {isolated}, 2026"
    assert words_of("en").say("title.queue", queue="sales", days="2026") == "Queue sales, 2026"
    assert words_of("he").say("mail.queue", queue="sales") == "תור \u2068sales\u2069"


def test_the_service_level_is_told_in_words() -> None:
    ways = Services(Service(20.0, "service-level-2", 5.0), {HEBREW: Service(12.5)})
    assert words_of("en").ways(ways, "sales") == [
        "Service level: answered or abandoned in time, of those answered or abandoned, within 20 s; who "
        "hangs up within 5 s does not count."
    ]
    assert len(words_of("pl").ways(ways, None)) == 2
    assert words_of("pl").ways(ways, None)[1].endswith("odebrane w porę spośród odebranych, próg 12,5 s.")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("pl", ("Według kolejek", "odebrane", "poziom obsługi", "razem", "Dzwoniący według dni")),
        ("he", ("לפי תור", "נענו", "רמת שירות", "סך הכול", "פניות לפי יום")),
    ],
)
def test_a_report_is_in_one_language(
    kept: Keep, monkeypatch: pytest.MonkeyPatch, language: str, says: tuple[str, ...]
) -> None:
    folder = kept([_named(event) for event in days(1)])
    monkeypatch.setitem(__import__("matplotlib").rcParams, "svg.fonttype", "none")
    print_report(folder, ALL, None, Wish("queue", "html", language=language), folder / "page")
    page = (folder / "page").read_text()
    direction = "rtl" if language == "he" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert f"<bdi>{HEBREW}</bdi>" in page
    assert [word for word in says if word not in page] == []
    plain = re.sub(r"<style>.*?</style>|<(?!text)[^>]*>", " ", page, flags=re.DOTALL)
    said = {word for word in words_of("en").words.values() if word[-1].isalpha()}
    english = said - {*words_of(language).words.values()}
    assert [word for word in english if re.search(rf"[>\s]{re.escape(word)}\s+<", plain)] == []
    if language == "he":
        print_report(folder, ALL, HEBREW, Wish("day", "pdf", language=language), folder / "pdf")
        assert (folder / "pdf").read_bytes().startswith(b"%PDF")


def _named(event: Recorded) -> Recorded:
    data = {name: HEBREW if value == "sales" else value for name, value in event.data.items()}
    return event._replace(data=data)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "in a queue 'salse'; did you mean 'sales'?"),
        ("pl", "w kolejce 'salse'; czy chodziło o 'sales'?"),
        ("he", "האם הכוונה אל \u2068'sales'\u2069?"),
    ],
)
def test_a_name_that_is_none_gets_the_nearest(kept: Keep, language: str, says: str) -> None:
    with reading(kept(days(1))) as connection:
        with pytest.raises(StoreError) as wrong:
            report_from(connection, ALL, "salse", words_of(language))
        assert says in str(wrong.value)
        with pytest.raises(StoreError, match=r"sales, support$"):
            report_from(connection, ALL, "kadry", words_of(language))


def test_a_week_begins_when_it_does_there_and_csv_is_the_same_everywhere(kept: Keep) -> None:
    folder = kept(days(1))
    sheets = set()
    with reading(folder) as connection:
        reports = {language: report_from(connection, ALL, None, words_of(language)) for language in LANGUAGES}
    for language in LANGUAGES:
        for part in ("heat", "figures"):
            print_report(folder, ALL, None, Wish("queue", "csv", part, language), folder / "sheet")
            sheets.add((folder / "sheet").read_bytes())
    assert len(sheets) == 2
    weeks = {language: [row[0] for row in heat_table(report)[1]] for language, report in reports.items()}
    assert (weeks["en"][0], weeks["pl"][0], weeks["he"][0]) == ("Mon", "pon.", "יום א׳")
    monday = {language: weeks[language].index(name) for language, name in
              (("en", "Mon"), ("pl", "pon."), ("he", "יום ב׳"))}  # fmt: skip
    rows = {heat_table(reports[language])[1][place][1:] for language, place in monday.items()}
    assert len(rows) == 1
    assert table(reports["pl"], "day")[1][0][0] == "25.02.2026"


@pytest.mark.parametrize(
    ("language", "subject", "why"),
    [
        ("pl", "Raport za wczoraj: kolejka sales, 01.01.2026", "zapis obejmuje dzwoniących od 25.02.2026"),
        ("he", "דוח של אתמול: תור \u2068sales\u2069, 1.1.2026", "ברישום יש פונים מ־25.2.2026"),
    ],
)
def test_a_mail_is_in_the_language_of_its_line(kept: Keep, language: str, subject: str, why: str) -> None:
    order = {
        "first": "2026-01-01", "last": "2026-01-01", "range": "yesterday", "queue": "sales",
        "by": ["queue"], "attach": None, "language": language,
    }  # fmt: skip
    folder = kept(days(1))
    empty = write(folder, order)
    assert (empty["subject"], why in empty["text"]) == (subject, True)
    full = write(folder, order | {"first": "2026-02-20", "last": "2026-03-05"})
    assert f'<html lang="{language}"' in full["html"]
    assert ("text-align:left" if language == "he" else "text-align:right") in full["html"]
    assert words_of(language).say("note.counts") in full["text"]
