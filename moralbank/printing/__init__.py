"""The paper kit: fonts, text that fits, QR codes, sheets and ornaments.

Knows neither the database nor Flask: rooms hand it plain values and get PDF drawing back.
Lengths are PDF points (1/72 inch) unless a name ends in ``_mm``; y grows upwards.
"""

from collections.abc import Callable

Progress = Callable[[int], None]
"""Whoever draws many pieces tells it how many are done."""
