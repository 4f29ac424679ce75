"""The examples of docs/api.md, run in their order against a running switch."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from softswitch.testing.phone import Phone
from tests.e2e.carrier import Carrier
from tests.e2e.house import open_house, picked_up
from tests.e2e.test_originating import outside
from tests.e2e.test_outbound import answered
from tests.e2e.test_web import free_port, softswitch

pytestmark = pytest.mark.may_block

DOCS = Path(__file__).parents[2] / "docs/api.md"
BLOCK = re.compile(r"^```(\w+)( \w+)?\n(.*?)^```$", re.M | re.S)

CONFIGURATION = {
    "numbers": {"600": {"queue": "support"}, "601": {"queue": "night"}},
    "queues": {"support": {}, "night": {}},
    "teams": {"support": {"agents": ["desk-201", "desk-202"]}, "night": {"agents": []}},
    "sounds": {"patience": {"say": "Thank you for your patience."}},
}
AGENTS = ("desk-201", "desk-202")

CURL = r"""
curl() {
    local fail=--fail-with-body
    if [ "$1" = --no-fail ]; then fail=; shift; fi
    command curl -sS -w '\n' $fail "$@"
}
set -eu
"""
"""Says what went wrong, and puts each answer on a line of its own."""


def blocks():
    return [(language, what.strip(), text) for language, what, text in BLOCK.findall(DOCS.read_text())]


def shape(value):
    """What must be the same of two answers: names and kinds."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


class Reader:
    """Does what the chapter says, one block after the other; the shell's variables are kept."""

    def __init__(self, folder, api, token):
        self._kept = folder / "variables"
        self._kept.write_text(f"export API={api} TOKEN={token}\n")
        self._example = folder / "example.py"

    async def run(self, language, what, text):
        if language == "python":
            self._example.write_text(text)
            text = f"{sys.executable} {self._example}"
        if what == "endless":
            text = f"{text.strip().replace('curl', 'curl --max-time 2')} || [ $? = 28 ]"
        script = f"source {self._kept}\n{CURL}{text}\ndeclare -px > {self._kept}\n"
        command = ["bash", "-a", "-c", script]
        run = await asyncio.to_thread(
            subprocess.run,
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
            cwd=self._kept.parent,  # for the files that examples write
        )
        assert run.returncode == 0, f"{text}\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}"
        return run.stdout

    async def until_on_record(self):
        """What has happened is in the database, which the examples read."""
        for _ in range(100):
            said = await self.run("sh", "", 'curl -s -H "Authorization: Bearer $TOKEN" $API/status')
            record = json.loads(said)["record"]
            if record["loaded"] >= record["last"]:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"not loaded: {record}")


async def test_the_examples_of_the_chapter_work(tmp_path):
    port = free_port()
    async with Carrier() as carrier:
        more = {**CONFIGURATION, **outside(carrier), "web": {"listen": f"127.0.0.1:{port}"}}
        async with open_house(tmp_path, more, AGENTS) as house, Phone("100") as phone:
            made = await asyncio.to_thread(
                softswitch, house.switch.data, "tokens", "add", "crm", "--role", "engineer"
            )
            reader = Reader(tmp_path, f"http://127.0.0.1:{port}/api/v1", made.stdout.strip())
            call = await house.dial(phone, "601")
            answering = [asyncio.create_task(picked_up(house.agents["desk-201"]))]
            answering.append(asyncio.create_task(answered(carrier)))
            said, ran = "", 0
            for language, what, text in blocks():
                if what == "setup":
                    continue
                if language == "json":
                    assert shape(json.loads(said.splitlines()[-1])) == shape(json.loads(text)), said
                    continue
                if "/calls" in text:
                    await reader.until_on_record()
                said, ran = await reader.run(language, what, text), ran + 1
                if "dial" in text:
                    await asyncio.gather(*answering)
                    answering = [asyncio.create_task(answered(carrier))]
                if what == "endless":
                    assert '"kind":"CallEnded"' in said
                    await asyncio.gather(*answering)
            assert ran > 12
            assert await call.until_ended() == "them"
