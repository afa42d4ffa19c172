"""What can be tapped in a menu: what stands in its document, and the tabs of its strip."""

from collections.abc import Iterator

from lstep_lite.engine import taps
from lstep_lite.engine.rich_menus import geometry
from lstep_lite.engine.rich_menus.documents import INPUTS
from lstep_lite.engine.rich_menus.geometry import Area
from lstep_lite.engine.studio import Data


def placed(document: Data) -> Iterator[taps.Placed]:
    """All of it. A tab of the strip is one thing to tap, whichever tab it is tapped in."""
    yield from taps.placed(INPUTS, document)
    if geometry.has_strip(document):
        for tab in document["tabs"]:
            yield taps.Placed(tap_of(tab["id"]), f"タブ「{tab['label']}」", "")


def tap_of(tab: str) -> Data:
    """What a tap on the strip does; it goes by the code of the tab it leads to."""
    return {"id": tab, "do": "switch_tab", "tab": tab}


def of_area(area: Area) -> Data:
    """The tap of an area, for `taps.line_action`."""
    return area.tap or tap_of(area.tab or "")
