"""The models of a sound file -> the plain settings that the switch runs on."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

from softswitch.config import settings as plain
from softswitch.config.build_alerts import alert_settings
from softswitch.config.build_dialling import dial_plan
from softswitch.config.build_hostile import access_of, hostility
from softswitch.config.build_hours import schedule
from softswitch.config.build_mail import mail_settings, report_settings, zone_of
from softswitch.config.build_menus import Voice, destination, menu_tree
from softswitch.config.build_queues import callbacks, engine_settings, messages, whispers
from softswitch.config.build_rules import caller_rule, entrances
from softswitch.config.build_sentences import books
from softswitch.config.build_service import service
from softswitch.config.build_trunks import trunk
from softswitch.config.build_voicemail import mailboxes
from softswitch.config.models.agents import Agent, Ha1
from softswitch.config.models.root import Configuration
from softswitch.config.models.sip import Encryption, Listener, Registration, Sip
from softswitch.config.models.web import Web, is_loopback
from softswitch.config.models.webhooks import Webhook
from softswitch.config.sip_settings import Listen, SipSettings
from softswitch.dialplan.codes import Features
from softswitch.hours import Hours
from softswitch.registration.accounts import Account
from softswitch.registration.digest import Algorithm
from softswitch.registration.registrar import Limits
from softswitch.routing import NumberRule, Routing
from softswitch.types import AgentName, Language, MailboxName, Srtp, TrunkName, Way

DATA = "softswitch-data"
"""The folder of the record, beside the configuration, when that names none."""
SQLITE = "sqlite:///"
STUN_PORT = 3478


def build(path: Path, file: Configuration) -> plain.SwitchSettings:
    """The settings; every name that they mention is there."""
    plan = dial_plan(file)
    voice = Voice(tuple(Language(language) for language in file.media.languages), plan)
    return plain.SwitchSettings(
        path=path,
        sip=_sip(file.sip),
        media=_media(file, voice),
        routing=Routing(
            numbers=tuple(NumberRule(number, destination(to, voice)) for number, to in file.numbers.items()),
            callers=tuple(map(caller_rule, file.callers)),
        ),
        menus=menu_tree(file, voice),
        hours=Hours({name: schedule(name, hours) for name, hours in file.hours.items()}),
        engine=engine_settings(file, voice),
        phones=_phones(file, voice),
        mailboxes=mailboxes(file, voice),
        queue_hours={name: queue.hours for name, queue in file.queues.items() if queue.hours is not None},
        entrances=entrances(file, voice),
        callbacks=callbacks(file),
        queue_labels={name: queue.label or name for name, queue in file.queues.items()},
        messages=messages(file, voice),
        whispers=whispers(file, voice),
        dialplan=plan,
        trunks={TrunkName(name): trunk(name, section) for name, section in file.trunks.items()},
        logins=_logins(file),
        features=_features(file),
        recording=_recording(file, voice),
        privacy=plain.PrivacySettings(file.privacy.numbers_in_logs == "masked", file.privacy.retention),
        data=(file.data or path.parent / DATA).absolute(),
        store=_store(path, file.store),
        events_in_memory=file.events_in_memory,
        web=_web(file.web),
        dispositions={
            name: tuple(queue.dispositions) for name, queue in file.queues.items() if queue.dispositions
        },
        panel_link=file.panel.link,
        service=service(file.service_level),
        zone=zone_of(file),
        mail=mail_settings(file.mail),
        reports=report_settings(file),
        alerts=alert_settings(file),
        webhooks=tuple(_webhook(name, hook) for name, hook in file.webhooks.items()),
    )


def _web(web: Web | None) -> plain.WebSettings | None:
    if web is None:
        return None
    host, _, port = web.listen.rpartition(":")
    host = host.strip("[]")
    return plain.WebSettings(host, int(port), web.metrics or ("open" if is_loopback(host) else "token"))


def _webhook(name: str, hook: Webhook) -> plain.Webhook:
    kinds = None if hook.events is None else frozenset(hook.events)
    return plain.Webhook(name, hook.url, hook.secret, kinds, hook.timeout, hook.attempts)


def _store(path: Path, url: str | None) -> str | None:
    """A file is beside the configuration, like every other."""
    if url is None or not url.startswith(SQLITE):
        return url
    return f"{SQLITE}{path.parent.absolute() / url.removeprefix(SQLITE)}"


def _sip(sip: Sip) -> SipSettings:
    first, last = map(int, sip.rtp_ports.split("-"))
    return SipSettings(
        listen=tuple(map(_listen, sip.listen)),
        certificate=sip.certificate.absolute() if sip.certificate else None,
        key=sip.key.absolute() if sip.key else None,
        authorities=sip.authorities.absolute() if sip.authorities else None,
        public_address=None if sip.public_address == "auto" else sip.public_address,
        stun=_host_and_port(sip.stun) if sip.stun else None,
        local_networks=tuple(IPv4Network(text) for text in sip.local_networks if ":" not in text),
        realm=sip.realm,
        codecs=tuple(sip.codecs),
        srtp=Srtp(sip.srtp),
        rtp_ports=(first, last),
        max_calls=sip.max_calls,
        guests=sip.guests,
        registration=_limits(sip.registration),
        keep_alive=sip.registration.keep_alive,
        rtp_timeout=sip.rtp_timeout,
        rtp_timeout_on_hold=sip.rtp_timeout_on_hold,
        drain=sip.drain,
        hostility=hostility(sip),
    )


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    return host, int(port or STUN_PORT)


def _limits(registration: Registration) -> Limits:
    return Limits(
        default=registration.expires,
        minimum=registration.shortest,
        maximum=registration.longest,
        contacts=registration.contacts,
    )


def _listen(listener: Listener) -> Listen:
    transport, _, rest = listener.at.partition(":")
    host, _, port = rest.rpartition(":")
    return Listen(transport, host.strip("[]"), int(port), access_of(listener))


def _media(file: Configuration, voice: Voice) -> plain.MediaSettings:
    return plain.MediaSettings(
        sample_rate=file.media.sample_rate,
        languages=voice.languages,
        music={name: tuple(path.absolute() for path in files) for name, files in file.music.items()},
        queue_music={name: queue.music for name, queue in file.queues.items()},
        sounds={name: voice.prompt(sound.say, sound.play) for name, sound in file.sounds.items()},
        prompts=None if file.media.prompts is None else file.media.prompts.absolute(),
        sentences=books(file),
    )


def _phones(file: Configuration, voice: Voice) -> dict[AgentName, plain.AgentPhone]:
    return {AgentName(name): _phone(name, agent, file.sip.srtp, voice) for name, agent in file.agents.items()}


def _phone(name: str, agent: Agent, usual: Encryption, voice: Voice) -> plain.AgentPhone:
    srtp = Srtp(agent.srtp or usual)
    outside = agent.dial if agent.is_outside else None
    return plain.AgentPhone(
        agent=AgentName(name),
        name=agent.name or name,
        way=Way(agent.dial, srtp=srtp) if agent.dial and outside is None else None,
        extension=agent.number,
        ring=agent.ring,
        forwards=agent.forwards,
        auto_answer=agent.auto_answer,
        srtp=srtp,
        outside=None if outside is None else voice.outside(outside, agent.via),
        confirm=agent.confirm is not False,
        mailbox=None if agent.voicemail is None else MailboxName(agent.voicemail),
    )


def _logins(file: Configuration) -> tuple[Account, ...]:
    return tuple(
        Account(agent.login, AgentName(name), agent.password, _hashes(agent.ha1))
        for name, agent in file.agents.items()
        if agent.login is not None
    )


def _hashes(given: Ha1 | None) -> dict[Algorithm, str]:
    found = {} if given is None else {Algorithm.MD5: given.md5, Algorithm.SHA256: given.sha256}
    return {algorithm: text for algorithm, text in found.items() if text is not None}


def _features(file: Configuration) -> Features:
    codes = file.features
    reasons = {
        digits: pause if isinstance(pause, str) else pause.reason for digits, pause in file.pauses.items()
    }
    return Features(**codes.model_dump(), reasons=reasons)


def _recording(file: Configuration, voice: Voice) -> plain.RecordingSettings:
    section, announce = file.recording, file.recording.announce
    return plain.RecordingSettings(
        folder=section.folder.absolute() if section.folder else None,
        queues={name: queue.record for name, queue in file.queues.items() if queue.record is not None},
        others=section.others,
        retention=section.retention,
        agents_listen=section.agents_listen == "own",
        announce=None if announce is None else voice.prompt(announce.say, announce.play),
    )
