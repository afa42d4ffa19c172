"""What becomes of testers when a person is forgotten."""

from lstep_lite.engine.friends import erasing
from lstep_lite.models import Tester

erasing.deletes(Tester)
