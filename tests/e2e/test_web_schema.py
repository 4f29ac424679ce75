"""The REST API of a running switch holds to its own description, whatever it is sent."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_web_api import house_with_api

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")

EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
"""Requests drawn for each route; from ten on (`make fuzz-api`) also all that its description limits."""

PHASES = "coverage,fuzzing" if EXAMPLES >= 10 else "fuzzing"

COMMAND = (
    *(str(SCHEMATHESIS), "run", "--phases", PHASES, "--max-examples", str(EXAMPLES), "--seed", "1"),
    *("--workers", "1"),  # threads that parse Python at once break CPython 3.11
    *("--generation-database", "none", "--request-timeout", "5", "--no-color"),
    *("--exclude-path", "/api/v1/report", "--exclude-path", "/api/v1/export"),  # each is a process
    *("--exclude-path", "/api/v1/rebuild"),  # and so are these
    *("--exclude-path", "/api/v1/check", "--exclude-path", "/api/v1/configuration/map"),
    *("--exclude-path", "/api/v1/events/stream", "--exclude-path", "/api/v1/board/stream"),  # they go on
    *("--exclude-path", "/api/v1/logout", "--exclude-path", "/api/v1/stop"),
    *("--exclude-checks", "positive_data_acceptance"),  # what is no address is a text all the same
)


@pytest.mark.timeout(300 if EXAMPLES < 10 else 3600)  # 30 s where nothing else runs
@pytest.mark.long
async def test_schemathesis_finds_nothing(tmp_path):
    async with house_with_api(tmp_path) as (house, api):
        address = str(api.base_url).rstrip("/")
        header = f"Authorization: {api.headers['authorization']}"
        run = await asyncio.to_thread(
            subprocess.run,
            [*COMMAND, "-H", header, f"{address}/openapi.json"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-1000:]
        assert "web.request_failed" not in house.switch.log()
