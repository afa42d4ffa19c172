"""A phone in the browser: the screen on top of the control API. It holds no state of its own."""

from flask import Blueprint, render_template

blueprint = Blueprint(
    "emulator_phone",
    __name__,
    url_prefix="/emulator",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@blueprint.get("/")
def show() -> str:
    return render_template("emulator/phone.html")
