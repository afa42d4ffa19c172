"""The funnel as it is read: in the order of the flow, with those who wait and those who are lost on the way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine.scenarios.flow import Node
from lstep_lite.engine.scenarios.funnel import Numbers
from lstep_lite.models import Enrolment, EnrolmentState, Scenario

FEWEST = 3
"""Fewer people are no sign of anything."""
DROP_PERCENT = 20
BLOCKED_PERCENT = 5


@dataclass(frozen=True)
class Row:
    """One step in numbers."""

    node: Node
    lane: str
    """In which lanes it stands, in words; empty on the main way."""
    numbers: Numbers
    waiting: int
    """Friends for whom it comes next."""
    lost: int
    """Of those who reached the step before: neither here nor on the way."""
    before: int
    """Those who reached the step before."""

    @property
    def is_drop(self) -> bool:
        return self.lost >= FEWEST and 100 * self.lost >= DROP_PERCENT * self.before

    @property
    def drives_away(self) -> bool:
        """Whether many blocked us after it."""
        numbers = self.numbers
        return numbers.blocked >= FEWEST and 100 * numbers.blocked >= BLOCKED_PERCENT * numbers.sent


def rows(session: Session, scenario: Scenario, nodes: Sequence[Node], funnel: Mapping[str, Numbers]) -> list[Row]:
    """Each step of the flow, a branch followed by its lanes."""
    return list(_walk(nodes, funnel, _waiting(session, scenario), "", None))


def _waiting(session: Session, scenario: Scenario) -> dict[str, int]:
    query = (
        sa.select(Enrolment.next_code, sa.func.count())
        .where(Enrolment.scenario_id == scenario.id, Enrolment.state == EnrolmentState.ACTIVE)
        .group_by(Enrolment.next_code)
    )
    return {code: count for code, count in session.execute(query) if code}


def _walk(
    nodes: Sequence[Node], funnel: Mapping[str, Numbers], waiting: Mapping[str, int], lane: str, before: int | None
) -> Iterator[Row]:
    """*before* is how many came in; unknown on the main way, where some begin in the middle."""
    inside = 0
    for node in nodes:
        numbers, waits = funnel.get(node.step.code, Numbers()), waiting.get(node.step.code, 0)
        lost = max(0, before - numbers.reached - waits - inside) if before is not None else 0
        yield Row(node, lane, numbers, waits, lost, before or 0)
        before, inside = numbers.reached, _inside(node, waiting)
        for side, inner, count in (("はい", node.yes, numbers.yes), ("いいえ", node.no, numbers.no)):
            yield from _walk(inner, funnel, waiting, f"{lane}{node.when}の「{side}」", count)


def _inside(node: Node, waiting: Mapping[str, int]) -> int:
    """Friends who wait in the lanes of a branch."""
    return sum(waiting.get(inner.step.code, 0) + _inside(inner, waiting) for inner in (*node.yes, *node.no))
