"""Sets up everything that running and testing the switch needs; `make setup` calls it.

System packages, pjsua2 built for a switch, the virtual environment, the native extension: in that
order, each skipped when nothing about it changed. It may be interrupted anywhere and repeated. With --tests,
also what only the tests need.
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "softswitch needs Python 3.11, 3.12 or 3.13, and {} is {}.{}.\n"
        "Name another one: make setup PYTHON=/path/to/python3.11".format(sys.executable, *sys.version_info)
    )

import argparse  # below the check: an older Python shall get the message, not an import error
import fcntl
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import build
import environment
import packages
from progress import SetupError, guarded

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def _alone() -> Iterator[None]:
    """One set-up of this checkout at a time; the lock dies with its owner."""
    checkout = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX)
        yield
    finally:
        os.close(checkout)


def _extension() -> bool:
    """Compile the extension with the environment's own Python; returns whether anything was done."""
    command = [environment.VENV / "bin/python", ROOT / "native/extension.py"]
    done = subprocess.run(command, check=False)
    if done.returncode not in {0, 3}:
        raise SetupError("the native extension could not be compiled, see above")
    return done.returncode == 0


def _engine(*, needed: bool) -> bool:
    """Compile the queue engine with the environment's own Python; returns whether anything was done. If it is
    not `needed`, the switch does without.
    """
    done = subprocess.run([environment.VENV / "bin/python", ROOT / "native/engine.py"], check=False)
    if done.returncode not in {0, 3}:
        if needed:
            raise SetupError("the queue engine could not be compiled, see above")
        print("  the queue engine runs as Python, for which everything takes it twice as long or more")
    return done.returncode == 0


def main() -> None:
    """Do all that is needed, and say so in one line when there is nothing."""
    parser = argparse.ArgumentParser(description="Set up what running the switch needs.")
    parser.add_argument("--tests", action="store_true", help="and what its tests need")
    tests = parser.parse_args().tests
    begun = time.monotonic()
    with _alone():
        log = build.cache() / "setup.log"
        log.unlink(missing_ok=True)
        if not environment.DONE.exists():
            print("  first set-up: about three minutes on two cores, most of it compiling pjsua2", flush=True)
        worked = packages.ensure(log, tests=tests)
        built = build.cached() is None
        wheel = build.ensure()
        filled = environment.ensure(wheel, log)
        compiled = _extension() | _engine(needed=tests)
    took = f"{time.monotonic() - begun:.1f} s"
    if worked or built or filled or compiled:
        print(f"  set-up complete after {took}")
    else:
        print(f"  set-up: nothing to do ({took})")


if __name__ == "__main__":
    sys.exit(guarded(main))
