"""What becomes of tags when a person is blocked or forgotten."""

from lstep_lite.engine import friends
from lstep_lite.engine.friends import erasing
from lstep_lite.models import FriendTag

friends.archives(FriendTag, "タグ")
erasing.deletes(FriendTag)
