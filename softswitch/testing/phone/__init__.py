"""A scripted SIP phone for tests, caller and agent, over UDP and TCP, with an ear and a voice.

- phone.py: the phone; call.py, outgoing.py, incoming.py: its calls
- message.py, sdp.py: the texts; transactions.py, wire.py: how they travel
"""

from softswitch.testing.phone.call import Call, Refused
from softswitch.testing.phone.incoming import IncomingCall
from softswitch.testing.phone.outgoing import OutgoingCall
from softswitch.testing.phone.phone import Phone

__all__ = ["Call", "IncomingCall", "OutgoingCall", "Phone", "Refused"]
