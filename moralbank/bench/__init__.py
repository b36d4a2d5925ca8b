"""Speed, measured beside its limit: each figure is a ratio to a bare baseline of the same run."""
