"""What the supervisor sees: decisions, reversals, bars, objections, re-checks."""
