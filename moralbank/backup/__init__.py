"""Backups: made while the bank works, proved, kept somewhere else, brought back."""
