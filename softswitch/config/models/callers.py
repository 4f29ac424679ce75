"""`callers:`, classes of callers by their numbers, and who is asked about them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from softswitch.config.models.base import Section
from softswitch.config.models.destinations import Status
from softswitch.config.models.rules import NumberPatterns
from softswitch.config.models.sip import LanguageName
from softswitch.config.models.teams import Skills
from softswitch.config.models.webhooks import Url
from softswitch.config.quantities import Duration, Name, NumberPattern, Words, wrong


def _names_the_number(url: str) -> str:
    if url.count("{number}") != 1 or "{" in url.replace("{number}", ""):
        raise wrong("expected {number} in the URL once, as https://crm.example/callers/{number}")
    if "{" in url.removeprefix("https://").removeprefix("http://").partition("/")[0]:
        raise wrong("{number} belongs behind the host, as https://crm.example/callers/{number}")
    return url


class Caller(Section):
    """A class of callers, by their numbers, what they dialled and the time; the first that matches counts."""

    name: Words
    """For people and the record."""
    match: Annotated[list[NumberPattern], Field(min_length=1)] = Field(default=["*"])
    """Their numbers, or patterns of them; left out: everybody."""
    dialled: NumberPatterns | None = None
    """Only for calls to these numbers."""
    hours: Name | None = None
    """Only while these `hours` are open."""
    outside: Name | None = None
    """Only while these `hours` are closed."""
    priority: Name | None = None
    """The priority class in queues, as vip."""
    language: LanguageName | None = None
    """The language that they hear."""
    needs: Skills = Field(default={})
    """The least level of each skill that an agent must have, beside what the queue needs."""
    preferred: Name | None = None
    """The agent who is rung first, for as long as the queue's `preferred` says."""
    reject: Status | None = None
    """Refuse them, with a SIP status."""
    lookup: Annotated[Url, AfterValidator(_names_the_number)] | None = None
    """Ask this server by GET who is calling; `{number}` is the number, with its + written as %2B. It answers
    JSON, each key as it likes: `{"priority": "vip", "language": "pl", "needs": {"billing": 2}, "preferred":
    "desk-201", "name": "Anna Nowak", "note": "...", "data": {"plan": "gold"}}`, or 404 for nobody it knows.
    It is asked when the call comes, beside menus, and waited for on joining a queue only. What it says goes
    before what stands here."""
    timeout: Annotated[Duration, Field(ge=0.05, le=10)] = 0.3
    """With `lookup`: no call waits longer. After three failures in a row the server is left alone for a
    while."""
    secret: Words | None = None
    """With `lookup`: signs each question (header Softswitch-Signature, as for webhooks, over the path with
    its query in place of a body); `"${NAME}"` reads it from the environment."""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        special = (self.priority, self.language, self.reject, self.needs or None, self.preferred, self.lookup)
        if all(one is None for one in special):
            raise wrong(
                "expected `priority`, `language`, `needs`, `preferred`, `lookup` or `reject`: what is special"
                " about these callers"
            )
        if self.lookup is None and self.model_fields_set & {"timeout", "secret"}:
            raise wrong("`timeout` and `secret` go with `lookup`")
        return self
