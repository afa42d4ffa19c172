"""スタッフ紹介"""

from lstep_lite.engine.messages.designs.palette import CLAY, INK, LEAF, ROSE, SOFT
from lstep_lite.engine.messages.designs.parts import button, card, hero, part, text
from lstep_lite.engine.messages.designs.registry import Sample, design, document
from lstep_lite.engine.studio import Data

PEOPLE = (
    (
        "staff_rose",
        "花田 さくら",
        "店長・スタイリスト",
        "20代・30代の大人ショートが得意です。お手入れのしやすさを大切にしています。",
        ROSE,
    ),
    ("staff_leaf", "森 みどり", "カラーリスト", "肌の色に合わせた自然な色づくりならおまかせください。", LEAF),
    ("staff_clay", "秋山 あかね", "ヘッドスパ担当", "毎日がんばる方に、ほっとする時間をお届けします。", CLAY),
)


@design(
    "staff",
    label="スタッフ紹介",
    lead="写真とひとことを、ひとり1枚のカードで。",
    pictures=[person[0] for person in PEOPLE],
)
def make(sample: Sample) -> Data:
    return document("スタッフをご紹介します", *(_person(sample, *person) for person in PEOPLE), size="kilo")


def _person(sample: Sample, picture: str, name: str, role: str, words: str, color: str) -> Data:
    body = [
        part("badge", text=role, background=color, size="xxs"),
        text(name, size="xl", bold=True, color=INK, margin="md"),
        text(words, size="sm", color=SOFT, margin="sm"),
    ]
    reply = f"{name}をご指名ですね。ありがとうございます。ご希望の日時をこのトークで教えてください。"
    footer = [button("このスタッフを指名する", reply=reply, color=color, height="sm")]
    return card(**hero(sample.pictures[picture], ratio="4:3"), body=body, footer=footer)
