"""Sittings (评议会): who met when, what was decided, the minutes."""
