"""What other systems are told: time-limited, tried again, and never waited on by a call."""
