"""見本から作る: finished cards to look at and to take."""

from flask import Blueprint, current_app, flash, g, url_for
from werkzeug.wrappers import Response

from lstep_lite.auth import allow
from lstep_lite.engine.messages import designs
from lstep_lite.engine.staff import Permission
from lstep_lite.web import go, render, runtime

bp = Blueprint("designs", __name__, url_prefix=designs.ADDRESS)

A_DAY = 24 * 60 * 60


@bp.get("")
@allow(Permission.MESSAGES_EDIT)
def index() -> Response:
    address = runtime().settings.public_url
    shown = [
        (design, designs.drawn(design, public_url=address, zone=g.zone, now=g.now))
        for design in designs.designs.values()
    ]
    return render("designs/index.html", designs=shown)


@bp.post("/<name>")
@allow(Permission.MESSAGES_EDIT)
def create(name: str) -> Response:
    design = designs.get(name)
    stored = designs.store(runtime().media, designs.missing(g.read, design))
    template = designs.take(g.session, design, stored, now=g.now)
    flash(f"テンプレート「{template.name}」を作りました。言葉や写真を、お店に合わせて変えてください。", "success")
    return go(url_for("messages.edit", template_id=template.id))


@bp.get("/pictures/<name>")
@allow(Permission.MESSAGES_EDIT)
def picture_show(name: str) -> Response:
    answer = current_app.response_class(designs.draw_picture(name), mimetype="image/png")
    answer.cache_control.private, answer.cache_control.max_age = True, A_DAY
    return answer
