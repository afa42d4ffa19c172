"""What stays of runs when a person is forgotten: that a set ran, and when."""

from lstep_lite.engine.friends import erasing
from lstep_lite.models import ActionRun

erasing.empties(ActionRun, results=[])
