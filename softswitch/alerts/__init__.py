"""When traffic becomes alarming: thresholds, and when a figure has been beyond one for long enough. Pure.

Each figure of each queue has a level: none, warn, alarm. It rises when the figure has been beyond a threshold
without a break for `after` seconds, and falls when it has been good without a break for `calm` seconds, where
good is a little better than the threshold (`until`): a figure on the edge does not flap.
"""
