"""Messages that callers leave: taken from the recorder, kept as files, found again, mailed.

    calls/voicemail.py --Draft--> desk.py: files.py waits for the sound, cuts its silence
                                      |--> VoicemailLeft --> index.py: lamps, agents' phones, the API
                                                         --> the clerk: letter.py --> mail

What is known of a message is in a file beside its sound from before the tone on, and stays there until the
record has VoicemailLeft in its own file: a message survives a kill of the switch at any moment.
"""
