"""YAML without its surprises, each value with its place."""

from __future__ import annotations

import pytest

from softswitch.config.tree import Node, Text
from softswitch.config.yaml import MAX_DEPTH, parse
from softswitch.errors import Problem


def read(text: str) -> tuple[object, list[Problem]]:
    problems: list[Problem] = []
    root, _ = parse(text, "f.yaml", {}, problems)
    return root.plain(), problems


def value(text: str) -> object:
    plain, problems = read(f"key: {text}")
    assert not problems
    assert isinstance(plain, dict)
    return plain["key"]


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No",
        "NO",
        "on",
        "off",
        "yes",
        "y",
        "True",
        "TRUE",
        "0123",
        "007",
        "12:30",
        "12:30:45",
        "+48221234567",
        "+1",
        "1_000",
        "0x1F",
        "0o17",
        "1e3",
        ".5",
        ".inf",
        ".nan",
        "2026-12-24",
        "2026-12-24 10:00",
        "Null",
        "NULL",
        "=",
        "9999999999999999",
        "1 per 30s",
        "16384-32767",
        "٣",
    ],
)
def test_what_looks_like_something_else_stays_text(text):
    assert value(text) == text
    assert isinstance(value(text), str)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("true", True),
        ("false", False),
        ("0", 0),
        ("10", 10),
        ("-5", -5),
        ("0.5", 0.5),
        ("-1.25", -1.25),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_only_these_are_more_than_text(text, meaning):
    assert value(text) == meaning
    assert type(value(text)) is type(meaning)


def test_quotes_make_text_of_anything():
    assert value('"10"') == "10"
    assert value("'true'") == "true"
    assert value('""') == ""


def test_keys_are_text_whatever_they_look_like():
    plain, problems = read('{1: a, 0123: b, true: c, "*": d, null: e, 1.5: f}')
    assert not problems
    assert list(plain) == ["1", "0123", "true", "*", "null", "1.5"]


def test_every_value_and_key_knows_its_place():
    problems: list[Problem] = []
    root, _ = parse("a:\n  b: [1, zwölf, {c: drei}]\n", "f.yaml", {}, problems)
    assert (root.key_place("a").line, root.key_place("a").column) == (1, 1)
    assert (root.key_place("a", "b").line, root.key_place("a", "b").column) == (2, 3)
    twelve = root.place_of("a", "b", 1)
    assert (twelve.line, twelve.column, twelve.width) == (2, 10, 5)
    three = root.place_of("a", "b", 2, "c")
    assert (three.line, three.column, three.width) == (2, 21, 4)


def test_the_place_of_what_is_not_there_is_its_nearest_parents():
    root, _ = parse("a: {b: 1}", "f.yaml", {}, [])
    assert root.place_of("a", "(union member)", "missing") == root.place_of("a")
    assert root.place_of("a", "(union member)", "b") == root.place_of("a", "b")


def test_texts_carry_their_place_with_them():
    plain, _ = read("a: some text")
    assert isinstance(plain["a"], Text)
    assert str(plain["a"].place) == "f.yaml:1"


def test_a_key_given_twice_is_a_problem_at_the_second_one():
    plain, problems = read("a: 1\nb: 2\na: 3\n")
    assert plain == {"a": 1, "b": 2}
    assert [str(problem) for problem in problems] == [
        "f.yaml:3:1: the key 'a' is given twice; it stands in line 1 already"
    ]


def test_all_double_keys_are_found_not_only_the_first():
    _, problems = read("{a: 1, a: 2, b: {c: 1, c: 2}}")
    assert len(problems) == 2


@pytest.mark.parametrize("tag", ["!!python/object:os.system", "!env", "!!binary", "!!timestamp"])
def test_tags_are_no_part_of_the_language(tag):
    _, problems = read(f"a: {tag} x")
    assert "not part of this language" in problems[0].message
    assert problems[0].column == 4


def test_aliases_and_merges_share_parts():
    plain, problems = read("base: &b {ring: 20s, music: silence}\nq: {<<: *b, ring: 5s}\nr: *b\n")
    assert not problems
    assert plain["q"] == {"ring": "5s", "music": "silence"}
    assert plain["r"] == {"ring": "20s", "music": "silence"}


def test_a_merge_takes_a_list_of_mappings_the_first_winning():
    plain, problems = read("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n")
    assert not problems
    assert plain["c"] == {"x": 1, "y": 2}


def test_a_merge_of_something_else_is_a_problem():
    _, problems = read("a: {<<: 5}")
    assert "<< takes a mapping" in problems[0].message


def test_an_alias_of_nothing_is_a_problem_at_its_place():
    _, problems = read("a: *nothing\n")
    assert str(problems[0]) == (
        "f.yaml:1:4: nothing before this place is called &nothing;"
        ' a text that begins with * needs quotes: "*nothing"'
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("sip:\n\tlisten: [a]\n", "f.yaml:2:1: "),
        ("sip:\n  realm: a\n\tlisten: [a]\n", "f.yaml:3:1: "),
        ("sip:\n  listen:\n  \t- a\n", "f.yaml:3:3: "),
    ],
)
def test_a_tab_as_indent_is_told_to_be_spaces(text, place):
    _, (problem,) = read(text)
    assert str(problem).startswith(place)
    assert problem.message.endswith("indent with spaces, not with tabs")


def test_an_alias_cannot_hold_itself():
    _, problems = read("a: &a [*a]")
    assert "nothing before this place" in problems[0].message


def test_a_billion_laughs_are_refused_at_once():
    lines = ["l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 20)]
    _, problems = read("\n".join(lines))
    assert "with aliases written out" in problems[-1].message


@pytest.mark.parametrize("text", ["[" * 200_000, "a: " + "{b: " * 5000, "- " * 100_000])
def test_deep_nesting_is_refused_without_exhausting_the_stack(text):
    _, problems = read(text)
    assert f"deeper than {MAX_DEPTH}" in problems[-1].message


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("a: 1\n\tb: 2", (2, 1), "indent with spaces"),
        ("a: b: c", (1, 5), "quote a text that holds a colon"),
        ("a: 'x", (1, 6), "closing quote"),
        ("*: repeat", (1, 2), "star"),
        ("a: @x", (1, 4), "quote a text that begins"),
        ("a:\n  b: 1\n c: 2", (3, 2), "indent"),
        ("a: [1, 2\nb: 3", (2, 2), "bracket"),
    ],
)
def test_a_syntax_error_says_where_and_what_to_do(text, place, hint):
    _, problems = read(text)
    assert (problems[-1].line, problems[-1].column) == place
    assert hint in problems[-1].message


def test_what_stands_before_a_syntax_error_is_kept():
    problems: list[Problem] = []
    root, whole = parse("a: 1\nb: {c: 2}\nd: [", "f.yaml", {}, problems)
    assert not whole
    assert root.plain() == {"a": 1, "b": {"c": 2}, "d": []}


def test_a_control_character_is_a_problem_at_its_place():
    _, problems = read("a: 1\nb: x\x07y\n")
    assert str(problems[0]) == "f.yaml:2:5: the character U+0007 cannot stand in YAML; remove it"


def test_a_second_document_is_a_problem():
    _, problems = read("a: 1\n---\nb: 2\n")
    assert problems[0].line == 2
    assert "second document" in problems[0].message


@pytest.mark.parametrize("text", ["{[1, 2]: a}", "? {a: b}\n: c"])
def test_a_key_must_be_a_name(text):
    _, problems = read(text)
    assert "a key must be a name" in problems[0].message


def test_a_copied_tree_shares_nothing():
    root, _ = parse("a: &x {b: 1}\nc: *x\n", "f.yaml", {}, [])
    copy = root.copy()
    a, c = copy.child("a"), copy.child("c")
    assert isinstance(a, Node)
    assert isinstance(c, Node)
    b = a.child("b")
    assert b is not None
    a.remove(b)
    assert c.plain() == {"b": 1}
    assert root.plain() == {"a": {"b": 1}, "c": {"b": 1}}
