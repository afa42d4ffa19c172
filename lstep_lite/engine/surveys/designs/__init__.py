"""見本: finished forms that a shop takes as its own and changes. The order here is that of the gallery."""

from lstep_lite.engine.surveys.designs import (  # isort: skip - see above
    blank as blank,
    visits as visits,
    requests as requests,
    diagnosis as diagnosis,
)
from lstep_lite.engine.surveys.designs.registry import BLANK, Design, designs, get, offered, take

__all__ = ["BLANK", "Design", "designs", "get", "offered", "take"]
