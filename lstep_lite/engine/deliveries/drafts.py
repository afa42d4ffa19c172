"""Claimed deliveries with their messages, ready to be written down and sent. Pure."""

from dataclasses import dataclass, field, replace

from lstep_lite.engine.deliveries.claim import Group, Row
from lstep_lite.engine.deliveries.parts import MessageObject, Slice, cut
from lstep_lite.models import CallKind


@dataclass(frozen=True)
class Part:
    """What one claimed delivery says. In a multicast one part stands for all rows."""

    row: Row
    objects: list[MessageObject]


@dataclass(frozen=True)
class Draft:
    """A group with its messages, ready to be sent."""

    group: Group
    parts: list[Part]
    broken: dict[int, str] = field(default_factory=dict)
    """Deliveries that LINE would refuse, with the reason."""

    def for_rows(self, rows: tuple[Row, ...]) -> "Draft":
        """This multicast for some of its people; for one alone it is a push."""
        kind = CallKind.MULTICAST if len(rows) > 1 else CallKind.PUSH
        return Draft(replace(self.group, rows=rows, kind=kind), [replace(part, row=rows[0]) for part in self.parts])

    def requests(self) -> list[list[Slice]]:
        """How its messages are spread over requests."""
        return cut([len(part.objects) for part in self.parts])
