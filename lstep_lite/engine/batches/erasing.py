"""What stays of batches when a person is forgotten: that the person was part of them, for their counts."""

from lstep_lite.engine.friends import erasing
from lstep_lite.models import BatchMember

erasing.empties(BatchMember, note=None)
