"""The models of what is done against hostile networks -> the plain settings that the shield runs on."""

from __future__ import annotations

from softswitch.config.models.hostile import rate_of
from softswitch.config.models.sip import Listener, Sip
from softswitch.config.sip_settings import Access, BanSettings, Hostility, LimitSettings, Rate


def access_of(listener: Listener) -> Access:
    """Who may send requests to a listener."""
    return Access(tuple(listener.allow), tuple(listener.deny))


def hostility(sip: Sip) -> Hostility:
    """Limits, bans and scanners."""
    limits, ban = sip.limits, sip.ban
    return Hostility(
        limits=LimitSettings(
            per_source=_rate(limits.per_source),
            all=_rate(limits.all),
            lag=None if limits.lag == "unlimited" else limits.lag,
        ),
        ban=BanSettings(
            failures=None if ban.failures == "unlimited" else ban.failures,
            within=ban.within,
            lasts=ban.lasts,
            never=tuple(ban.never),
        ),
        scanners=tuple(sip.scanners),
    )


def _rate(text: str) -> Rate | None:
    rate = rate_of(text)
    return Rate(*rate) if rate else None
