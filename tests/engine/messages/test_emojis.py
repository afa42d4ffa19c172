"""LINE's emoji in texts: our marks become `$` and a place."""

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lstep_lite.engine import messages
from lstep_lite.engine.messages.emojis import GROUPS, MOST, in_words, line_text, mark, marks
from lstep_lite.engine.messages.kinds.text import LIMIT, split
from lstep_lite.models import Friend
from tests.factories import NOW

SUN = mark("5ac21a18040ab15980c9b43e", 43)


def test_each_emoji_is_told_by_its_place_and_a_dollar_stays_a_dollar() -> None:
    message = line_text(f"𠮷$5 {SUN}、{SUN}")
    assert message["text"] == "𠮷$5 $、$"
    assert [emoji["index"] for emoji in message["emojis"]] == [5, 7]
    assert message["emojis"][0] | {"index": 0} == {
        "index": 0,
        "productId": "5ac21a18040ab15980c9b43e",
        "emojiId": "043",
    }
    assert messages.problems([message]) == []


def test_what_is_no_emoji_of_lines_stays_text() -> None:
    strange = (
        "(emoji:5ac21a18040ab15980c9b43e:240) (emoji:aaaaaaaaaaaaaaaaaaaaaaaa:001) (emoji:5ac21a18040ab15980c9b43e:000)"
    )
    assert line_text(strange) == {"type": "text", "text": strange}


def test_no_part_of_a_long_text_has_too_many_or_half_of_one() -> None:
    assert [len(list(marks(part))) for part in split(SUN * 45)] == [MOST, MOST, 5]
    first, second = split("あ" * (LIMIT - 10) + SUN + "い")
    assert (first, second) == ("あ" * (LIMIT - 10), SUN + "い")


def test_lists_and_messages_show_them(session: Session) -> None:
    blocks = [{"kind": "text", "text": f"[name]さん{SUN}"}]
    assert messages.preview_text(session, blocks) == "[name]さん(絵文字)"
    assert in_words(SUN + "と" + SUN) == "(絵文字)と(絵文字)"
    context = messages.context(session, blocks, public_url="", now=NOW)
    assert messages.render(context, Friend(display_name="花子"))[0]["text"] == "花子さん$"


EMOJI = st.sampled_from(sorted(GROUPS)).flatmap(
    lambda product: st.integers(1, GROUPS[product]).map(lambda number: mark(product, number))
)


@settings(deadline=None, max_examples=60)
@given(st.lists(EMOJI | st.text(max_size=300) | st.just("$。"), max_size=40).map("".join))
def test_any_text_with_emoji_is_taken_and_none_is_lost(text: str) -> None:
    parts = split(text, 1000)
    assert sum(len(list(marks(part))) for part in parts) == len(list(marks(text)))
    objects = [line_text(part) for part in parts]
    assert [problem for message in objects for problem in messages.problems([message])] == []
    assert sum(len(message.get("emojis", [])) for message in objects) == len(list(marks(text)))
