"""What docs/menus.md and docs/entering.md show is what the switch does."""

from __future__ import annotations

import io
import re
import shlex
from datetime import datetime
from pathlib import Path

import pytest
from rich.console import Console

from softswitch.commands.walked import render
from softswitch.config.load import load
from softswitch.walk import parse_keys, walk

DOCS = Path(__file__).parents[2] / "docs"
PAGE, ENTERING = DOCS / "menus.md", DOCS / "entering.md"


def blocks(language: str, page: Path = PAGE) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )


def printed(command: str, file: Path) -> list[str]:
    words = shlex.split(command)
    options = dict(zip(words[2::2], words[3::2], strict=True))
    at = datetime.fromisoformat(options["--at"])
    keys = parse_keys(options.get("--keys", ""))
    steps = walk(load(file), options["--dial"], keys, options.get("--from", ""), at)
    console = Console(file=io.StringIO(), width=110)
    console.print(render(steps))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


SHOWN = [(page, block) for page in (PAGE, ENTERING) for block in blocks("console", page)]


@pytest.mark.parametrize(("page", "block"), SHOWN, ids=[block.splitlines()[0][2:] for _, block in SHOWN])
def test_the_page_shows_what_the_command_prints(page, block, tmp_path):
    (yaml,) = blocks("yaml", page)
    file = tmp_path / "acme.yaml"
    file.write_text(yaml, encoding="utf-8")
    command, *shown = block.splitlines()
    assert printed(command.removeprefix("$ softswitch "), file) == shown
