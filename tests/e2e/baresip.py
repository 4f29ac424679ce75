"""A real phone: baresip as a subprocess, told what to do over its ctrl_tcp, with what it heard as sound.

Its microphone is a tone. It speaks SIP from a stack that shares no line with ours, which is its whole point.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import struct
import wave
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from softswitch.testing.rtp import RATE
from softswitch.testing.sound import Sound
from tests.e2e import ports
from tests.e2e.processes import end

START = 10.0
"""Seconds that it may take to listen."""
SPEECH = 60.0
"""Seconds of tone: baresip's microphone does not begin again at its file's end."""
_HEADER = 44
"""Bytes before the samples of a WAV as libsndfile writes it."""

_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip}
net_interface 127.0.0.1
ctrl_tcp_listen 127.0.0.1:{ctrl}
rtp_ports {rtp}-{rtp_last}
audio_source aufile,{microphone}
ausrc_srate {rate}
ausrc_channels 1
auplay_channels 1
ringback_disabled yes
menu_bell no
snd_path {heard}
module_path /usr/lib/baresip/modules
module {codec}.so
module auresamp.so
module aufile.so
module sndfile.so
module srtp.so
module_app menu.so
module_app ctrl_tcp.so
"""
"""No module asks the terminal, and mwi.so only where a test wants it: refused, it asks in a loop."""

Event = Mapping[str, Any]
"""As ctrl_tcp tells it: `type` is CALL_INCOMING, CALL_ESTABLISHED, REGISTER_OK and so on."""


class Baresip:
    """One process, one phone. Use it as an async context manager."""

    def __init__(
        self,
        folder: Path,
        user: str,
        *,
        password: str = "",
        speaks: float | tuple[float, ...] = 0.0,
        codec: str = "g711",
        rate: int = RATE,
        modules: Iterable[str] = (),
    ) -> None:
        """`speaks` is what its microphone hears, one or more tones in Hz; 0: silence.

        `codec` is one of its modules, and `rate` its microphone's. `modules`: more of its own, as `mwi`.
        """
        self.user = user
        self._codec = codec
        self._rate = rate
        self.events: list[Event] = []
        """All so far, also those that were taken."""
        self._password = password
        self._speaks = speaks
        self._modules = modules
        self.port = ports.block()
        self._folder = folder / f"baresip-{user}-{self.port}"
        self._heard = self._folder / "heard"
        self._log = self._folder / "log"
        self._taken = 0
        self._news = asyncio.Condition()
        self._answers: dict[str, asyncio.Future[Event]] = {}
        self._process: asyncio.subprocess.Process
        self._writer: asyncio.StreamWriter
        self._reader: asyncio.Task[None]

    # Its life --------------------------------------------------------------------------------------

    async def __aenter__(self) -> Baresip:
        assert shutil.which("baresip"), (
            "baresip is missing; `make test` installs it, as does `apt install baresip-core`"
        )
        self._heard.mkdir(parents=True)
        microphone = self._folder / "microphone.wav"
        _write(microphone, _tones(self._speaks, self._rate), self._rate)
        control = self.port + ports.BLOCK - 1
        (self._folder / "config").write_text(
            _CONFIG.format(
                codec=self._codec,
                rate=self._rate,
                sip=self.port,
                ctrl=control,
                rtp=self.port + 4,
                rtp_last=self.port + ports.BLOCK - 2,
                microphone=microphone,
                heard=self._heard.name,  # it runs in the folder, and has little room for a long path
            )
            + "".join(f"module_app {name}.so\n" for name in self._modules)
        )
        for name in ("accounts", "contacts"):
            (self._folder / name).touch()
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *("baresip", "-f", str(self._folder), "-v", "-s"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
            )
        try:
            reader, self._writer = await self._connect(control)
        except BaseException:
            await end(self._process)  # unregisters, and closes what it recorded
            raise
        self._reader = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        self._writer.close()
        await end(self._process)  # unregisters, and closes what it recorded

    async def _connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(START):
            while self._process.returncode is None:
                try:
                    return await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
        raise AssertionError(f"baresip ended with {self._process.returncode}{self.last_words()}")

    # What it is told -------------------------------------------------------------------------------

    async def add_account(
        self, domain: str, outbound: str, *, regint: int = 0, mediaenc: str = "", answermode: str = "manual"
    ) -> None:
        """Be `user` at `domain`, through the switch at the URI `outbound`.

        `regint`: seconds for which it registers, at once; 0: it does not. `mediaenc`: `srtp`, `srtp-mand`.
        `answermode`: `manual` or `auto`.
        """
        account = f"<sip:{self.user}@{domain}>;auth_user={self.user};auth_pass={self._password}"
        account += f';outbound="{outbound}";regint={regint};answermode={answermode}'
        if mediaenc:
            account += f";mediaenc={mediaenc}"
        await self.tell("uanew", account)

    async def register(self, domain: str, outbound: str, **options: Any) -> None:
        """`add_account`, and wait until it is registered."""
        await self.add_account(domain, outbound, **{"regint": 60, **options})
        await self.until("REGISTER_OK")

    async def dial(self, uri: str) -> None:
        """Call, and wait until it is answered."""
        await self.tell("dial", uri)
        await self.until("CALL_ESTABLISHED", 10.0)

    async def answer(self) -> None:
        """Answer what rings, and wait until that is confirmed."""
        await self.tell("accept")
        await self.until("CALL_ESTABLISHED")

    async def hangup(self) -> None:
        """End the call, and wait for its end."""
        await self.tell("hangup")
        await self.until("CALL_CLOSED")

    async def press(self, digits: str) -> None:
        """Press keys (RFC 4733)."""
        for digit in digits:
            await self.tell("sndcode", digit)
            await asyncio.sleep(0.25)

    async def hold(self) -> None:
        """Put the other side on hold."""
        await self.tell("hold")

    async def resume(self) -> None:
        """Go on talking."""
        await self.tell("resume")

    async def transfer(self, uri: str) -> None:
        """Transfer the other side, without asking whoever is meant (RFC 3515)."""
        await self.tell("transfer", uri)

    async def tell(self, command: str, parameters: str = "") -> Event:
        """A command of its menu. Raises AssertionError when it is refused or not answered."""
        token = str(len(self._answers))
        self._answers[token] = asyncio.get_running_loop().create_future()
        words = {"command": command, "params": parameters, "token": token}
        data = json.dumps({name: word for name, word in words.items() if word}).encode()
        self._writer.write(b"%d:%s," % (len(data), data))
        try:
            answer = await asyncio.wait_for(self._answers[token], 5.0)
        except TimeoutError:
            raise AssertionError(f"no answer to {command}{self.last_words()}") from None
        assert answer.get("ok"), f"{command} {parameters}: {answer.get('data')}{self.last_words()}"
        return answer

    # What it tells ---------------------------------------------------------------------------------

    async def until(self, kind: str, within: float = 8.0) -> Event:
        """The next event of a kind that was not taken yet; those before it are passed over.

        Raises AssertionError with its log after `within` seconds.
        """
        try:
            async with asyncio.timeout(within), self._news:
                while True:
                    while self._taken < len(self.events):
                        event = self.events[self._taken]
                        self._taken += 1
                        if event["type"] == kind:
                            return event
                    await self._news.wait()
        except TimeoutError:
            came = [event["type"] for event in self.events]
            raise AssertionError(f"no {kind} within {within:.0f} s, but {came}{self.last_words()}") from None

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Netstrings of JSON, until it ends."""
        while length := (await reader.readuntil(b":"))[:-1]:
            message = json.loads((await reader.readexactly(int(length) + 1))[:-1])
            if message.get("response"):
                self._answers[message["token"]].set_result(message)
                continue
            async with self._news:
                self.events.append(message)
                self._news.notify_all()

    def sound(self, call: int = -1) -> Sound:
        """What it heard in one of its calls that are over, the last by default: what came in packets, one
        after the other; times without any are left out. Of a phone with G.711.
        """
        samples, rate, last = self._recorded(call)
        assert rate == RATE, f"it heard {rate} samples in a second; ask for its `spectrum`"
        return Sound(samples, last - len(samples) / RATE)

    def spectrum(
        self, call: int = -1, *, last: float = 1.0
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """The frequencies in Hz, and each one's part in the power of the last seconds that it heard."""
        samples, rate, _ = self._recorded(call)
        end = samples[-round(last * rate) :]
        power = np.abs(np.fft.rfft(end * np.hanning(len(end)))) ** 2
        return np.fft.rfftfreq(len(end), 1 / rate), power / max(power.sum(), 1e-12)

    def _recorded(self, call: int) -> tuple[np.ndarray[Any, Any], int, float]:
        """Samples, their rate, and when the last of them came; the first channel."""
        files = sorted(self._heard.glob("*-dec.wav"), key=lambda file: file.stat().st_mtime)
        assert files, f"no call was heard{self.last_words()}"
        raw = files[call].read_bytes()
        channels, rate = struct.unpack_from("<HI", raw, 22)
        frames = np.frombuffer(raw[_HEADER:][: (len(raw) - _HEADER) // (2 * channels) * 2 * channels], "<i2")
        samples = frames.reshape(-1, channels)[:, 0].astype(np.float32) / 32768.0
        return samples, rate, files[call].stat().st_mtime

    def last_words(self) -> str:
        """The end of its log, for messages."""
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return f"; the end of {self.user}'s log:\n" + "\n".join(text.splitlines()[-60:])


def _tones(frequencies: float | tuple[float, ...], rate: int) -> np.ndarray[Any, Any]:
    """Tones together, as loud as one; of none, silence."""
    several = frequencies if isinstance(frequencies, tuple) else (frequencies,)
    at = 2 * np.pi * np.arange(round(SPEECH * rate)) / rate
    level = 0.3 * 32767 / len(several)
    mixed = sum((level * np.sin(frequency * at) for frequency in several), np.zeros(len(at)))
    return mixed.astype(np.int16)


def _write(file: Path, samples: np.ndarray[Any, Any], rate: int) -> None:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())
