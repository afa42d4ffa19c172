"""What becomes of goals when a person is forgotten. While somebody is blocked time goes on and nothing is sent."""

from lstep_lite.engine.friends import erasing
from lstep_lite.models import Countdown, ReminderPassage

erasing.deletes(ReminderPassage, Countdown)
