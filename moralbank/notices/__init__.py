"""Public notices (公示): what hangs, from when to when, and how it is posted."""
