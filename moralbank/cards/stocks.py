"""The sheets that cards are printed on, by the key that the village sets."""

from typing import Final

from moralbank.printing.stocks import A4, Paper, Stock

CARD_STOCKS: Final = {
    stock.key: stock
    for stock in (
        Stock("a4-10", A4, columns=2, rows=5, width_mm=85.6, height_mm=54),
        Stock("card-10", A4, columns=2, rows=5, width_mm=90, height_mm=54, cut=False),
        Stock(
            "label-8",
            A4,
            columns=2,
            rows=4,
            width_mm=99.1,
            height_mm=67.7,
            gap_mm=(2.5, 0),
            cut=False,
        ),
        Stock("pvc", Paper(86, 54), columns=1, rows=1, width_mm=86, height_mm=54, cut=False),
    )
}
"""Bank cards (ISO/IEC 7810 ID-1) to be cut, ready-cut card paper, labels, one-card printers."""

PLAIN: Final = CARD_STOCKS["a4-10"]
