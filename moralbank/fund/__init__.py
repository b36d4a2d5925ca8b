"""The money behind the points: income, goods bought, cover, lapse."""
