"""飲食: cafés, Japanese restaurants, bakeries, bars."""

from lstep_lite.engine.rich_menus.designs.parts import columns, line, look, menu, rows, small, tab
from lstep_lite.engine.rich_menus.designs.registry import design
from lstep_lite.engine.studio import Data


@design("restaurant_natural", style="ナチュラル", lead="紙のような背景と丸い文字。カフェやベーカリーに。")
def natural() -> Data:
    book = look(fill_color="@accent", color="@light", icon_color="@light", font="rounded", radius=20, icon_place="left")
    button = look(font="rounded", size=100, radius=14, has_shadow=True, icon_size=40)
    wide = look(font="rounded", size=100, radius=18, has_shadow=True, icon_place="left", icon_size=46)
    middle, below = columns(3, 340, 740), columns(2, 740, 1000)
    return menu(
        "beige",
        tab(
            "ホーム",
            book(
                (0, 0, 1000, 340),
                "席を予約したい",
                line("席を予約する", size=160),
                small("当日のご予約も承ります", 80),
                icon="armchair",
                icon_size=54,
            ),
            button(middle[0], "メニューを見たい", "メニュー", icon="coffee"),
            button(
                middle[1], "テイクアウトしたい", "テイクアウト", icon="shopping-bag", badge="pill", badge_text="人気"
            ),
            button(middle[2], "クーポンを見たい", "クーポン", icon="ticket"),
            wide(below[0], "お店の場所を知りたい", "アクセス", icon="map-pin"),
            wide(below[1], "問い合わせたい", "お問い合わせ", icon="message-circle"),
            pattern="paper",
            pattern_strength=40,
            padding=56,
            gap=36,
        ),
    )


@design("restaurant_elegant", style="和・明朝", lead="藍と金。静かな和食店、割烹、寿司店に。")
def elegant() -> Data:
    head = look(fill="none", font="mincho", radius=0)
    gold = look(
        fill_color="@accent", color="@light", icon_color="@light", font="mincho", size=118, radius=0, icon_size=50
    )
    plain = look(font="mincho", size=118, radius=0, border=4, icon_size=50)
    places = columns(4, 260, 1000)
    return menu(
        "indigo",
        tab(
            "ホーム",
            head(
                (0, 0, 1000, 260),
                "本日のおすすめを知りたい",
                line("季節の味を、静かな席で", size=120, color="@accent"),
                small("本日のおすすめを見る", 72),
                label="本日のおすすめ",
            ),
            gold(places[0], "席を予約したい", "ご予約", small("24時間受付", 74), icon="calendar"),
            plain(places[1], "お品書きを見たい", "お品書き", small("旬の献立", 74), icon="bowl-chopsticks"),
            plain(places[2], "お祝いや法事の相談をしたい", "ご会食", small("お祝い・法事", 74), icon="glass-full"),
            plain(places[3], "お店の場所を知りたい", "道案内", small("駐車場あり", 74), icon="map-pin"),
            pattern="waves",
            pattern_strength=10,
            padding=64,
            gap=40,
        ),
    )


@design("restaurant_pop", style="ポップ", lead="元気な色のモザイク。ハンバーガーやスイーツのお店に。")
def pop() -> Data:
    big = look(fill_color="@accent", color="@light", icon_color="@light", font="rounded", radius=8, icon_size=48)
    wide = look(font="rounded", size=110, radius=16, icon_place="left", icon_size=50)
    button = look(font="rounded", size=100, radius=14, icon_size=42)
    below = columns(3, 660, 1000)
    green = {"fill_color": "#0d6b4f", "color": "#ffffff", "icon_color": "#ffe14d"}
    return menu(
        "lemon",
        tab(
            "ホーム",
            big(
                (0, 0, 500, 660),
                "テイクアウトを注文したい",
                line("テイクアウト", size=150),
                small("スマホで注文・すぐ受け取り", 76),
                icon="burger",
                badge="burst",
                badge_text="NEW",
                badge_color="#0d6b4f",
                badge_corner="top_left",
            ),
            wide((500, 0, 500, 330), "席を予約したい", "席を予約", icon="armchair", **green),
            wide((500, 330, 500, 330), "メニューを見たい", "メニュー", icon="pizza"),
            button(
                below[0],
                "クーポンを見たい",
                "クーポン",
                icon="ticket",
                badge="pill",
                badge_text="20%OFF",
                badge_color="#b3152b",
            ),
            button(below[1], "ポイントを確認したい", "ポイント", icon="star"),
            button(below[2], "お店の場所を知りたい", "アクセス", icon="map-pin"),
            pattern="checks",
            pattern_color="#ffffff",
            pattern_strength=45,
            padding=48,
            gap=36,
        ),
    )


@design("restaurant_night", style="夜・ダーク", lead="ワイン色の3つのタブ。居酒屋、バル、バーに。")
def night() -> Data:
    hero = look(
        fill="gradient",
        fill_color="@accent",
        fill_color2="#c98d62",
        fill_direction="right",
        color="@light",
        icon_color="@light",
        radius=6,
        icon_place="left",
        icon_size=56,
    )
    button = look(radius=8, size=94, icon_size=42)
    wide = look(radius=10, size=136, icon_place="left", icon_size=56, align="left")
    three = columns(3, 480, 1000)
    dishes = [*columns(3, 0, 500), *columns(3, 500, 1000)]
    offers = rows(3, 0, 1000)
    ground = {
        "ground": "gradient",
        "ground_color": "#2a1218",
        "ground_color2": "#14070b",
        "pattern": "dots",
        "pattern_strength": 10,
        "padding": 56,
        "gap": 36,
    }
    return menu(
        "wine",
        tab(
            "ホーム",
            hero(
                (0, 0, 1000, 480),
                "席を予約したい",
                line("今夜の席を予約する", size=150),
                small("2名さまから貸し切りまで", 84),
                icon="glass-cocktail",
            ),
            button(three[0], "コースを見たい", "コース・宴会", icon="confetti"),
            button(
                three[1],
                "本日のおすすめを知りたい",
                "本日のおすすめ",
                icon="flame",
                badge="pill",
                badge_text="毎日更新",
                badge_color="#b3243c",
            ),
            button(three[2], "お店の場所を知りたい", "アクセス", icon="map-pin"),
            icon="home",
            **ground,
        ),
        tab(
            "お品書き",
            *(
                button(place, f"{label}のお品書きを見たい", label, icon=icon)
                for place, label, icon in zip(dishes, DISHES, DISH_ICONS, strict=True)
            ),
            icon="tools-kitchen-2",
            **ground,
        ),
        tab(
            "お得",
            wide(
                offers[0], "クーポンを見たい", "今月のクーポン", small("お会計の前にお見せください", 80), icon="ticket"
            ),
            wide(
                offers[1], "飲み放題を知りたい", "飲み放題のご案内", small("90分・120分から選べます", 80), icon="beer"
            ),
            wide(
                offers[2],
                "誕生日の相談をしたい",
                "お誕生日・記念日",
                small("デザートプレートをご用意します", 80),
                icon="cake",
            ),
            icon="discount",
            **ground,
        ),
        strip="bottom",
    )


DISHES = ("おすすめ", "お刺身", "焼き物", "揚げ物", "ご飯・麺", "お飲み物")
DISH_ICONS = ("star", "fish", "grill", "flame", "bowl-chopsticks", "beer")


@design("restaurant_photo", style="写真が主役", lead="料理の写真を背景に。写真がなくてもそのまま使えます。")
def photo() -> Data:
    words = look(fill="none", radius=0, align="left", color="@light", font="mincho")
    pill = look(fill_color="@surface", font="mincho", size=104, radius=50, icon_place="left", icon_size=60)
    places = rows(4, 570, 1000)
    return menu(
        "terracotta",
        tab(
            "ホーム",
            words(
                (0, 0, 570, 1000),
                "席を予約したい",
                small("TRATTORIA", 84),
                line("火と、素材と、\n笑い声と。", size=148),
                small("ご予約はこちら ›", 100),
                label="席を予約する",
            ),
            pill(places[0], "メニューを見たい", "メニュー", icon="pizza"),
            pill(places[1], "テイクアウトしたい", "テイクアウト", icon="shopping-bag"),
            pill(places[2], "クーポンを見たい", "クーポン", icon="ticket"),
            pill(places[3], "お店の場所を知りたい", "アクセス", icon="map-pin"),
            ground="gradient",
            ground_color="#8a3218",
            ground_color2="#2c120b",
            ground_direction="diagonal",
            pattern="paper",
            pattern_color="#ffffff",
            pattern_strength=12,
            padding=80,
            gap=52,
        ),
    )
