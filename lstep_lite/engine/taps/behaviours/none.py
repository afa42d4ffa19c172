"""Nothing happens."""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.taps.registry import Behaviour, Speaker, behaviour


@behaviour
class Nothing(Behaviour):
    name = "none"
    label = "何もしない"
    icon = "circle-off"
    order = 90

    def line(self, tap: Data, speaker: Speaker) -> None:
        return None
