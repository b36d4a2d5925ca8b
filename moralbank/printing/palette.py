"""The colours of paper: red, gold, cream and ink; and the calm ones of the modern posters."""

from reportlab.lib.colors import HexColor

RED = HexColor("#B3161B")
RED_BRIGHT = HexColor("#CB2127")
RED_DEEP = HexColor("#8A0D14")
GOLD = HexColor("#CB9A35")
GOLD_PALE = HexColor("#F6DC9B")
GOLD_DEEP = HexColor("#8E6516")
GOLD_BRIGHT = HexColor("#EBC265")
RED_DARK = HexColor("#7C0A11")
RED_CLOUD = HexColor("#B5222A")
CREAM = HexColor("#FFF9EC")
CREAM_DARK = HexColor("#FAEFD6")
CREAM_SHADE = HexColor("#FCF2DE")
WHITE = HexColor("#FFFFFF")
INK = HexColor("#221A17")
GREY = HexColor("#6B615B")
UMBER = HexColor("#463B35")
"""Small print of posters: a laser printer makes it of black dots, and it can still be read."""
BLACK = HexColor("#000000")

DAI = HexColor("#1C4453")
"""黛: the blue-green black of far mountains and painted brows."""
CINNABAR = HexColor("#B63A2B")
MIST = HexColor("#EFF4F3")
MIST_DEEP = HexColor("#DFEAE8")
MIST_FAR = HexColor("#CDDDDB")
DAWN = HexColor("#F6DDD2")
SLATE = HexColor("#3E4F56")
REED = HexColor("#9DB5B5")
