"""見本: finished menus to begin with. The designs of one industry a file; each has a look and a division of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from lstep_lite.engine.studio import Data
from lstep_lite.errors import NotFound

INDUSTRIES: Mapping[str, str] = {
    "restaurant": "飲食",
    "salon": "美容サロン",
    "clinic": "クリニック",
    "store": "小売・EC",
    "school": "教室・塾",
    "estate": "不動産",
}
"""In the order of the gallery."""
Make = Callable[[], Data]


@dataclass(frozen=True)
class Design:
    code: str
    industry: str
    style: str
    """How it looks, in a word or two."""
    lead: str
    """For whom it is, in one short sentence."""
    make: Make

    @property
    def label(self) -> str:
        return f"{self.style}（{INDUSTRIES[self.industry]}）"


_designs: dict[str, Design] = {}


def design(code: str, *, style: str, lead: str) -> Callable[[Make], Make]:
    """Register the function below, which makes the document. *code* begins with the industry: salon_natural."""

    def register(make: Make) -> Make:
        _designs[code] = Design(code, code.split("_")[0], style, lead, make)
        return make

    return register


def offered() -> Sequence[Design]:
    """By industry."""
    return sorted(_designs.values(), key=lambda each: list(INDUSTRIES).index(each.industry))


def is_known(code: str) -> bool:
    return code in _designs


def get(code: str) -> Design:
    """Raises NotFound."""
    if not is_known(code):
        raise NotFound("この見本は見つかりませんでした。")
    return _designs[code]


def document(code: str) -> Data:
    """What a menu made from this design begins with: its tabs, buttons and taps are new each time. Raises NotFound."""
    return get(code).make()


def sample(code: str) -> Data:
    """The same each time, so that pictures of it can be kept. Raises NotFound."""
    numbered: Data = _numbered(document(code), count(1))
    return numbered


def _numbered(part: Any, numbers: Iterator[int]) -> Any:
    """*part* with numbers in place of its random codes."""
    if isinstance(part, list):
        return [_numbered(each, numbers) for each in part]
    if not isinstance(part, dict):
        return part
    codes = {"id": f"sample-{next(numbers)}"} if "id" in part else {}
    return {name: _numbered(each, numbers) for name, each in part.items()} | codes
