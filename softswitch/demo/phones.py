"""The cast on stage: each caller and agent is a SIPp process and a headset."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from softswitch.demo.cast import Agent, Caller
from softswitch.demo.media import Headset
from softswitch.demo.scenarios import agent_scenario, caller_scenario
from softswitch.demo.stage import HOST, Process, free_port, sipp
from softswitch.testing.g711 import Samples


class Phones:
    """Everybody's phone. Their scenarios and SIPp's complaints go into `folder`."""

    def __init__(self, folder: Path, switch_port: int, voices: Mapping[str, Samples]) -> None:
        """`voices`: what each says, by name."""
        self._folder = folder
        self._target = f"{HOST}:{switch_port}"
        self._voices = voices
        self._agents: list[Process] = []
        self._callers: dict[str, Process] = {}
        self.headsets: dict[str, Headset] = {}
        """By name."""
        self.exits: dict[str, int] = {}
        """SIPp's verdict by caller: 0, the call went as its scenario says."""

    async def agent(self, agent: Agent, port: int) -> None:
        """Put an agent at the desk."""
        headset = self._headset(agent.name)
        scenario = agent_scenario(agent, headset.port)
        self._agents.append(await self._start(agent.name, scenario, ["-p", str(port), HOST]))

    async def caller(self, caller: Caller) -> None:
        """Let one caller call, and wait for the end of it."""
        headset = self._headset(caller.name)
        scenario = caller_scenario(caller, headset.port)
        where = ["-p", str(free_port()), "-s", caller.dials, "-m", "1", self._target]
        process = await self._start(caller.name, scenario, where)
        self._callers[caller.name] = process
        self.exits[caller.name] = await process.wait()

    async def close(self) -> None:
        """Hang up everything."""
        processes = [*self._agents, *self._callers.values()]
        await asyncio.gather(*(process.stop(1.0) for process in processes if process.exit is None))
        for headset in self.headsets.values():
            await headset.close()

    def _headset(self, name: str) -> Headset:
        self.headsets[name] = Headset(self._voices[name])
        return self.headsets[name]

    async def _start(self, name: str, scenario: str, where: list[str]) -> Process:
        path = self._folder / f"{name}.xml"
        path.write_text(scenario, encoding="utf-8")
        errors = self._folder / f"{name}.errors"
        fixed: list[str | Path] = ["-sf", path, "-i", HOST, "-nostdin", "-trace_err", "-error_file", errors]
        return await Process.start([sipp(), *fixed, *where], self._folder)
