"""Red boards (榜): who did most good in a period, on the page and on the wall."""
