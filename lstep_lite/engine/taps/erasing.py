"""What stays of taps when a person is forgotten: that something was tapped, and when."""

from lstep_lite.engine.friends import erasing
from lstep_lite.models import TapAnswer

erasing.empties(TapAnswer, params={})
