"""`softswitch demo`: real calls on this machine, live in the terminal, checked against the record and by ear.

The switch runs as a process of its own. Callers and agents are SIPp processes for SIP, with an ear and a
voice in this process for their RTP: all sound is really heard. What is shown is read off the events.
"""
