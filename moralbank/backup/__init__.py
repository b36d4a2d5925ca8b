"""Backups: made while the bank works, proved, kept, and put back."""
