"""Spreading message objects over requests."""

from lstep_lite.engine.deliveries import parts
from lstep_lite.engine.deliveries.parts import Slice


def test_five_objects_go_in_one_request_and_the_rest_follows_in_order() -> None:
    assert parts.cut([2, 3]) == [[Slice(0, 0, 2), Slice(1, 0, 3)]]
    assert parts.cut([2, 4, 1]) == [[Slice(0, 0, 2), Slice(1, 0, 3)], [Slice(1, 3, 4), Slice(2, 0, 1)]]
    assert parts.cut([12]) == [[Slice(0, 0, 5)], [Slice(0, 5, 10)], [Slice(0, 10, 12)]]
    assert parts.cut([]) == []


def test_all_quick_replies_stand_on_the_last_object_and_are_thirteen_at_most() -> None:
    def item(number: int) -> dict[str, int]:
        return {"number": number}

    first = {"type": "text", "quickReply": {"items": [item(n) for n in range(10)]}}
    last = {"type": "text", "quickReply": {"items": [item(n) for n in range(10, 20)]}}
    moved = parts.gather_quick_replies([first, last])
    assert moved == [{"type": "text"}, {"type": "text", "quickReply": {"items": [item(n) for n in range(13)]}}]
    assert "quickReply" in first, "the given objects stay as they are"
