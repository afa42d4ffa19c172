"""What the phone shows: the talk, drawn, and what it needs for looking right."""

import base64
import io

from flask import Flask
from PIL import Image

from lstep_lite.emulator import BLUEPRINTS, Emulator
from tests.emulator.conftest import PUBLIC_URL, Caller, Control


def test_a_talk_comes_drawn_when_asked_for(emulator: Emulator, control: Control, call: Caller) -> None:
    user_id = control.a_friend()
    items = [{"type": "action", "action": {"type": "message", "label": "はい", "text": "はい"}}]
    picture = f"{PUBLIC_URL}/media/a.jpg"
    messages = [
        {"type": "image", "originalContentUrl": picture, "previewImageUrl": picture},
        {"type": "text", "text": "<b>予約</b>しますか？", "quickReply": {"items": items}},
    ]
    assert call("POST", "/v2/bot/message/push", {"to": user_id, "messages": messages}).status == 200
    image, text = control.get(f"/users/{user_id}/talk?drawn=1")
    assert 'src="/media/a.jpg"' in image["html"]["message"], "the public address is this server's own"
    assert "&lt;b&gt;予約&lt;/b&gt;しますか？" in text["html"]["message"]
    assert 'data-action="{&quot;type&quot;:&quot;message&quot;' in text["html"]["quick_replies"]
    assert image["html"]["quick_replies"] == ""
    assert all("html" not in entry for entry in control.get(f"/users/{user_id}/talk"))


def test_what_a_person_sent_is_drawn_from_where_it_is_kept(control: Control) -> None:
    user_id, out = control.a_friend(), io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    control.post(f"/users/{user_id}/say", {"image": base64.b64encode(out.getvalue()).decode()})
    [entry] = control.get(f"/users/{user_id}/talk?drawn=1")
    assert f'src="{entry["content_url"]}"' in entry["html"]["message"]


def test_only_the_newest_part_of_a_talk_can_be_asked_for(control: Control) -> None:
    user_id = control.a_friend()
    for text in ("一", "二", "三"):
        control.post(f"/users/{user_id}/say", {"text": text})
    newest = control.get(f"/users/{user_id}/talk?last=2")
    assert [entry["message"]["text"] for entry in newest] == ["二", "三"]


def test_the_phone_brings_its_dress_along() -> None:
    app = Flask("phone")
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    client = app.test_client()
    page = client.get("/emulator/").text
    for name in ("line.css", "line.js"):
        assert f"/emulator/{name}" in page
        with client.get(f"/emulator/{name}") as answer:
            assert answer.status_code == 200
    assert client.get("/emulator/app.css").status_code == 404
