"""The demo from beginning to end."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from rich.console import Console, RenderableType
from rich.live import Live

from softswitch.audio.speech import SpeechService
from softswitch.config.load import load
from softswitch.config.settings import SwitchSettings
from softswitch.demo import screen
from softswitch.demo.cast import AGENTS, RECORDED, Caller, callers
from softswitch.demo.hearing import listen
from softswitch.demo.phones import Phones
from softswitch.demo.picture import draw
from softswitch.demo.stage import Record, configure, sipp, start_switch
from softswitch.demo.story import Story
from softswitch.demo.verdict import by_record, vip_first
from softswitch.ports import Recorded
from softswitch.store.call_record import CallRecord
from softswitch.store.encoding import dumps
from softswitch.store.reading import URL_FILE, last_calls, reading
from softswitch.store.spool import EVENTS
from softswitch.testing.g711 import Samples
from softswitch.testing.sound import Sound
from softswitch.testing.voice import pcm_of
from softswitch.types import Language, Prompt, Seconds

LOOK: Seconds = 0.1
"""How often the live view is drawn."""

LAST: Seconds = 60.0
"""How long after the last caller has dialled everything must be over; what is not has gone wrong."""


def show(out: Path, seconds: int) -> int:
    """Play the demo, leave its recording and picture in `out`.

    Gives the exit status: 0 when every call went right, 1 when one did not or the demo was ended.

    Raises DemoError when it cannot be played here, ConfigError for a broken configuration.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="softswitch-demo-") as folder:
        try:
            return asyncio.run(Demo(out.resolve(), Path(folder), callers(seconds)).play())
        except asyncio.CancelledError:
            return 1


class Demo:
    """One performance. `folder` is for what nobody needs afterwards."""

    def __init__(self, out: Path, folder: Path, cast: Sequence[Caller]) -> None:
        self._out = out
        self._folder = folder
        self._cast = cast
        self._console = Console()
        if not self._console.is_terminal:
            self._console.width = screen.WIDTH
        self._events: list[Recorded] = []
        self._busiest = 0

    async def play(self) -> int:
        """Everything; the exit status. SIGTERM and a closed terminal end it in order, as Ctrl-C does."""
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        say = self._console.print
        sipp()
        configuration, ports = configure(self._folder)
        settings = load(configuration)
        story = Story(settings.engine)
        record = Record(self._folder)
        say(f"starting the switch on 127.0.0.1:{settings.sip.listen[0].port}, {len(AGENTS)} agents ...")
        async with AsyncExitStack() as stack:
            speech = await stack.enter_async_context(SpeechService(settings.media))
            voices = await _voices(speech, self._cast)
            switch = await start_switch(configuration, self._folder, self._out / "switch.log")
            stack.push_async_callback(switch.stop, patience=1.0)
            phones = Phones(self._folder, settings.sip.listen[0].port, voices)
            stack.push_async_callback(phones.close)
            for agent in AGENTS:
                await phones.agent(agent, ports[agent.port])
            await self._perform(phones, story, record)
            await switch.stop()
            self._take(story, record)
            say("listening to what everybody heard ...")
            numbers = {caller.number for caller in self._cast}
            with reading(self._folder) as connection:
                ended = last_calls(connection, 2 * len(numbers))
            records = {each.number: each for each in ended if each.number in numbers}
            heard = {name: headset.heard() for name, headset in phones.headsets.items()}
            faults = by_record(self._cast, records, phones.exits) + vip_first(story)
            faults += await listen(speech, settings, self._cast, records, self._events, voices, heard)
        self._leave_behind(story, records, heard)
        return self._sum_up(settings, records, faults)

    async def _perform(self, phones: Phones, story: Story, record: Record) -> None:
        """Let everybody call, and show it until all is over."""
        began = time.monotonic()
        last = max(caller.at for caller in self._cast)
        with Live(console=self._console, auto_refresh=False, transient=True) as live, suppress(TimeoutError):
            async with asyncio.timeout(last + LAST), asyncio.TaskGroup() as group:
                calls = [group.create_task(_call(phones, caller)) for caller in self._cast]
                while not all(call.done() for call in calls):
                    self._take(story, record)
                    if self._console.is_terminal:
                        live.update(self._view(story), refresh=True)
                    await asyncio.sleep(LOOK)
        self._console.print(f"{len(phones.exits)} calls in {time.monotonic() - began:.0f} s")

    def _take(self, story: Story, record: Record) -> None:
        """Read what is new, and tell it in lines where there is no terminal to draw on."""
        for event in record.new():
            self._events.append(event)
            story.apply(event)
            line = screen.line(story, event)
            if line and not self._console.is_terminal:
                self._console.print(line, highlight=False, soft_wrap=True)
        busy = sum(line.ended is None for line in story.callers.values())
        if busy > self._busiest:
            self._busiest = busy
            self._save_view(story)

    def _view(self, story: Story) -> RenderableType:
        return screen.view(story, time.time(), len(self._cast))

    def _save_view(self, story: Story) -> None:
        """Keep the view at its busiest moment as a picture."""
        canvas = Console(record=True, width=screen.WIDTH, file=io.StringIO())
        canvas.print(self._view(story))
        picture = canvas.export_svg(title="softswitch demo")
        without_fonts = re.sub(r"@font-face {.*?}", "", picture, flags=re.DOTALL)  # they would be downloaded
        (self._out / "terminal.svg").write_text(without_fonts, encoding="utf-8")

    def _leave_behind(
        self, story: Story, records: Mapping[str, CallRecord], heard: Mapping[str, Sound]
    ) -> None:
        """The picture, the recording and the record."""
        draw(story, self._out / "timeline.png", "Who waited, and who talked to whom")
        for caller in self._cast:
            record = records.get(caller.number)
            if caller.name == RECORDED and record is not None:
                heard[caller.name].between(record.start, record.end).write(self._out / "caller.wav")
        shutil.copy(self._folder / EVENTS, self._out / EVENTS)
        for old in self._out.glob("record.*"):  # its write-ahead log would be taken for that of the new one
            old.unlink()
        for file in self._folder.glob("record.*"):
            shutil.copy(file, self._out)
        (self._out / URL_FILE).write_text("")  # the database beside it
        lines = [dumps(record.to_json()) + "\n" for record in records.values()]
        (self._out / "calls.jsonl").write_text("".join(lines), encoding="utf-8")

    def _sum_up(
        self, settings: SwitchSettings, records: Mapping[str, CallRecord], faults: Sequence[str]
    ) -> int:
        say = self._console.print
        for table in screen.summary(self._cast, records, list(settings.engine.agents)):
            say(table)
        say(f"[bold]{self._out / 'caller.wav'}[/]: what the caller from {RECORDED} heard", soft_wrap=True)
        say(f"[bold]{self._out / 'timeline.png'}[/]: who waited and talked when", soft_wrap=True)
        say(f"[bold]softswitch report --data {self._out}[/]: the figures", soft_wrap=True)
        for fault in faults:
            say(f"[bold red]wrong:[/] {fault}", soft_wrap=True)
        if faults:
            say(
                f"{len(faults)} things went wrong; the switch's log is {self._out / 'switch.log'}",
                soft_wrap=True,
            )
            return 1
        say("[green]Every call went as it should, by its record and by ear.[/]")
        return 0


async def _call(phones: Phones, caller: Caller) -> None:
    await asyncio.sleep(caller.at)
    await phones.caller(caller)


async def _voices(speech: SpeechService, cast: Sequence[Caller]) -> dict[str, Samples]:
    """What everybody says, each a sentence of their own."""
    english = Language("en")
    sentences = {agent.name: agent.says for agent in AGENTS}
    sentences |= {caller.name: caller.says for caller in cast}
    return {
        name: pcm_of(await speech.prompt(Prompt({english: text}), english))
        for name, text in sentences.items()
    }
