"""新しいリッチメニュー: ready designs to look at, ways to divide a blank one, or a finished picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, g, request
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine.rich_menus import designs, geometry
from lstep_lite.engine.rich_menus.designs import Design
from lstep_lite.engine.rich_menus.layouts import LAYOUTS
from lstep_lite.engine.rich_menus.thumbnails import FOLDER, Thumbnails
from lstep_lite.engine.staff import Permission
from lstep_lite.engine.studio import Data
from lstep_lite.errors import NotFound
from lstep_lite.web import number, render, runtime

bp = Blueprint("rich_menu_designs", __name__, url_prefix="/rich-menus")

A_MONTH = 30 * 24 * 60 * 60
WIDTH = 800
"""Of the pictures, in pixels."""


@dataclass(frozen=True)
class Shown:
    """A design in the gallery, and how high its pictures are."""

    design: Design
    tabs: Sequence[Data]
    height: int


@bp.get("/new")
@allow(Permission.RICH_MENUS_EDIT)
def index() -> Response:
    industry = request.args.get("industry", "")
    return render(
        "rich_menus/new.html",
        industries=designs.INDUSTRIES,
        industry=industry if industry in designs.INDUSTRIES else "",
        shown=[
            _shown(each)
            for each in designs.offered()
            if industry not in designs.INDUSTRIES or each.industry == industry
        ],
        layouts=[(designs.layout(at), layout) for at, layout in enumerate(LAYOUTS)],
        picture=designs.PICTURE,
        folder_id=request.args.get("folder", type=number) or None,
    )


def _shown(design: Design) -> Shown:
    document = designs.sample(design.code)
    canvas = geometry.canvas_of(document)
    return Shown(design, document["tabs"], canvas.height * WIDTH // canvas.width)


@bp.get("/designs/<code>/pictures/<int:at>")
@allow(Permission.RICH_MENUS_EDIT)
def picture_show(code: str, at: int) -> Response:
    """One tab of a design; drawn when it is first asked for."""
    document = designs.sample(code)
    if at >= len(document["tabs"]):
        raise NotFound
    thumbnails = Thumbnails(runtime().media, runtime().settings.data_dir / FOLDER)
    drawn = thumbnails.picture(g.read, document, document["tabs"][at], width=WIDTH)
    answer = current_app.response_class(drawn.data, mimetype=drawn.content_type)
    answer.cache_control.private, answer.cache_control.max_age = True, A_MONTH
    return answer
