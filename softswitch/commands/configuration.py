"""`check`, `schema` and `try`: about a file, without a running switch."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from softswitch.commands.table import console
from softswitch.commands.walked import render
from softswitch.config.chart import chart
from softswitch.config.check import check, found_in, inspected
from softswitch.config.describe import problems, summary
from softswitch.config.load import load
from softswitch.config.nearest import did_you_mean
from softswitch.config.schema import json_schema
from softswitch.errors import Problem, SoftswitchError
from softswitch.plain import plain
from softswitch.types import AgentName
from softswitch.walk import AS_USUAL, Circumstances, parse_keys, walk


def check_files(files: list[Path]) -> int:
    """Print what `softswitch check` says; the exit code."""
    report = check(files)
    out = console()
    if report.problems or report.warnings:
        out.print(problems(report), soft_wrap=True)
    if report.problems:
        return 2
    for settings in report.configurations:
        out.print(summary(settings))
    return 0


def check_for_machines(files: list[Path]) -> int:
    """Print what `softswitch check --json` says, a line for each file; the exit code."""
    code = 0
    for file in files:
        scene, source = inspected(file)
        problems, warnings = found_in(scene)
        code = 2 if problems else code
        found = {
            "file": str(file),
            "digest": source.digest,
            "files": list(source.texts),
            "problems": [_of(problem) for problem in problems],
            "warnings": [_of(warning) for warning in warnings],
            "map": plain(chart(scene)),
        }
        print(json.dumps(found, ensure_ascii=False))
    return code


def _of(problem: Problem) -> dict[str, str | int]:
    return {name: getattr(problem, name) for name in ("file", "line", "column", "message")}


def print_schema() -> None:
    """Print the JSON Schema."""
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def print_walk(
    file: Path,
    dialled: str,
    keys: str,
    caller: str,
    at: datetime,
    agent: str = "",
    circumstances: Circumstances = AS_USUAL,
) -> None:
    """Print every step of a call. Raises ConfigError, and SoftswitchError for bad keys and agents."""
    try:
        pressed = parse_keys(keys)
    except ValueError as error:
        raise SoftswitchError(f"--keys: {error}") from error
    settings = load(file)
    if agent and agent not in settings.phones:
        raise SoftswitchError(f"--agent: no agent is called {agent!r}{did_you_mean(agent, settings.phones)}")
    by = AgentName(agent) if agent else None
    console().print(render(walk(settings, dialled, pressed, caller, at, by, circumstances)))
