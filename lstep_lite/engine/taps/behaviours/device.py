"""What the customer's phone does by itself; quick replies alone can ask for it.

https://developers.line.biz/en/reference/messaging-api/#camera-action
"""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, Where, behaviour


class OfTheDevice(Behaviour):
    """Base of these: the action has a type and nothing else."""

    places = frozenset({Where.QUICK_REPLY})

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        return {"type": self.name}


@behaviour
class Camera(OfTheDevice):
    name = "camera"
    label = "カメラで撮って送る"
    icon = "camera"
    order = 80


@behaviour
class CameraRoll(OfTheDevice):
    name = "cameraRoll"
    label = "写真を選んで送る"
    icon = "photo"
    order = 81


@behaviour
class Location(OfTheDevice):
    name = "location"
    label = "位置情報を送る"
    icon = "map-pin"
    order = 82
