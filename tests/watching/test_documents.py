"""The bodies of NOTIFYs: dialog-info and message-summary; and what may be watched."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softswitch.types import AgentName, Messages, Party
from softswitch.watching import dialog_info, message_summary
from softswitch.watching.lamps import Dialog, DialogState
from softswitch.watching.watched import Lamp, Watchable, Watched

ENTITY = "sip:201@acme.example:5070"
NS = "{urn:ietf:params:xml:ns:dialog-info}"
ANN, BOB = AgentName("ann"), AgentName("bob")


def read(text):
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    return ElementTree.fromstring(text.encode())


def test_a_document_in_full():
    dialogs = [Dialog("c1-o1", DialogState.CONFIRMED, Party("600100200", "Ada"), holds=True)]
    assert dialog_info.document(ENTITY, 3, dialogs, ["c0-o7"]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="3" state="full"'
        ' entity="sip:201@acme.example:5070">\n'
        '<dialog id="c1-o1" direction="recipient"><state>confirmed</state>'
        '<local><identity>sip:201@acme.example:5070</identity><target uri="sip:201@acme.example:5070">'
        '<param pname="+sip.rendering" pvalue="no"/></target></local>'
        '<remote><identity display="Ada">sip:600100200@acme.example:5070</identity>'
        '<target uri="sip:600100200@acme.example:5070"/></remote></dialog>\n'
        '<dialog id="c0-o7"><state>terminated</state></dialog>\n'
        "</dialog-info>\n"
    )


def test_nobody_is_on_the_phone():
    root = read(dialog_info.document(ENTITY, 0, []))
    assert (root.tag, root.get("version"), root.get("state"), list(root)) == (
        f"{NS}dialog-info",
        "0",
        "full",
        [],
    )


@given(st.text(), st.text(), st.text(min_size=1))
def test_whatever_a_caller_is_called_the_document_can_be_read(number, name, each):
    dialog = Dialog(each, DialogState.EARLY, Party(number, name), is_initiator=True)
    root = read(dialog_info.document(ENTITY, 1, [dialog], [each]))
    assert len(root) == 2
    identity = root.find(f"{NS}dialog/{NS}remote/{NS}identity")
    assert identity.text.startswith("sip:")
    assert " " not in identity.text


def test_a_caller_without_a_number_is_anonymous():
    root = read(dialog_info.document(ENTITY, 1, [Dialog("a", DialogState.EARLY, Party(""))]))
    assert root.findtext(f"{NS}dialog/{NS}remote/{NS}identity") == "sip:anonymous@anonymous.invalid"


def test_a_mailbox():
    assert message_summary.document(ENTITY, Messages(2, 8, 1, 0)) == (
        "Messages-Waiting: yes\r\nMessage-Account: sip:201@acme.example:5070\r\nVoice-Message: 2/8 (1/0)\r\n"
    )
    assert message_summary.document(ENTITY, Messages(old=8)).startswith("Messages-Waiting: no\r\n")


@pytest.mark.parametrize(
    ("package", "user", "found"),
    [
        ("dialog", "202", Watched(Lamp.CALLS, BOB)),
        ("dialog", "20-2", Watched(Lamp.CALLS, BOB)),
        ("dialog", "%32%30%32", Watched(Lamp.CALLS, BOB)),
        ("dialog", "999", 404),
        ("dialog", "", 404),
        ("dialog", "*13", Watched(Lamp.PAUSE, ANN)),
        ("message-summary", "201", Watched(Lamp.MAILBOX, ANN)),
        ("message-summary", "202", 403),
        ("message-summary", "*13", 404),
    ],
)
def test_what_ann_may_watch(package, user, found):
    watchable = Watchable({"201": ANN, "202": BOB}, "*13")
    assert watchable.find(package, user, ANN) == found
