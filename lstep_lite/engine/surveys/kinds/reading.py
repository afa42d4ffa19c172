"""What stands between the questions, to be read."""

from lstep_lite.engine.studio import Choice, File, Text
from lstep_lite.engine.surveys.kinds.registry import Reader, kind


@kind
class Heading(Reader):
    name = "heading"
    label = "見出し"
    icon = "heading"
    order = 10
    inputs = (
        Text(name="label", label="見出し", most=100, words=False),
        Choice(name="level", label="大きさ", options={"large": "大", "small": "小"}, start="large", as_buttons=True),
    )


@kind
class Paragraph(Reader):
    name = "paragraph"
    label = "文章"
    icon = "text-plus"
    order = 20
    inputs = (Text(name="label", label="文章", most=5000, lines=5),)


@kind
class Picture(Reader):
    name = "picture"
    label = "画像"
    icon = "photo"
    order = 30
    inputs = (
        File(name="media_id", label="画像"),
        Text(name="label", label="画像の説明", most=100, words=False, hint="画面の読み上げに使います。"),
    )
