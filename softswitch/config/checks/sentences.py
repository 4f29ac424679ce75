"""Languages that callers can hear are spoken, and their sentences have a form for every number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from softswitch.config.checks.scene import Scene
from softswitch.config.models.sentences import Sentences
from softswitch.sentences.book import OF_MESSAGES, SECTIONS, built_in, phrases_of
from softswitch.sentences.grammar import category
from softswitch.sentences.phrases import lacking
from softswitch.types import Language

_MOST = 1000
"""Numbers are tried up to this one."""


def check(scene: Scene) -> None:
    """All of this file."""
    file = scene.configuration
    for place, language in enumerate(file.media.languages):
        if not scene.speaks(language):
            scene.wrong(("media", "languages", place), f"expected {scene.tongues}, got {language}")
    for name, book in file.sentences.items():
        _check_book(scene, Language(name), book)
        if name in file.media.languages:
            _check_phrases(scene, Language(name), book)


def _check_book(scene: Scene, language: Language, book: Sentences) -> None:
    loc, known = ("sentences", language), built_in().get(language)
    for section in (*SECTIONS, *OF_MESSAGES):
        written = getattr(book, section)
        if written is None:
            if known is None and scene.complete and section in SECTIONS:
                scene.wrong_key(loc, f"{language} is not built in, so it needs {section!r} too")
            continue
        ways = [*book.numbers, *(known.numbers if known else ())]
        if written.number is not None and written.number not in ways:
            near = get_close_matches(written.number, ways, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ways) or 'none'}"
            where = (*loc, section, "number")
            scene.wrong(where, f"no way to say numbers is called {written.number!r} in `numbers`; {hint}")
        _check_forms(scene, language, section, set(written.forms))
        _check_numbers(scene, language, section, written.forms)
    if language not in scene.configuration.media.languages:
        scene.warn_key(loc, f"nobody hears this: {language} is not among the languages in `media`")


def _check_numbers(scene: Scene, language: Language, section: str, forms: Mapping[str, str]) -> None:
    """A form for several numbers says which it is."""
    for form, text in forms.items():
        if "{number}" in text:
            continue
        alike = [
            number
            for number in range(1, _MOST)
            if form == (own if (own := category(language, number)) in forms else "other")
        ]
        if len(alike) > 1:
            scene.warn(
                ("sentences", language, section, "forms", form),
                f"without {{number}} {alike[0]}, {alike[1]} and others sound the same",
            )


def _check_phrases(scene: Scene, language: Language, book: Sentences) -> None:
    """What is said in English to who hears another language: nobody finds that by listening."""
    known = built_in()[language].phrases if language in built_in() else {}
    said = {**known, **phrases_of(book.model_dump(exclude_unset=True))}
    lacks = lacking(said, *_groups(scene, language))
    if lacks:
        scene.warn_key(
            ("sentences", language),
            f"{language} has no words for {', '.join(lacks)}: English is spoken in their place",
        )


def _groups(scene: Scene, language: Language) -> Iterator[str]:
    """What can be said to anybody in this language."""
    file = scene.configuration
    yield from ("menus", "calls") if file.menus else ("calls",)
    if file.voicemail:
        yield "voicemail"
    if any(use.to.callback for use in scene.uses()):
        yield "callbacks"
    if language == file.media.languages[0]:  # that of the house, which agents hear
        yield from ("mailbox", "agents") if file.voicemail else ("agents",)


def _check_forms(scene: Scene, language: Language, section: str, forms: set[str]) -> None:
    """Every number has a form: that of its category, or `other`."""
    loc = ("sentences", language, section, "forms")
    used = {category(language, number): number for number in range(_MOST, 0, -1)}
    if "other" not in forms:
        for lacking in sorted(used.keys() - forms, key=lambda one: used[one]):
            scene.wrong_key(loc, f"no form {lacking!r}, which {used[lacking]} needs in {language}")
    for idle in sorted(forms - used.keys() - {"other"}):
        known = ", ".join(sorted(used, key=lambda one: used[one]))
        scene.warn_key((*loc, idle), f"no number is {idle!r} in {language}; its forms are {known}")
