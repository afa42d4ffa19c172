"""From the friend list to a broadcast: the people shown or ticked there, as conditions."""

from lstep_lite.engine.friends import Audience, FriendState
from lstep_lite.engine.segments import Tree
from lstep_lite.engine.segments.conditions import picked
from lstep_lite.errors import DomainError

BY_WORD = (
    "言葉でさがした一覧の全員には、一斉配信を作れません。"
    "「くわしく絞り込む」の「名前」などの条件でさがすか、1人ずつ選んでください。"
)
OTHER_TAB = "この一覧の全員には、一斉配信を作れません。「友だち」の一覧から始めるか、1人ずつ選んでください。"


def tree_of(audience: Audience) -> Tree:
    """Raises DomainError for a list that no conditions describe, and for too many who were ticked one by one."""
    if audience.ids is not None:
        if len(audience.ids) > picked.MOST:
            raise DomainError(picked.TOO_MANY)
        return {"all": [{"id": "picked", "kind": "picked", "data": {"friend_ids": list(audience.ids)}}], "any": []}
    if audience.text:
        raise DomainError(BY_WORD)
    if audience.state not in (None, FriendState.FRIENDS):
        raise DomainError(OTHER_TAB)
    return audience.tree
