"""The stickers that LINE lets a Messaging API account send (developers.line.biz, "List of available stickers").

LINE offers no pictures of them, so each is offered by what it shows, where that is known, else by its number.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    """One set of stickers; their ids run without gaps from *first_id*."""

    id: int
    title: str
    first_id: int
    sticker_count: int
    words: str = ""
    """What the stickers show, in their order, with spaces between."""

    @property
    def stickers(self) -> list[tuple[int, str]]:
        """Every sticker as (id, what it shows)."""
        words = self.words.split() or [f"{number}番" for number in range(1, self.sticker_count + 1)]
        return [(self.first_id + offset, word) for offset, word in enumerate(words)]


_POLITE_WORDS = """
OKです ありがとうございます 助かります 了解です いかがですか 大丈夫です よろしくお願いします 確認します
すみません 楽しみです お疲れさまです 大好きです すごいです うれしいです なるほど お願いします 考え中です
お手数をかけます おはようございます おやすみなさい 泣いています あわてています ごちそうさまです
がんばってください
"""
_SMALL_BROWN_AND_CONY = """
OK お返事まだかな いただきます つかれた ぬくぬく もしもし ふぅ やくそく ありがと 了解 おつかれ おねがい
お料理 がんばれ だいすき ちゅっ 見つけた よしよし じーっ ちらっ お祝い こちょこちょ 応援 おやすみ
"""
_MOVING_FRIENDS = """
お祝い いいね あまえる ちゅっ いますか おじぎ OK 来ました 投げキッス キッスを受けとる はてな うれしい
ぼんやり てれる 音楽でごきげん びっくり 泣く しょんぼり 拍手 ねむれない 言葉が出ない おねがい どうしよう
たましいが抜ける 変な顔 お金 だめ ねむい 見物 挑発 起きられない もうだめ かたまる ぷんぷん かわいこぶる
さわらないで たのむ さようなら おこる にらむ
"""
_SALLY = """
こんにちは だいすき うれしい OK はい いいえ 電話してね おやすみ のみもの お食事 お料理 おいしい ダンス おふろ
お誕生日 運動 おはよう ちょうちょ レース 水やり リラックス 温泉 はてな じっと見る かなしい 行かないで たいくつ
ちがいます いらいら おこる ぷんぷん きびしい顔 やれやれ いそげ こわい ふらふら おもしろい もやもや 雨 風邪
"""

PACKAGES = (
    Package(8515, "ていねいな言葉", 16581242, 24, _POLITE_WORDS),
    Package(6325, "ブラウンとコニー（小さめ）", 10979904, 24, _SMALL_BROWN_AND_CONY),
    Package(11537, "ブラウン・コニー・サリー（動く）", 52002734, 40, _MOVING_FRIENDS),
    Package(789, "サリー", 10855, 40, _SALLY),
    Package(11538, "チョコと仲間たち（動く）", 51626494, 40),
    Package(11539, "ユニバースターBT21", 52114110, 40),
    Package(446, "ムーン", 1988, 40),
    Package(1070, "ムーン その2", 17839, 40),
    Package(6136, "おわび", 10551376, 24),
    Package(6632, "おわび（中国語）", 11825374, 24),
    Package(6359, "ブラウンとコニー（英語）", 11069848, 24, _SMALL_BROWN_AND_CONY),
    Package(6362, "ブラウンとコニー（中国語）", 11087920, 24, _SMALL_BROWN_AND_CONY),
    Package(6370, "ブラウンとコニー（タイ語）", 11088016, 24, _SMALL_BROWN_AND_CONY),
    Package(8522, "ていねいな言葉（英語）", 16581266, 24, _POLITE_WORDS),
    Package(8525, "ていねいな言葉（中国語）", 16581290, 24, _POLITE_WORDS),
)

_LABELS = {(str(package.id), str(sticker_id)): word for package in PACKAGES for sticker_id, word in package.stickers}


def label(package_id: str, sticker_id: str) -> str | None:
    """What the sticker shows, or None for one that can't be sent."""
    return _LABELS.get((package_id, sticker_id))
