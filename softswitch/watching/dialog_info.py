"""The calls of an agent as `application/dialog-info+xml` (RFC 4235): always the full state.

Beside the calls that there are, a document lists those as terminated that the one before had: by the RFC a
full document without them would do, and some phones wait for the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from softswitch.types import Party
from softswitch.watching.lamps import Dialog

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\t\n\r]")
"""What XML 1.0 cannot hold (section 2.2), and what would not stay as it is in an attribute."""
_USER_SAFE = "-_.!~*'()&=+$,/"
"""What may stand unescaped in the user part of a SIP URI (RFC 3261 section 25.1), `;` and `?` apart."""


def document(entity: str, version: int, dialogs: Iterable[Dialog], ended: Iterable[str] = ()) -> str:
    """The document. `entity` is the URI of whose calls these are, `ended` ids of dialogs that are no more."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{version}" state="full"'
        f" entity={_attribute(entity)}>",
    ]
    domain = entity.rpartition("@")[2].removeprefix("sip:")
    lines += [_dialog(entity, domain, dialog) for dialog in dialogs]
    lines += [f"<dialog id={_attribute(each)}><state>terminated</state></dialog>" for each in sorted(ended)]
    return "\n".join([*lines, "</dialog-info>", ""])


def _dialog(entity: str, domain: str, dialog: Dialog) -> str:
    direction = "initiator" if dialog.is_initiator else "recipient"
    rendering = '<param pname="+sip.rendering" pvalue="no"/>' if dialog.holds else ""
    own, other = _attribute(entity), _address(dialog.remote, domain)
    name = f" display={_attribute(dialog.remote.name)}" if dialog.remote.name else ""
    return (
        f'<dialog id={_attribute(dialog.id)} direction="{direction}"><state>{dialog.state}</state>'
        f"<local><identity>{_text(entity)}</identity><target uri={own}>{rendering}</target></local>"
        f"<remote><identity{name}>{_text(other)}</identity><target uri={_attribute(other)}/></remote>"
        "</dialog>"
    )


def _address(who: Party, domain: str) -> str:
    if not who.number:
        return "sip:anonymous@anonymous.invalid"  # RFC 3323 section 4.1.1.3
    return f"sip:{quote(_plain(who.number), safe=_USER_SAFE)}@{domain}"


def _plain(text: str) -> str:
    return _NO_XML.sub(" ", text)


def _text(text: str) -> str:
    return escape(_plain(text))


def _attribute(text: str) -> str:
    return quoteattr(_plain(text))
