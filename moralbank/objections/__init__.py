"""Objections (异议): by anyone, against one line, answered in writing."""
