"""What stays of broadcasts when a person is forgotten: that the person was one of many, for their counts."""

from lstep_lite.engine.friends import erasing
from lstep_lite.models import Recipient

erasing.empties(Recipient, reason=None)
