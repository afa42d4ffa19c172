"""Putting documents of forms together: what is not said is as in a new part of the builder."""

from functools import cache
from typing import Any

from lstep_lite.engine.studio import Data, Element, fresh_inputs, new_code
from lstep_lite.engine.surveys.documents import PAGE, elements
from lstep_lite.engine.surveys.kinds.registry import PREFIX

_KEPT: dict[str, Data] = {
    name: {"save_to": [f"system:{name}"], "is_prefilled": True} for name in ("real_name", "kana", "phone", "email")
}
"""What is kept about the friend: a form asks for it once."""


def document(*pages: Data, results: tuple[Data, ...] = ()) -> Data:
    return {"pages": list(pages), "scoring": "score" if results else "none", "results": list(results)}


def page(title: str, *parts: Data, lead: str = "") -> Data:
    return {"kind": PAGE.name, "id": new_code(), **fresh_inputs(PAGE.inputs)} | {
        "title": title,
        "lead": lead,
        "parts": list(parts),
    }


def ask(kind: str, label: str, *, must: bool = False, **over: Any) -> Data:
    """A question; *must*: it has to be answered."""
    return _part(kind) | {"label": label, "is_required": must} | over


def pick(kind: str, label: str, *choices: str | Data, must: bool = False, other: bool = False, **over: Any) -> Data:
    """A question with choices; *other*: with a last one for something else, in words of their own."""
    given = [each if isinstance(each, dict) else choice(each) for each in choices]
    if other:
        given.append(choice("その他", is_other=True))
    for each in given:
        each["kind"] = f"{PREFIX}{kind}_choice"
    return ask(kind, label, must=must, choices=given, **over)


def choice(label: str, **over: Any) -> Data:
    """Its kind follows from the question it stands in."""
    return {"id": new_code(), "label": label, "is_other": False, "seats": 0, "score": 0} | over


def heading(label: str) -> Data:
    return _part("heading") | {"label": label, "level": "small"}


def text(label: str) -> Data:
    return _part("paragraph") | {"label": label}


def name(*, must: bool = True) -> Data:
    return ask("one_line", "お名前", must=must, example="花田 さくら", fills="name", **_KEPT["real_name"])


def kana() -> Data:
    return ask("one_line", "お名前（カタカナ）", rule="kana", example="ハナダ サクラ", **_KEPT["kana"])


def phone(*, must: bool = True) -> Data:
    return ask("one_line", "電話番号", must=must, rule="phone", example="090-1234-5678", **_KEPT["phone"])


def email(*, must: bool = True) -> Data:
    return ask("one_line", "メールアドレス", must=must, rule="email", example="hanako@example.com", **_KEPT["email"])


def birthday() -> Data:
    return ask("date", "お誕生日", limits="past", is_birthday=True, save_to=["system:birthday"], is_prefilled=True)


def privacy(purpose: str) -> Data:
    return ask(
        "consent",
        "個人情報の取り扱い",
        must=True,
        text=f"ご入力いただいた内容は、{purpose}のためだけに使い、ご本人の同意なく第三者に渡すことはありません。",
    )


def only_if(part: Data, question: Data, *labels: str) -> Data:
    """*part*, shown to those who picked one of these answers of *question*."""
    condition = {"kind": f"{PREFIX}condition", "id": new_code(), "question": question["id"]}
    return part | {"shown_if": [condition | {"choices": _codes(question, labels)}]}


def jump(question: Data, to: Data, *labels: str) -> Data:
    """Those who picked one of these answers go on with the page *to*."""
    way = {"kind": f"{PREFIX}jump", "id": new_code(), "question": question["id"], "page": to["id"]}
    return way | {"choices": _codes(question, labels)}


def result(label: str, least: int, most: int, text: str) -> Data:
    plain = {"kind": f"{PREFIX}result", "id": new_code(), "label": label, "least": least, "most": most}
    return plain | {"text": text, "media_id": None}


def _codes(question: Data, labels: tuple[str, ...]) -> list[str]:
    return [each["id"] for each in question["choices"] if each["label"] in labels]


def _part(kind: str) -> Data:
    element = _elements()[f"{PREFIX}{kind}"]
    return {"kind": element.name, "id": new_code(), **fresh_inputs(element.inputs)}


@cache
def _elements() -> dict[str, Element]:
    return {element.name: element for element in elements()}
