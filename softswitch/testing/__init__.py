"""Fakes of the world, virtual time, an RTP ear and a scripted phone: supported API for tests.

- clock.py: a loop that jumps over waiting; a watch for callbacks that block
- fakes.py: endpoint, legs, speech, journal in memory, scripted; hearing.py: who heard what when
- ear.py: receives RTP and measures it; voice.py: sends RTP; rtp.py, g711.py: the formats
- recognise.py: finds a known clip in what was heard, also under music
- phone.py: a SIP phone that does what a test says
"""
