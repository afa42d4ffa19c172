"""The colours of the designs: one family, so that a shop's messages look like one hand made them.

Words on a colour, and coloured words on white or on its pale tone, are readable (4.5:1 and more).
"""

INK = "#26221f"
SOFT = "#6b625b"
WHITE = "#ffffff"
CREAM = "#faf6f0"
EDGE = "#e8dfd4"

LEAF, LEAF_DEEP, LEAF_PALE = "#2f6b57", "#1c4a3b", "#e7f1ec"
ROSE, ROSE_DEEP, ROSE_PALE = "#a8465f", "#7d2f45", "#fbeef0"
CLAY, CLAY_DEEP, CLAY_PALE = "#a4512a", "#7b3a1c", "#fbf0e7"
NIGHT, NIGHT_DEEP, NIGHT_PALE = "#34507c", "#1e2f4d", "#eaeff7"
PLUM, PLUM_DEEP, PLUM_PALE = "#6b4a86", "#4a315f", "#f3eef8"
GOLD = "#f2d49b"
"""Of words on a deep colour only."""
