"""Names that are mentioned must be there, and none may mean two things."""

from __future__ import annotations

import pytest

from tests.config.conftest import SOUND

MENU = SOUND + "menus: {welcome: {say: Hello, choices: {1: {queue: support}}}}\n"


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("menus: {m: {say: a, choices: {1: {menu: §mm}}}}", "no menu is called 'mm'; did you mean 'm'?"),
        (
            "menus: {m: {say: a, otherwise: {queue: §suport}}}",
            "no queue is called 'suport'; did you mean 'support'?",
        ),
        (
            "menus: {m: {say: a, choices: {1: {agent: §disk}}}}",
            "no agent is called 'disk'; did you mean 'desk'?",
        ),
        ("menus: {m: {say: a, open: §office, closed: hangup}}", "no set of hours is called 'office'"),
        ("menus: {m: {say: a, choices: {1: {language: §pl}}}}", "'pl' is not among the languages in `media`"),
        ('callers: [{name: a, match: ["1*"], language: §pl}]', "'pl' is not among the languages in `media`"),
        (
            'callers: [{name: a, match: ["1*"], priority: §vpi}]',
            "no priority class of any queue is called 'vpi'",
        ),
    ],
)
def test_a_dangling_name_is_a_problem_with_the_nearest_one(check_text, section, message):
    checked = check_text(SOUND + section)
    assert checked.places == checked.marks
    assert message in checked.messages[0]


def test_a_priority_class_must_be_one_of_that_queue(one_problem):
    text = SOUND.replace("support: {}", "support: {priority: {default: 0, gold: 10}}", 1)
    text = text.replace("{queue: support}", "{queue: support, priority: §vip}", 1)
    assert "no priority class of queue 'support' is called 'vip'" in one_problem(text)


def test_an_unknown_playlist_is_a_problem(one_problem):
    text = SOUND.replace("support: {}", "support: {music: §clasical}", 1)
    assert one_problem(text) == "no playlist is called 'clasical'; did you mean 'classical'?"


def test_a_built_in_playlist_cannot_be_replaced(check_text):
    assert "is built in" in check_text(SOUND + "music: {silence: [x.wav]}").messages[0]


def test_a_queue_without_a_team_is_a_problem_that_says_how_to_have_none(one_problem):
    message = one_problem(SOUND.replace("{support: {}}", "{support: {}, §lonely: {}}", 1))
    assert "an empty list is a queue without agents" in message


def test_a_queue_may_have_nobody(check_text):
    checked = check_text('numbers: {"600": {queue: hold}}\nqueues: {hold: {}}\nteams: {hold: {agents: []}}\n')
    assert not checked.messages
    assert not checked.warnings


def test_a_team_must_belong_to_a_queue(one_problem):
    text = SOUND.replace("[desk]}}", "[desk]}, §suport: {agents: [desk]}}")
    assert one_problem(text) == "no queue is called 'suport'; did you mean 'support'?"


def test_an_agent_cannot_be_in_a_team_twice(one_problem):
    assert "twice" in one_problem(SOUND.replace("agents: [desk]", "§agents: [desk, desk]"))


def test_an_extension_belongs_to_one_agent(one_problem):
    text = SOUND.replace('"}}', '", extension: 201}, other: {dial: "sip:o@b", extension: §201}}')
    assert (
        one_problem(text.replace("[desk]", "[desk, other]"))
        == "extension 201 is that of agent 'desk' already"
    )


@pytest.mark.parametrize("name", ["dialled", "entered"])
def test_words_with_a_meaning_are_no_names_of_agents(one_problem, name):
    text = SOUND.replace("{desk:", f"{{§{name}:").replace("[desk]", f"[{name}]")
    assert "has a meaning of its own" in one_problem(text)


def test_a_broken_agents_name_is_known_all_the_same(one_problem):
    assert "got nowhere" in one_problem(SOUND.replace('"sip:desk@127.0.0.1"', "§nowhere"))


def test_dialled_is_for_numbers(one_problem):
    assert "`dialled` is for `numbers`" in one_problem(
        MENU.replace("{queue: support}}}}", "{agent: §dialled}}}}")
    )


def test_entered_needs_something_to_have_been_entered(one_problem):
    message = one_problem(MENU.replace("{queue: support}}}}", "{agent: §entered}}}}"))
    assert "no ask that is called `extension`" in message
    assert "`entered` is for" in one_problem(SOUND.replace("{queue: support}", "{agent: §entered}", 1))


def test_entered_works_with_the_only_ask_and_with_keys_that_have_an_x(check_text):
    text = MENU.replace(
        "choices: {", "ask: {number: {say: b}}, choices: {2: {agent: entered}, 3xx: {agent: entered}, "
    )
    assert not check_text(text).messages


def test_a_key_with_x_is_for_extensions_only(one_problem):
    message = one_problem(MENU.replace("{1: {queue", "{§2xx: {queue"))
    assert message == "a key with x, as '2xx', can lead to {agent: entered} only"


def test_star_and_its_sign_are_one_key(one_problem):
    message = one_problem(MENU.replace("choices: {", 'choices: {star: repeat, §"*": repeat, '))
    assert message == "the key * is given twice, as 'star' and as '*'"


def test_a_password_of_one_character_is_one_character(one_warning):
    text = SOUND.replace('{dial: "sip:desk@127.0.0.1"}', "{login: a, §password: b}")
    assert "this password of 1 character in minutes" in one_warning(text)


@pytest.mark.parametrize("password", ["201", "short", "12345678"])
def test_a_password_that_is_guessed_in_minutes_is_a_warning(one_warning, password):
    login = "12345678" if password == "12345678" else "201"
    agent = f"{{desk: {{login: '{login}', §password: '{password}'}}}}"
    text = SOUND.replace('{desk: {dial: "sip:desk@127.0.0.1"}}', agent)
    assert "scanners guess" in one_warning(text)


def test_logins_have_an_algorithm_in_common(one_problem, check_text):
    md5, sha256 = "a" * 32, "b" * 64
    agents = (
        f"{{desk: {{login: '201', ha1: {{md5: {md5}}}}}, shop: {{login: '202', §ha1: {{sha256: {sha256}}}}}}}"
    )
    text = SOUND.replace('{desk: {dial: "sip:desk@127.0.0.1"}}', agents)
    assert "'shop' has no `md5` and 'desk' no `sha256`" in one_problem(text)
    assert not check_text(text.replace("§", "").replace("sha256: ", f"md5: {md5}, sha256: ")).messages
