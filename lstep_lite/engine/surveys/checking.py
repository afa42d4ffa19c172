"""Whether a form can be kept as it is, and what of it had better be looked at again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from lstep_lite.engine.messages import placeholders
from lstep_lite.engine.studio import Data, Problem, Text, clean, walk
from lstep_lite.engine.surveys.documents import INPUTS, questions_of
from lstep_lite.engine.surveys.kinds.registry import PREFIX, kinds
from lstep_lite.engine.surveys.paths import END
from lstep_lite.errors import DomainError


class Refused(DomainError):
    """The document can't be kept; *problems* say where and why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("まだ保存していません。赤い印の付いたところを直してください。", "document")
        self.problems = problems


@dataclass(frozen=True)
class Examined:
    """A document as it would be kept, what is wrong with it, and what may be meant otherwise."""

    document: Data
    problems: Sequence[Problem]
    warnings: Sequence[Problem]


def examine(session: Session, document: Any) -> Examined:
    """Check *document*, which a browser posted and which may be anything."""
    kept, problems = clean(session, INPUTS, document)
    if not kept["pages"]:
        return Examined(kept, problems, ())
    if not questions_of(kept):
        problems.append(Problem("pages.0.parts", "質問を1つ以上置いてください。"))
    problems += [
        *_part_problems(kept),
        *_condition_problems(kept),
        *_way_problems(kept),
        *_result_problems(kept),
        *_word_problems(session, kept),
    ]
    return Examined(kept, problems, list(_warnings(kept)))


def _part_problems(document: Data) -> Iterator[Problem]:
    parameters: set[str] = set()
    for part, path in _parts(document):
        kind = kinds[part["kind"].removeprefix(PREFIX)]
        yield from (Problem(f"{path}.{problem.path}", problem.message) for problem in kind.problems(part))
        if (name := part.get("parameter")) is not None:
            if name in parameters:
                yield Problem(f"{path}.parameter", "同じ名前の項目がもう1つあります。別の名前にしてください。")
            parameters.add(name)


def _parts(document: Data) -> Iterator[tuple[Data, str]]:
    for at, page in enumerate(document["pages"]):
        for place, part in enumerate(page["parts"]):
            yield part, f"pages.{at}.parts.{place}"


def _condition_problems(document: Data) -> Iterator[Problem]:
    """Conditions go by questions that come before."""
    before: dict[str, Data] = {}
    for part, path in _parts(document):
        for place, condition in enumerate(part.get("shown_if") or ()):
            yield from _pick_problems(before, condition, f"{path}.shown_if.{place}", "前にある質問")
        if _has_choices(part):
            before[part["id"]] = part


def _way_problems(document: Data) -> Iterator[Problem]:
    """Jumps go by questions up to their own page, and lead forward."""
    before: dict[str, Data] = {}
    later = [page["id"] for page in document["pages"]]
    for at, page in enumerate(document["pages"]):
        later.remove(page["id"])
        before |= {part["id"]: part for part in page["parts"] if _has_choices(part)}
        for place, jump in enumerate(page["jumps"]):
            path = f"pages.{at}.jumps.{place}"
            yield from _pick_problems(before, jump, path, "このページまでの質問")
            if jump["page"] not in (*later, END):
                yield Problem(f"{path}.page", "次に進むページを選んでください。後ろのページだけ選べます。")
        if page["next"] and page["next"] not in (*later, END):
            yield Problem(f"pages.{at}.next", "次に進むページを選び直してください。後ろのページだけ選べます。")


def _pick_problems(known: dict[str, Data], picked: Data, path: str, which: str) -> Iterator[Problem]:
    question = known.get(picked["question"])
    if question is None:
        yield Problem(f"{path}.question", f"{which}の中から、選んで答える質問を選んでください。")
        return
    choices = {choice["id"] for choice in question["choices"]}
    if not picked["choices"] or not choices.issuperset(picked["choices"]):
        yield Problem(f"{path}.choices", "答えを1つ以上選んでください。")


def _has_choices(part: Data) -> bool:
    return kinds[part["kind"].removeprefix(PREFIX)].has_choices


def _result_problems(document: Data) -> Iterator[Problem]:
    results = document.get("results") or []
    if document["scoring"] != "none" and not results:
        yield Problem("results", "診断結果を1つ以上作ってください。")
    for place, result in enumerate(results):
        if result["most"] < result["least"]:
            yield Problem(f"results.{place}.most", "「点数（まで）」は「点数（から）」以上にしてください。")


def _word_problems(session: Session, document: Data) -> Iterator[Problem]:
    for found in walk(INPUTS, document):
        if isinstance(found.input, Text) and found.input.words:
            for word in placeholders.unknown(session, [found.value]):
                yield Problem(found.path, f"[{word}] は差し込みできない言葉です。選び直すか、[ ] を外してください。")


def _warnings(document: Data) -> Iterator[Problem]:
    pages = document["pages"]
    reached = {pages[0]["id"]} | {jump["page"] for page in pages for jump in page["jumps"]}
    for page, following in pairwise(pages):
        reached.add(page["next"] or following["id"])
    for at, page in enumerate(pages):
        if page["id"] not in reached:
            yield Problem(f"pages.{at}", "このページに進む道がありません。")
        if not page["parts"]:
            yield Problem(f"pages.{at}.parts", "このページには何もありません。")
