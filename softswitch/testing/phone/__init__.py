"""A scripted SIP phone for tests, caller and agent, over UDP and TCP, with an ear and a voice.

- phone.py: the phone; call.py, outgoing.py, incoming.py: its calls; transfer.py: what becomes of a REFER
- registration.py, subscription.py: what else it asks for; digest.py: how it answers challenges
- dialog.py: what calls and subscriptions share; reliable.py: provisional responses that want a PRACK
- message.py, sdp.py: the texts; transactions.py, wire.py: how they travel
"""

from softswitch.testing.phone.call import Call, Refused
from softswitch.testing.phone.incoming import IncomingCall
from softswitch.testing.phone.outgoing import OutgoingCall
from softswitch.testing.phone.phone import Phone
from softswitch.testing.phone.registration import bindings
from softswitch.testing.phone.subscription import Subscription
from softswitch.testing.phone.transfer import Transfer

__all__ = [
    "Call",
    "IncomingCall",
    "OutgoingCall",
    "Phone",
    "Refused",
    "Subscription",
    "Transfer",
    "bindings",
]
