"""Builds pjsua2 for a call-centre switch, once, into a wheel that is cached outside the checkout.

    python native/build.py            build if needed, print the wheel's path
    PJPROJECT_SOURCE=FILE|FOLDER      use this pjproject instead of Debian's
    SOFTSWITCH_CACHE=FOLDER           keep wheels there instead of ~/.cache/softswitch

The wheel on the package index allows four calls. This one has the limits of `config_site.h`; its
version names pjproject's version and a fingerprint of everything else that shaped it, so a change of
configuration is a new wheel and an old one is never taken for it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pack
import source
import toolchain
from progress import SetupError, guarded, step

HERE = Path(__file__).resolve().parent
SHAPING_FILES = ("config_site.h", "softswitch.i", "toolchain.py", "pack.py", "patches/*.patch")
EXPECTED = "about 70 s on two cores"
MAX_CALLS = 8192

SELF_TEST = f"""
import pjsua2 as pj

class Endpoint(pj.Endpoint):
    pass

endpoint = Endpoint()
endpoint.libCreate()
config = pj.EpConfig()
config.uaConfig.maxCalls = {MAX_CALLS}
config.uaConfig.threadCnt = 0
config.uaConfig.mainThreadOnly = True
config.medConfig.confThreads = 2
config.logConfig.level = config.logConfig.consoleLevel = 1
endpoint.libInit(config)
endpoint.audDevManager().setNullDev()
endpoint.libStart()
codecs = " ".join(codec.codecId for codec in endpoint.codecEnum2())
missing = [name for name in ("PCMU", "PCMA", "G722", "opus") if name not in codecs]
assert not missing, f"codecs {{missing}} are missing from {{codecs}}"
endpoint.transportCreate(pj.PJSIP_TRANSPORT_TLS, pj.TransportConfig())
import ctypes, pjproject_sdk
library = ctypes.CDLL(pjproject_sdk.LIB + "/libpjproject.so")
limit = library.pjsua_call_get_max_count()
assert limit == {MAX_CALLS}, f"the library allows {{limit}} calls, not {MAX_CALLS}"
endpoint.libDestroy()
del endpoint
print("ok")
"""


def cache() -> Path:
    """The folder of finished wheels; it exists afterwards."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(os.environ.get("SOFTSWITCH_CACHE") or Path(base) / "softswitch").expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def fingerprint() -> str:
    """Names everything that shapes the wheel but pjproject itself, as the local part of a version."""
    shape = hashlib.sha256(f"{toolchain.platform()} {pack.python_tag()}".encode())
    for pattern in SHAPING_FILES:
        for file in sorted(HERE.glob(pattern)):
            shape.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    named = source.named_source()
    tail = f".{source.digest(named)}" if named else ""
    return f"softswitch.{shape.hexdigest()[:12]}{tail}"


def cached() -> Path | None:
    """The finished wheel for this configuration and interpreter, the newest if there are several."""
    found = cache().glob(pack.wheel_name(f"*+{fingerprint()}"))
    return max(found, key=lambda wheel: wheel.stat().st_mtime, default=None)


def ensure() -> Path:
    """The wheel's path, building it first if there is none."""
    wheel = cached()
    if wheel is not None:
        return wheel
    with _alone():
        return cached() or _build()


@contextmanager
def _alone() -> Iterator[None]:
    """Two builds at once would only halve each other's speed; the lock dies with its owner."""
    with (cache() / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step("waiting for another build of pjsua2 to end", EXPECTED):
                fcntl.flock(lock, fcntl.LOCK_EX)
        for left in cache().glob("build-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _build() -> Path:
    """Build in a folder beside the wheels, so that the last move is atomic."""
    log = cache() / f"pjsua2-{pack.python_tag()}.log"
    log.unlink(missing_ok=True)
    work = Path(tempfile.mkdtemp(prefix="build-", dir=cache()))
    try:
        with step("fetching pjproject", "a few seconds"):
            tree = source.unpack(work, log)
            version = source.version(tree)
        with step(f"configuring pjproject {version}", "about 6 s"):
            unfit = toolchain.prepare(tree, log)
        if unfit:
            print(f"  note: left out, as pjproject {version} does not take them: {', '.join(unfit)}")
        with step("compiling pjproject and pjsua2", EXPECTED):
            toolchain.build(tree, work / "built", log)
        with step("packing and testing the wheel"):
            wheel = work / pack.wheel_name(f"{version}+{fingerprint()}")
            pack.pack(tree, work / "built", version, fingerprint(), wheel)
            self_test(wheel, work / "test")
        return wheel.rename(cache() / wheel.name)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def self_test(wheel: Path, folder: Path) -> None:
    """Start and stop the library from an unpacked wheel, in a process of its own."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    tried = subprocess.run(
        [sys.executable, "-c", SELF_TEST],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # PJSIP's own lines come through C's buffer, before or after Python's.
    if tried.returncode != 0 or "ok" not in tried.stdout.splitlines():
        raise SetupError(f"the built pjsua2 does not work:\n{tried.stdout}{tried.stderr}")


def main() -> None:
    print(ensure())


if __name__ == "__main__":
    sys.exit(guarded(main))
