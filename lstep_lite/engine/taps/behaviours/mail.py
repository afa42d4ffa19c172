"""Write an e-mail.

LINE opens no mailto: links, so the tap opens a page of ours (templates/taps/mail_show.html) that holds one.
https://developers.line.biz/en/reference/messaging-api/#uri-action
"""

from urllib.parse import quote

from lstep_lite.engine.studio import Data, Text
from lstep_lite.engine.taps.contacts import Contact
from lstep_lite.engine.taps.registry import Behaviour, LineObject, Speaker, behaviour
from lstep_lite.models import FieldType


@behaviour
class WriteMail(Behaviour):
    name = "mail"
    label = "メールを書く"
    icon = "mail"
    order = 40
    inputs = (
        Contact(type=FieldType.EMAIL, name="address", label="メールアドレス", most=254, example="shop@example.com"),
        Text(name="subject", label="件名", most=100, required=False, words=False),
        Text(name="body", label="本文の書き出し", most=500, lines=3, required=False, words=False),
    )

    def line(self, tap: Data, speaker: Speaker) -> LineObject:
        return {"type": "uri", "uri": f"{speaker.public_url}/taps/{tap['id']}/mail"}


def link(tap: Data) -> str:
    """The mailto: address of a kept tap. https://www.rfc-editor.org/rfc/rfc6068"""
    parts = {"subject": tap["subject"], "body": tap["body"].replace("\n", "\r\n")}
    query = "&".join(f"{name}={quote(text, safe='')}" for name, text in parts.items() if text)
    return f"mailto:{quote(tap['address'], safe='@')}" + (f"?{query}" if query else "")
