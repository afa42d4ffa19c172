"""What of a menu would not come out as staff mean it."""

from collections.abc import Collection, Iterator, Sequence

from lstep_lite.engine.rich_menus.composing import badges, fitting, fonts, glyphs
from lstep_lite.engine.rich_menus.composing.badges import Badge
from lstep_lite.engine.rich_menus.composing.cells import Drawn
from lstep_lite.engine.rich_menus.composing.fonts import Face
from lstep_lite.engine.rich_menus.composing.strips import Strip
from lstep_lite.engine.studio import Data, Problem

SHRUNK = 0.97
"""Words that had to become smaller than this share of what was asked for."""
LEAST_IN_BADGE = 28.0
"""Of words that are bold and stand alone."""


def warnings(
    document: Data, tab: Data, drawn: Sequence[Drawn], strip: Strip | None, pictures: Collection[int]
) -> Iterator[Problem]:
    """*drawn* are the tab's cells."""
    at = next((place for place, each in enumerate(document["tabs"]) if each["id"] == tab["id"]), 0)
    if strip:
        for place, each in enumerate(document["tabs"]):
            yield from _of_tab(each, strip, f"tabs.{place}")
    for name in ("picture_id", "ground_media_id", "logo_id"):
        yield from _lost_picture(tab.get(name), pictures, f"tabs.{at}.{name}")
    for place, cell in enumerate(drawn):
        yield from _of_cell(cell, pictures, f"tabs.{at}.cells.{place}")


def _of_tab(tab: Data, strip: Strip, path: str) -> Iterator[Problem]:
    yield from _unknown_words(tab["label"], strip.face, f"{path}.label")
    yield from _unknown_icon(tab["icon"], f"{path}.icon")
    if strip.size < fitting.LEAST:
        yield Problem(f"{path}.label", "タブの名前が長いため、文字がとても小さくなります。短くしてください。")


def _of_cell(drawn: Drawn, pictures: Collection[int], path: str) -> Iterator[Problem]:
    cell = drawn.cell
    yield from _lost_picture(cell.get("fill_media_id"), pictures, f"{path}.fill_media_id")
    yield from _unknown_icon(cell["icon"], f"{path}.icon")
    for at, line in enumerate(cell["lines"]):
        yield from _unknown_words(line["text"], Face(line["font"], line["is_bold"]), f"{path}.lines.{at}.text")
    for shown in drawn.layout.lines:
        yield from _small(shown, f"{path}.lines.{shown.at}.")
    if drawn.badge:
        yield from _of_badge(cell["badge_text"], drawn.badge, f"{path}.badge_text")


def _of_badge(text: str, badge: Badge, path: str) -> Iterator[Problem]:
    yield from _unknown_words(text, badges.FACE, path)
    if badge.size < LEAST_IN_BADGE:
        yield Problem(path, f"目印の「{text}」が長いため、文字がとても小さくなります。短くしてください。")


def _lost_picture(media_id: int | None, pictures: Collection[int], path: str) -> Iterator[Problem]:
    if media_id is not None and media_id not in pictures:
        yield Problem(path, "選んだ画像が見つからないため、描けません。選び直してください。")


def _small(line: fitting.Line, path: str) -> Iterator[Problem]:
    words = "".join(line.rows)
    if line.size < fitting.LEAST:
        yield Problem(
            f"{path}text",
            f"「{words}」が入りきらず、読めない大きさになります。文字を減らすか、ボタンを大きくしてください。",
        )
    elif line.asked and line.size < line.asked * SHRUNK:
        yield Problem(
            f"{path}size",
            f"「{words}」が入りきらないため、決めた大きさより小さくしました（{line.asked:g}→{int(line.size)}）。",
        )


def _unknown_words(text: str, face: Face, path: str) -> Iterator[Problem]:
    if unknown := fonts.unknown(text, face):
        yield Problem(path, f"「{unknown}」は画像に描けない文字のため、省きました。別の文字かアイコンにしてください。")


def _unknown_icon(name: str, path: str) -> Iterator[Problem]:
    if name and glyphs.character(name) is None:
        yield Problem(path, "このアイコンは使えなくなりました。選び直してください。")
