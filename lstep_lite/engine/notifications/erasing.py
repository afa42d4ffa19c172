"""What stays of notifications when the person they are about is forgotten: that something was told."""

from lstep_lite.engine.friends import erasing
from lstep_lite.models import Notification, StaffLink, UnansweredTalk

erasing.deletes(StaffLink, UnansweredTalk)
erasing.empties(Notification, body="")
