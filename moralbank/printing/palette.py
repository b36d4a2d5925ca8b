"""The colours of paper: red, gold, cream and ink."""

from reportlab.lib.colors import HexColor

RED = HexColor("#B3161B")
RED_BRIGHT = HexColor("#CB2127")
RED_DEEP = HexColor("#8A0D14")
GOLD = HexColor("#CB9A35")
GOLD_PALE = HexColor("#F6DC9B")
GOLD_DEEP = HexColor("#8E6516")
GOLD_BRIGHT = HexColor("#EBC265")
RED_DARK = HexColor("#7C0A11")
CREAM = HexColor("#FFF9EC")
CREAM_DARK = HexColor("#FAEFD6")
CREAM_SHADE = HexColor("#FCF2DE")
WHITE = HexColor("#FFFFFF")
INK = HexColor("#221A17")
GREY = HexColor("#6B615B")
