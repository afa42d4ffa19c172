"""Addresses for scripts of customer pages: what seven digits of a postal code stand for."""

from flask import jsonify
from werkzeug.wrappers import Response

from lstep_lite.auth import public
from lstep_lite.blueprints.liff import pages
from lstep_lite.engine.surveys import addresses
from lstep_lite.errors import NotFound

bp = pages.blueprint("liff_postal_codes", __name__, "/liff/postal-codes")


@bp.get("/<code>")
@public
def show(code: str) -> Response:
    found = addresses.find(code) if len(code) == 7 and code.isascii() and code.isdigit() else None
    if found is None:
        raise NotFound("この郵便番号の住所は見つかりませんでした。")
    return jsonify(prefecture=found.prefecture, rest=found.rest)
