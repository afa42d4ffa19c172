"""How far one menu has come on its way to customers, for its page."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from lstep_lite.engine.rich_menus import listing, publishing
from lstep_lite.engine.rich_menus.listing import Standing
from lstep_lite.models import Publication, RichMenu


@dataclass(frozen=True)
class Progress:
    standing: Standing
    last: Publication | None
    """The newest attempt to bring it to LINE."""

    @property
    def steps(self) -> list[tuple[str, str]]:
        """What is done on the way in words, each "done", "now" or "later"."""
        at = list(publishing.STEPS).index(self.last.step) if self.last else 0
        places = enumerate(publishing.STEPS.values())
        return [(words, "done" if place < at else "now" if place == at else "later") for place, words in places]

    @property
    def can_cancel(self) -> bool:
        return self.last is not None and self.last.step in publishing.UNSEEN_STEPS


def of(session: Session, menu: RichMenu) -> Progress:
    last = listing.last_publications(session, [menu.id]).get(menu.id)
    return Progress(listing.standing(menu, last), last)
