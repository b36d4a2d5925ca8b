"""What fen are in points: the one place that rounds."""


def points_for(fen: int, rate_fen: int) -> int:
    """Whole points that must be exchanged to pay `fen` of store credit at `rate_fen` a point.

    Rounded up: points are whole, and what the last one brings too much stays as credit.
    """
    return -(-max(0, fen) // rate_fen)
