"""Door-to-door rounds (评比): scoring a whole village on a phone without a network."""
