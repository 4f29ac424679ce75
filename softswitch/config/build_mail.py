"""`mail:` and `reports:` as the switch runs on them."""

from __future__ import annotations

from typing import get_args

from softswitch.config import settings as plain
from softswitch.config.models.mail import Mail, Tongue
from softswitch.config.models.root import Configuration

PORTS = {"starttls": 587, "tls": 465, "off": 25}


def mail_settings(mail: Mail | None) -> plain.MailSettings | None:
    """The server; None: there is none."""
    if mail is None:
        return None
    return plain.MailSettings(
        server=mail.server,
        port=mail.port or PORTS[mail.tls],
        sender=mail.from_,
        username=mail.username,
        password=mail.password,
        tls=mail.tls,
        authorities=str(mail.authorities.absolute()) if mail.authorities else None,
        timeout=mail.timeout,
        alarm=mail.alarm,
    )


def report_settings(file: Configuration) -> tuple[plain.ReportSettings, ...]:
    """What is mailed when."""
    zone, common = zone_of(file), file.media.languages[0]
    return tuple(
        plain.ReportSettings(
            to=tuple(dict.fromkeys(one.to)),
            at=one.at,
            days=tuple(sorted(one.days)),
            range=one.range,
            queue=one.queue,
            by=tuple(one.by),
            attach=None if one.attach == "nothing" else one.attach,
            zone=one.timezone or zone,
            language=one.language or (common if common in get_args(Tongue) else "en"),
            names_language=one.language is not None,
        )
        for one in file.reports
    )


def zone_of(file: Configuration) -> str | None:
    """That of all opening hours; None: there are none, or several."""
    zones = zones_of(file)
    return zones[0] if len(zones) == 1 else None


def zones_of(file: Configuration) -> list[str]:
    """The time zones of opening hours."""
    return sorted({schedule.timezone for schedule in file.hours.values()})
