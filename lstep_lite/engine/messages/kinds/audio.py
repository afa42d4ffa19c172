"""A sound from the media library. https://developers.line.biz/en/reference/messaging-api/#audio-message"""

from lstep_lite.engine.messages.kinds.registry import Block, Kind, LineObject, kind
from lstep_lite.engine.messages.rendering import Speaking
from lstep_lite.engine.studio import File
from lstep_lite.models import MediaKind


@kind
class Audio(Kind):
    name = "audio"
    label = "音声"
    icon = "music"
    order = 50
    lead = "録音した声や音楽を1つ送ります。"
    inputs = (File(name="media_id", label="音声", kind="audio", hint="長さは自動で読み取ります。"),)

    def render(self, block: Block, speaking: Speaking) -> list[LineObject]:
        sound = speaking.file(block["media_id"], MediaKind.AUDIO)
        return [{"type": "audio", "originalContentUrl": sound.url, "duration": max(sound.duration_ms, 1)}]
