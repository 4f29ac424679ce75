"""Sound off the loop: music, speech, recordings; all of it ends as a Clip in memory at the bridge's rate."""
