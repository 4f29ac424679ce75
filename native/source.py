"""Where pjproject's source comes from: a named tarball or folder, or Debian's `asterisk` source package.

Debian carries pjproject as a component of that package (`*.orig-Xpjproject.tar.xz`). The package is
fetched with a private sources list and a private lists folder, so the machine's own apt set-up is
neither read for suites nor written; the mirror is the one the machine already uses, and apt checks the
signature with Debian's archive keyring.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

from progress import SetupError, run

VARIABLE = "PJPROJECT_SOURCE"
OLDEST = (2, 16)
DEBIAN_SUITE = "sid"
DEBIAN_PACKAGE = "asterisk"
DEBIAN_COMPONENT = "*.orig-Xpjproject.tar.*"
DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def named_source() -> Path | None:
    """The tarball or folder the user named, if any."""
    name = os.environ.get(VARIABLE, "")
    if not name:
        return None
    path = Path(name).expanduser().resolve()
    if not path.exists():
        raise SetupError(f"{VARIABLE} names {path}, which does not exist")
    return path


def digest(path: Path) -> str:
    """A short fingerprint of a named source: a tarball's content, a folder's names, sizes and times."""
    fingerprint = hashlib.sha256()
    if path.is_file():
        fingerprint.update(path.read_bytes())
    else:
        for file in sorted(path.rglob("*.[ch]*")):
            stat = file.stat()
            fingerprint.update(f"{file.relative_to(path)} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return fingerprint.hexdigest()[:8]


def unpack(into: Path, log: Path) -> Path:
    """Put a writable pjproject tree into the folder `into`, and return its root."""
    named = named_source()
    if named is not None and named.is_dir():
        tree = into / "pjproject"
        shutil.copytree(named, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        return _root(tree)
    tarball = named or _fetch_from_debian(into / "fetch", log)
    tree = into / "pjproject"
    tree.mkdir()
    run(["tar", "--extract", "--no-same-owner", f"--file={tarball}", f"--directory={tree}"], log)
    return _root(tree)


def version(tree: Path) -> str:
    """The version that `version.mak` names, such as "2.17"; SetupError if it is too old."""
    text = (tree / "version.mak").read_text(encoding="utf-8")
    found = dict(re.findall(r"^export PJ_VERSION_(MAJOR|MINOR|REV)\s*:=[ \t]*(\d*)", text, re.MULTILINE))
    parts = [found.get(name, "") for name in ("MAJOR", "MINOR", "REV")]
    number = ".".join(part for part in parts if part)
    if tuple(int(part) for part in number.split(".")[:2]) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise SetupError(f"pjproject {number} is too old, the switch needs {oldest} or newer")
    return number


def _root(tree: Path) -> Path:
    """The folder inside `tree` that holds pjproject's version.mak."""
    for candidate in (tree, *sorted(path for path in tree.iterdir() if path.is_dir())):
        if (candidate / "version.mak").is_file():
            return candidate
    raise SetupError(f"no pjproject in {named_source() or tree}: there is no version.mak")


def _fetch_from_debian(folder: Path, log: Path) -> Path:
    """Download the component tarball into `folder`; SetupError tells of the variable when that fails."""
    (folder / "lists" / "partial").mkdir(parents=True)
    sources = folder / "sources.list"
    signed = f" [signed-by={DEBIAN_KEYRING}]" if DEBIAN_KEYRING.exists() else ""
    sources.write_text(f"deb-src{signed} {_mirror()} {DEBIAN_SUITE} main\n", encoding="utf-8")
    private = [
        "apt-get",
        f"--option=Dir::Etc::SourceList={sources}",
        "--option=Dir::Etc::SourceParts=/dev/null",
        f"--option=Dir::State::Lists={folder / 'lists'}",
        f"--option=Dir::Cache={folder}",
        "--option=Acquire::Retries=3",
        "--option=APT::Sandbox::User=",
        "--option=Acquire::Languages=none",
        # A mirror that stands still is as good: the signature holds, and any version from 2.16 on will do.
        "--option=Acquire::Check-Valid-Until=false",
    ]
    try:
        run([*private, "update"], log, cwd=folder)
        run([*private, "source", "--download-only", "--only-source", DEBIAN_PACKAGE], log, cwd=folder)
    except SetupError as problem:
        raise SetupError(
            f"cannot fetch pjproject from Debian {DEBIAN_SUITE}: {problem}\n"
            f"On a machine without that registry set {VARIABLE} to a tarball or folder of pjproject "
            f"{'.'.join(map(str, OLDEST))} or newer."
        ) from None
    found = sorted(folder.glob(DEBIAN_COMPONENT))
    if not found:
        raise SetupError(
            f"Debian's {DEBIAN_PACKAGE} no longer carries pjproject; set {VARIABLE} to a tarball of it"
        )
    return found[-1]


def _mirror() -> str:
    """The mirror that the machine's apt uses for Debian itself."""
    known = _sites("$(ORIGIN)|$(SITE)") or _sites(
        "Debian|$(SITE)", "--no-release-info"
    )  # lists never fetched
    if not known:
        raise SetupError(
            f"this machine's apt names no mirror of Debian to fetch pjproject from: set {VARIABLE} to a "
            f"tarball or folder of pjproject {'.'.join(map(str, OLDEST))} or newer"
        )
    return known.most_common(1)[0][0]


def _sites(form: str, *options: str) -> Counter[str]:
    """How many index files apt takes from each mirror of Debian; `form` prints `origin|mirror`."""
    try:
        asked = subprocess.run(
            ["apt-get", "indextargets", *options, "--format", form],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return Counter()
    return Counter(
        site
        for origin, _, site in (line.partition("|") for line in asked.stdout.splitlines())
        if origin == "Debian" and "security" not in site
    )
