"""Households, their members, and the roster they are read from."""
