"""`python -m softswitch.commands.letter FOLDER ORDER`: a report that is mailed, as JSON; the clerk runs it.

ORDER is JSON: `first`, `last`, `range`, `queue`, `by`, `attach`, `language` (see `ReportSettings`). Days are
those of TZ.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from softswitch.commands.report import Range, report_of
from softswitch.commands.report_files import PARTS, written
from softswitch.errors import NobodyCalled, SoftswitchError
from softswitch.reports import letter
from softswitch.reports.report import Report
from softswitch.reports.wording import words_of
from softswitch.store.reading import reading


def main(arguments: Sequence[str]) -> int:
    """Write the letter. A failure is one line on stderr."""
    folder, order = arguments
    try:
        sys.stdout.write(json.dumps(write(Path(folder), json.loads(order))))
    except SoftswitchError as error:
        print(f"softswitch: {error}", file=sys.stderr)
        return 1
    return 0


def write(folder: Path, order: Mapping[str, Any]) -> dict[str, Any]:
    """`subject`, `text`, `html` and `files`, each with `name` and `data`. Raises StoreError."""
    days = Range(date.fromisoformat(order["first"]), date.fromisoformat(order["last"]))
    words, queue = words_of(order["language"]), order["queue"]
    whom = words.say("mail.queue", queue=queue) if queue else words.say("mail.all")
    subject = words.say(f"mail.{order['range']}", whom=whom, days=words.days(days.first, days.last))
    try:
        with reading(folder) as connection:
            report = report_of(connection, days, queue, words)
    except NobodyCalled as nobody:
        return {"subject": subject, "text": f"{subject}\n\n{nobody}.\n", "html": None, "files": []}
    files = [
        {"name": name, "data": base64.b64encode(data).decode()}
        for name, data in _files(report, days, order["by"], order["attach"])
    ]
    html = letter.html(report, order["by"])
    return {"subject": subject, "text": letter.text(report), "html": html, "files": files}


def _files(report: Report, days: Range, bys: Sequence[str], form: str | None) -> list[tuple[str, bytes]]:
    stem = f"report-{days.first}" + (f"-{days.last}" if days.last != days.first else "")
    if form == "pdf":
        return [(f"{stem}.pdf", written(report, bys, "pdf"))]
    if form == "csv":
        files = [(f"{stem}-by-{by}.csv", written(report, [by], "csv")) for by in bys]
        others = [part for part in PARTS[1:] if part != "callbacks" or report.callbacks]
        return files + [(f"{stem}-{part}.csv", written(report, bys, "csv", part)) for part in others]
    return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
