"""Debian packages that the set-up needs: which are missing, and how to install them.

Libraries are named by their -dev packages, which bring the libraries themselves. Python's own headers
and venv module are asked of the chosen interpreter, as only the system's needs packages for them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from progress import SetupError, run, step

BUILD = (
    *("build-essential", "pkg-config", "swig", "xz-utils"),
    *("libopus-dev", "libspeex-dev", "libspeexdsp-dev", "libsrtp2-dev", "libssl-dev", "uuid-dev"),
)
RUN = ("espeak-ng", "sip-tester")
"""A second voice beside the one in the Python packages, and SIPp for the demonstration and the tests."""
TEST = ("baresip-core", "chromium", "kamailio", "postgresql")
"""For the tests alone: a telephone and a carrier's proxy that nobody here has written, a browser, and a
database."""
SERVICES = ("kamailio", "postgresql")
"""Those of them that would start by themselves, now and at every boot, and take the switch's port."""
POLICY = Path("/usr/sbin/policy-rc.d")
"""Asked by Debian's packages before they start a service; what ends with 101 says no."""

APT = ("apt-get", "--yes", "--no-install-recommends", "--option=DPkg::Lock::Timeout=120", "install")
APT_UPDATE = ("apt-get", "--option=DPkg::Lock::Timeout=120", "update")


def ensure(log: Path, *, tests: bool = False) -> bool:
    """Install what is missing, with what the tests need if asked; returns whether anything was.

    Raises SetupError that names the missing packages and one command when this user may not install.
    """
    missing = absent(tests=tests)
    if not missing:
        return False
    prefix = _rights()
    if prefix is None:
        raise SetupError(
            f"these Debian packages are missing: {' '.join(missing)}\n"
            "This user may not install packages. Let an administrator run:\n\n"
            f"    apt-get update && {_without_options(missing)}\n\n"
            "and then repeat this command."
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with step(f"installing {' '.join(missing)}", "about a minute, mostly download"):
        if not any(Path("/var/lib/apt/lists").glob("*_Packages*")):
            run([*prefix, *APT_UPDATE], log, env=quiet)
        with _services_stay_off(prefix, [name for name in SERVICES if name in missing], log):
            try:
                run([*prefix, *APT, *missing], log, env=quiet)
            except SetupError:  # the lists may be older than the mirror
                run([*prefix, *APT_UPDATE], log, env=quiet)
                run([*prefix, *APT, *missing], log, env=quiet)
    left = absent(tests=tests)
    if left:
        raise SetupError(f"apt-get reported success, yet these are still missing: {' '.join(left)}")
    return True


@contextmanager
def _services_stay_off(prefix: list[str], services: list[str], log: Path) -> Iterator[None]:
    """What is installed meanwhile starts none of these services, neither now nor at the next boot."""
    ours = bool(services) and not POLICY.exists()
    if ours:
        with tempfile.NamedTemporaryFile("w", suffix=".policy") as policy:
            policy.write("#!/bin/sh\nexit 101\n")
            policy.flush()
            run([*prefix, "install", "-m", "755", policy.name, POLICY], log)
    try:
        yield
        for service in services:
            run([*prefix, "update-rc.d", service, "disable"], log)
    finally:
        if ours:
            run([*prefix, "rm", "-f", POLICY], log)


def absent(*, tests: bool = False) -> list[str]:
    """The needed packages that are not installed, in alphabetical order."""
    wanted = {*BUILD, *RUN, *(TEST if tests else ()), *_for_python()}
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *sorted(wanted)]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        raise SetupError(
            "this is no Debian system; install the equivalents of these packages, then build with "
            f"native/build.py and native/extension.py by hand: {' '.join(sorted(wanted))}"
        ) from None
    installed = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return sorted(wanted - installed)


def _for_python() -> set[str]:
    """Packages that the chosen interpreter lacks: its headers, and what `-m venv` needs."""
    headers = Path(sysconfig.get_paths()["include"], "Python.h").is_file()
    if headers and find_spec("ensurepip") and find_spec("venv"):
        return set()
    if not sys.executable.startswith("/usr/bin/"):
        raise SetupError(
            f"the Python at {sys.executable} lacks its headers or the ensurepip module; "
            "name a complete one: make setup PYTHON=/path/to/python3"
        )
    system = Path("/usr/bin/python3").resolve().name
    name = "python3" if system == Path(sys.executable).resolve().name else Path(sys.executable).name
    return {f"{name}-dev", f"{name}-venv"}


def _rights() -> list[str] | None:
    """What to put before apt-get to run it as root: nothing, sudo, or None if there is no way."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n", *environment]
    if sys.stdin.isatty():
        print("  packages are missing; sudo asks for your password to install them", flush=True)
        if subprocess.run(["sudo", "-v"], check=False).returncode == 0:
            return ["sudo", "-n", *environment]
    return None


def _without_options(missing: list[str]) -> str:
    return f"apt-get install --yes --no-install-recommends {' '.join(missing)}"
