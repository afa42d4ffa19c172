"""Call a phone number."""

from lstep_lite.engine.studio import Data
from lstep_lite.engine.taps.contacts import Contact
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour
from lstep_lite.models import FieldType


@behaviour
class Call(Behaviour):
    name = "phone"
    label = "電話をかける"
    icon = "phone"
    order = 30
    inputs = (Contact(type=FieldType.PHONE, name="number", label="電話番号", most=40, example="03-1234-5678"),)

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        return {"type": "uri", "uri": f"tel:{tap['number']}"}
