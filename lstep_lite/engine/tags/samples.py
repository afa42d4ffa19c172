"""Tags to begin with: those that most salons use."""

from datetime import datetime

from sqlalchemy.orm import Session

from lstep_lite.engine.tags import keeping
from lstep_lite.engine.tags.keeping import TagDraft
from lstep_lite.models import Color

SAMPLES = (
    TagDraft("新規のお客様", Color.BLUE),
    TagDraft("リピーター", Color.GREEN, is_favourite=True),
    TagDraft("VIP", Color.PURPLE, is_favourite=True),
    TagDraft("カット", Color.GRAY),
    TagDraft("カラー", Color.ORANGE),
    TagDraft("パーマ", Color.PINK),
    TagDraft("ご無沙汰", Color.YELLOW),
    TagDraft("アレルギー確認", Color.RED, is_favourite=True),
)


def create(session: Session, *, now: datetime) -> int:
    """Those that are not there yet. Answers how many were made."""
    missing = [sample for sample in SAMPLES if keeping.find(session, sample.name) is None]
    for sample in missing:
        keeping.create(session, sample, now=now)
    return len(missing)
