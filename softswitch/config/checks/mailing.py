"""Mails can go out, their password is not read on the way, and reports tell of what is there."""

from __future__ import annotations

from softswitch.config.build_mail import zones_of
from softswitch.config.checks.scene import Loc, Scene
from softswitch.config.models.web import is_loopback
from softswitch.config.nearest import did_you_mean
from softswitch.config.pem import certificates_problem


def check(scene: Scene) -> None:
    """All of this file."""
    file = scene.configuration
    mail, zones = file.mail, zones_of(file)
    if mail is not None:
        _mail(scene)
    for index, report in enumerate(file.reports):
        loc: Loc = ("reports", index)
        queues = scene.root.names("queues")
        if report.queue is not None and report.queue not in queues:
            message = f"no queue is called {report.queue!r}{did_you_mean(report.queue, queues)}"
            scene.wrong((*loc, "queue"), message)
        if report.timezone is None and len(zones) > 1:
            message = f"`hours` follow several clocks, {', '.join(zones)}: add `timezone` to this report"
            scene.wrong((*loc, "at"), message)
    for name, box in file.voicemail.items():
        if box.email and mail is None and scene.root.child("mail") is None:
            message = "nobody takes these mails: add `mail: {server: smtp.office.example, from: ...}`"
            scene.wrong(("voicemail", name, "email"), message)
    if file.reports and mail is None and scene.root.child("mail") is None:
        scene.wrong_key(
            ("reports",), "nobody takes these mails: add `mail: {server: smtp.office.example, from: ...}`"
        )


def _mail(scene: Scene) -> None:
    mail = scene.configuration.mail
    assert mail is not None
    if mail.tls == "off" and not is_loopback(mail.server):
        if mail.password is not None:
            message = "a password would go over the network in the clear; write `tls: starttls` or `tls: tls`"
            scene.wrong(("mail", "tls"), message)
        else:
            message = "mails go over the network in the clear; most servers take `tls: starttls`"
            scene.warn(("mail", "tls"), message)
    if mail.authorities is not None and (problem := certificates_problem(mail.authorities)):
        scene.wrong(("mail", "authorities"), problem)
