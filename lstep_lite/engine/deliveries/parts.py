"""How message objects are spread over requests. Pure.

A request carries five message objects. What is beyond them follows in further requests, and a delivery that is cut
goes on in a row of its own there, so that each row tells what became of its objects.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

OBJECTS_PER_CALL = 5
QUICK_REPLY_ITEMS = 13

MessageObject = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """Objects *start* to *stop* (exclusive) of the *index*-th list."""

    index: int
    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


def cut(lengths: Sequence[int], size: int = OBJECTS_PER_CALL) -> list[list[Slice]]:
    """Spread lists of these *lengths*, in order, over requests of up to *size* objects."""
    calls: list[list[Slice]] = []
    room = 0
    for index, length in enumerate(lengths):
        start = 0
        while start < length:
            if room == 0:
                calls.append([])
                room = size
            stop = min(length, start + room)
            calls[-1].append(Slice(index, start, stop))
            room -= stop - start
            start = stop
    return calls


def gather_quick_replies(objects: Sequence[MessageObject]) -> list[MessageObject]:
    """Move all quick replies to the last object: LINE shows them there only. Those beyond thirteen are left out."""
    items = [item for message in objects for item in message.get("quickReply", {}).get("items", ())]
    if not items:
        return list(objects)
    bare = [{key: value for key, value in message.items() if key != "quickReply"} for message in objects]
    bare[-1]["quickReply"] = {"items": items[:QUICK_REPLY_ITEMS]}
    return bare


def reply_body(reply_token: str, objects: Sequence[MessageObject]) -> str:
    return _json({"replyToken": reply_token, "messages": objects})


def push_body(user_id: str, objects: Sequence[MessageObject]) -> str:
    return _json({"to": user_id, "messages": objects})


def multicast_body(user_ids: Sequence[str], objects: Sequence[MessageObject]) -> str:
    return _json({"to": user_ids, "messages": objects})


def addressed_to(body: str, user_ids: Collection[str | None]) -> str:
    """The multicast *body* for those of its people who are in *user_ids*."""
    request = json.loads(body)
    return multicast_body([user_id for user_id in request["to"] if user_id in user_ids], request["messages"])


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
