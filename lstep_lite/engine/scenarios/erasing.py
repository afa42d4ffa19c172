"""What stays of scenarios when a person is forgotten: that somebody got so far, and when. Nothing more is sent."""

from sqlalchemy.orm import Session

from lstep_lite.engine.friends import erasing
from lstep_lite.engine.friends.erasing import Traces
from lstep_lite.models import Enrolment, Passage

erasing.empties(Passage, reason=None)
erasing.empties(Enrolment, end_reason=None, next_code=None)
