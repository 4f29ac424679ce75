"""The environment, included files, and files that cannot be read."""

from __future__ import annotations

from pathlib import Path

from softswitch.config.check import check
from tests.config.conftest import SOUND


def test_the_environment_fills_a_value(check_text):
    checked = check_text(
        SOUND + 'sip:\n  realm: "${REALM}"\n  max_calls: ${CALLS}\n  public_address: "${HOST}.example"\n',
        {"REALM": "acme.example", "CALLS": "12", "HOST": "switch"},
    )
    sip = checked.settings.sip
    assert (sip.realm, sip.max_calls, sip.public_address) == ("acme.example", 12, "switch.example")


def test_quoted_values_of_the_environment_stay_text(check_text):
    checked = check_text(SOUND + 'sip: {max_calls: "${CALLS}"}', {"CALLS": "12"})
    assert checked.messages == ['expected a whole number, got "${CALLS}"']


def test_a_missing_variable_is_a_problem_at_its_own_place(one_problem):
    message = one_problem(SOUND + 'sip: {realm: "switch.§${DOMAN}"}', environ={"DOMAIN": "x"})
    assert message == "the environment has no variable DOMAN; did you mean ${DOMAIN}?"


def test_a_missing_variable_is_the_only_problem_of_its_value(one_problem):
    message = one_problem(SOUND + "sip:\n  max_calls: §${CALLS}\n")
    assert "no variable CALLS" in message


def test_an_unquoted_reference_in_braces_is_one_problem_that_says_what_to_do(one_problem):
    assert 'needs quotes: "${NAME}"' in one_problem(SOUND + "sip: {max_calls: $§{CALLS}}")


def test_two_missing_variables_of_one_value_are_two_problems(check_text):
    checked = check_text(SOUND + 'sip: {realm: "§${A}.§${B}"}')
    assert checked.places == checked.marks


def test_a_missing_variable_in_a_longer_text_is_found_in_its_line(check_text):
    text = SOUND + "menus:\n  m:\n    say: |\n      One.\n      Two §${X}.\n"
    checked = check_text(text)
    assert checked.places == checked.marks


def test_two_dollars_are_no_reference(check_text):
    assert check_text(SOUND + 'sip: {realm: "$${REALM}"}').settings.sip.realm == "${REALM}"


def test_a_reference_without_a_name_is_a_problem(one_problem):
    assert "as in ${NAME}" in one_problem(SOUND + 'sip: {realm: "§${1x}"}')


def test_messages_never_show_what_the_environment_holds(check_text):
    checked = check_text(SOUND + 'sip: {rtp_ports: "${SECRET}"}', {"SECRET": "hunter2"})
    assert checked.messages == ['expected a range of ports, as 16384-32767, got "${SECRET}"']


def test_included_files_are_joined_section_by_section(check_text):
    checked = check_text(
        "include: [agents.yaml, callers.yaml]\n"
        'numbers: {"600": {queue: support}}\n'
        "queues: {support: {}}\n"
        'agents: {desk-2: {dial: "sip:2@127.0.0.1"}}\n'
        'callers: [{name: last, match: ["+*"], language: en}]\n',
        files={
            "agents.yaml": 'agents: {desk-1: {dial: "sip:1@127.0.0.1"}}\n'
            "teams: {support: {agents: [desk-1, desk-2]}}",
            "callers.yaml": 'callers: [{name: first, match: ["+48*"], priority: vip}]',
        },
    )
    assert list(checked.settings.phones) == ["desk-1", "desk-2"]
    assert [caller.name for caller in checked.settings.routing.callers] == ["first", "last"]


def test_an_included_files_problem_is_named_in_that_file(check_text):
    checked = check_text("include: more.yaml\n" + SOUND, files={"more.yaml": "sip:\n  max_calls: many\n"})
    (problem,) = checked.report.problems
    assert Path(problem.file).name == "more.yaml"
    assert (problem.line, problem.column) == (2, 14)
    assert problem.file in checked.report.sources


def test_a_name_in_two_files_is_a_problem_that_names_both(check_text):
    checked = check_text(SOUND + "include: more.yaml\n", files={"more.yaml": "queues: {support: {ring: 5s}}"})
    (problem,) = checked.report.problems
    assert Path(problem.file).name == "more.yaml"
    assert "switch.yaml:2 already" in problem.message


def test_files_that_include_each_other_are_a_problem_not_a_hang(check_text):
    checked = check_text(SOUND + "include: more.yaml\n", files={"more.yaml": "include: switch.yaml\n"})
    assert any("includes itself" in message for message in checked.messages)


def test_a_missing_included_file_is_one_problem_where_it_is_named(one_problem):
    message = one_problem('numbers: {"600": {menu: elsewhere}}\ninclude: [§gone.yaml]\n')
    assert message.startswith("cannot read")
    assert message.endswith("No such file or directory")


def test_include_takes_names_only(one_problem):
    assert "takes a file name" in one_problem(SOUND + "include: [§5]\n")


def test_a_missing_file_a_folder_and_one_that_is_no_text_are_problems(tmp_path):
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"sip:\n  realm: \xff\xfe\n")
    report = check([tmp_path / "gone.yaml", tmp_path, binary], {})
    messages = [str(problem) for problem in report.problems]
    assert len(messages) == 3
    assert "No such file" in messages[0]
    assert "Is a directory" in messages[1]
    assert messages[2] == f"{binary}:2:10: the byte 0xFF is not UTF-8; save the file as UTF-8"


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert not check([path], {}).problems


def test_several_files_are_checked_in_one_run_each_for_itself(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(SOUND)
    bad.write_text(SOUND.replace("[desk]", "[dask]"))
    report = check([bad, good], {})
    assert len(report.problems) == 1
    assert [settings.path for settings in report.configurations] == [good]


def test_a_file_that_is_no_mapping_is_a_problem(one_problem):
    assert "a mapping of sections" in one_problem("§- a\n- b\n")


def test_the_database_of_the_record_is_beside_the_file_or_wherever_its_url_says(check_text, tmp_path):
    assert check_text(SOUND).settings.store is None
    assert check_text(SOUND + "events_in_memory: 2000\n").settings.events_in_memory == 2000
    assert check_text(SOUND + "store: sqlite:///var/record.db\n").settings.store == (
        f"sqlite:///{tmp_path / 'var/record.db'}"
    )
    assert (
        check_text(SOUND + "store: sqlite:////var/record.db\n").settings.store == "sqlite:////var/record.db"
    )
    url = "postgresql://switch:${SECRET}@db.example/calls"
    checked = check_text(SOUND + f'store: "{url}"\n', {"SECRET": "x"})
    assert checked.settings.store == "postgresql://switch:x@db.example/calls"


def test_a_database_that_is_none_is_a_problem(one_problem):
    assert "postgresql://user:password@host/name" in one_problem(SOUND + "store: §mysql://x/y\n")
