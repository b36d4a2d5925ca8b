"""Deeds on their way to points: recorded, decided, posted, and if need be reversed."""
