"""What of a menu would not come out as staff mean it."""

from collections.abc import Iterator, Sequence

from lstep_lite.engine.rich_menus.composing import badges, fitting, fonts, glyphs
from lstep_lite.engine.rich_menus.composing.fitting import Layout
from lstep_lite.engine.rich_menus.composing.fonts import Face
from lstep_lite.engine.rich_menus.composing.strips import Strip
from lstep_lite.engine.studio import Data, Problem

SHRUNK = 0.97
"""Words that had to become smaller than this share of what was asked for."""


def warnings(document: Data, tab: Data, layouts: Sequence[Layout], strip: Strip | None) -> Iterator[Problem]:
    """*layouts* belong to the tab's cells."""
    at = next((place for place, each in enumerate(document["tabs"]) if each["id"] == tab["id"]), 0)
    if strip:
        for place, each in enumerate(document["tabs"]):
            yield from _of_tab(each, strip, f"tabs.{place}")
    for place, layout in enumerate(layouts):
        yield from _of_cell(tab["cells"][place], layout, f"tabs.{at}.cells.{place}")


def _of_tab(tab: Data, strip: Strip, path: str) -> Iterator[Problem]:
    yield from _unknown_words(tab["label"], strip.face, f"{path}.label")
    yield from _unknown_icon(tab["icon"], f"{path}.icon")
    if strip.size < fitting.LEAST:
        yield Problem(f"{path}.label", "タブの名前が長いため、文字がとても小さくなります。短くしてください。")


def _of_cell(cell: Data, layout: Layout, path: str) -> Iterator[Problem]:
    yield from _unknown_icon(cell["icon"], f"{path}.icon")
    if cell["badge"] != "none":
        yield from _unknown_words(cell["badge_text"], badges.FACE, f"{path}.badge_text")
    for at, line in enumerate(cell["lines"]):
        yield from _unknown_words(line["text"], Face(line["font"], line["is_bold"]), f"{path}.lines.{at}.text")
    for line in layout.lines:
        yield from _small(line, f"{path}.lines.{line.at}.")


def _small(line: fitting.Line, path: str) -> Iterator[Problem]:
    words = "".join(line.rows)
    if line.size < fitting.LEAST:
        yield Problem(
            f"{path}text",
            f"「{words}」が入りきらず、読めない大きさになります。文字を減らすか、ボタンを大きくしてください。",
        )
    elif line.asked and line.size < line.asked * SHRUNK:
        yield Problem(
            f"{path}size", f"「{words}」は{line.asked:g}pxでは入りきらないため、{int(line.size)}pxにしました。"
        )


def _unknown_words(text: str, face: Face, path: str) -> Iterator[Problem]:
    if unknown := fonts.unknown(text, face):
        yield Problem(path, f"「{unknown}」は画像に描けない文字のため、省きました。別の文字かアイコンにしてください。")


def _unknown_icon(name: str, path: str) -> Iterator[Problem]:
    if name and glyphs.character(name) is None:
        yield Problem(path, "このアイコンは使えなくなりました。選び直してください。")
