"""Our settings in PJSUA's words, with the reason for each that is not its default."""

from __future__ import annotations

import pjsua2 as pj

from softswitch import __version__
from softswitch.config.settings import Trunk
from softswitch.config.sip_settings import Listen, SipSettings, in_uri
from softswitch.sip.certificate import Certificate
from softswitch.sip.hosts import address_of, name_servers, own_address
from softswitch.types import Srtp

MAX_LEGS = 8192
"""Slots for legs, as many as the library is built for."""

EVERYWHERE = frozenset({"0.0.0.0", "::", ""})


def domain_of(sip: SipSettings) -> str:
    """The host that From shows: the public address, the address we listen on, or the machine's own."""
    return sip.public_address or in_uri(own_host(sip, ipv6=all(listen.ipv6 for listen in sip.listen)))


def own_host(sip: SipSettings, *, ipv6: bool) -> str:
    """The host that we listen on, or the machine's own address; of IPv4 or of IPv6."""
    hosts = [listen.host for listen in sip.listen if listen.ipv6 is ipv6 and listen.host not in EVERYWHERE]
    return hosts[0] if hosts else own_address(ipv6=ipv6)


def library_options(rate: int, writer: pj.LogWriter) -> pj.EpConfig:
    """No threads for SIP, two for the bridge, no sound device, no processing that a switch has no use for."""
    config = pj.EpConfig()
    ua = config.uaConfig
    ua.threadCnt = 0
    ua.mainThreadOnly = True
    ua.maxCalls = MAX_LEGS
    ua.userAgent = f"softswitch/{__version__}"
    ua.natTypeInSdp = 0
    for server in name_servers():
        ua.nameserver.append(server)
    media = config.medConfig
    media.clockRate = media.sndClockRate = rate
    media.channelCount = 1
    media.audioFramePtime = media.ptime = 20
    media.confThreads = 2
    media.noVad = True  # phones take a pause in RTP for a dead call
    media.ecTailLen = 0
    media.sndAutoCloseTime = -1  # the null device is the clock; without calls too
    media.quality = 4 if rate == 8000 else 7  # of resampling: 4 a small filter, 7 a large one
    config.logConfig.level = 0  # raised once it runs
    config.logConfig.consoleLevel = 6
    config.logConfig.decor = 0
    config.logConfig.msgLogging = 0
    config.logConfig.writer = writer.__disown__()
    return config


def transport_options(listen: Listen, certificate: Certificate | None) -> pj.TransportConfig:
    """One SIP transport; the certificate is for TLS."""
    config = pj.TransportConfig()
    if listen.transport == "tls" and certificate is not None:
        config.tlsConfig = certificate.options()
    config.port = listen.port
    if listen.host not in EVERYWHERE:
        config.boundAddress = address_of(listen.host, "sip.listen")
    elif listen.transport != "tls":  # whose connections outlive it, and PJSIP lends them this text
        config.publicAddress = own_address(ipv6=listen.ipv6)  # PJSUA could find another one than RTP has
    return config


_SRTP = {
    Srtp.OFF: pj.PJMEDIA_SRTP_DISABLED,
    Srtp.OPTIONAL: pj.PJMEDIA_SRTP_OPTIONAL,
    Srtp.MANDATORY: pj.PJMEDIA_SRTP_MANDATORY,
}


def account_options(
    sip: SipSettings, domain: str, srtp: Srtp = Srtp.OFF, *, ipv6: bool = False
) -> pj.AccountConfig:
    """A local account: it never registers, and asks for nothing that a NAT client would."""
    config = pj.AccountConfig()
    config.idUri = f"sip:softswitch@{domain}"
    config.regConfig.registerOnAdd = False
    config.callConfig.prackUse = pj.PJSUA_100REL_OPTIONAL
    # RFC 4028, also with phones that do not know it: a caller who vanished would wait for ever.
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
    nat = config.natConfig
    nat.contactRewriteUse = nat.viaRewriteUse = nat.sipOutboundUse = nat.sdpNatRewriteUse = 0
    nat.contactUseSrcPort = 0  # that of a connection is one where nobody listens
    config.mediaConfig.lockCodecEnabled = False  # one re-INVITE less per call
    config.mediaConfig.srtpUse = _SRTP[srtp]
    if srtp is not Srtp.OFF:
        config.mediaConfig.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_SDES)  # alone: no DTLS is offered
    config.mediaConfig.srtpSecureSignaling = 0  # keys also travel where a phone speaks no TLS
    rtp = config.mediaConfig.transportConfig
    first, last = sip.rtp_ports
    rtp.port = first + first % 2
    rtp.portRange = last - rtp.port - 1
    config.mediaConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY if ipv6 else pj.PJSUA_IPV6_DISABLED
    hosts = {listen.host for listen in sip.listen if listen.ipv6 is ipv6}
    if len(hosts) == 1 and not hosts & EVERYWHERE:
        rtp.boundAddress = address_of(hosts.pop(), "sip.listen")
    # Without an address here PJSUA asks the resolver for the machine's own, at every call.
    rtp.publicAddress = address_of(own_host(sip, ipv6=ipv6), "sip.listen")
    return config


def trunk_options(sip: SipSettings, domain: str, trunk: Trunk, place: int) -> pj.AccountConfig:
    """The account of one server of a carrier. When to register again after a refusal is Python's business."""
    server = trunk.servers[place]
    config = account_options(sip, domain, trunk.srtp, ipv6=":" in server.host)
    config.idUri = f"sip:{trunk.username or 'softswitch'}@{trunk.domain or domain}"
    register = config.regConfig
    register.registrarUri = server.uri() if trunk.register else ""
    register.registerOnAdd = trunk.register
    register.timeoutSec = round(trunk.expires)
    register.retryIntervalSec = 0
    register.dropCallsOnFail = False
    if trunk.username is not None:
        user = trunk.auth_user or trunk.username
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, trunk.password or ""))
    return config
