"""Two rows of one person: what the kept one has in a field wins, gaps are filled from the other."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lstep_lite.engine import friends
from lstep_lite.models import FieldPick, FieldValue, Friend, Media, MediaState


@friends.merges
def _merge(session: Session, kept: Friend, gone: Friend) -> None:
    """Take away what loses; the rest moves with the row."""
    has_value = sa.select(FieldValue.field_id).where(FieldValue.friend_id == kept.id)
    has_pick = sa.select(FieldPick.field_id).where(FieldPick.friend_id == kept.id)
    loses = sa.and_(FieldValue.friend_id == gone.id, FieldValue.field_id.in_(has_value))
    files = sa.select(FieldValue.media_id).where(loses, FieldValue.media_id.is_not(None))
    gone_file = sa.update(Media).where(Media.id.in_(files)).values(state=MediaState.DELETED, file_name=None)
    session.execute(gone_file.execution_options(synchronize_session=False))
    session.execute(sa.delete(FieldPick).where(FieldPick.friend_id == gone.id, FieldPick.field_id.in_(has_pick)))
