"""不動産: renting, buying, selling."""

from lstep_lite.engine.rich_menus.designs.parts import columns, line, look, menu, rows, small, tab
from lstep_lite.engine.rich_menus.designs.registry import design
from lstep_lite.engine.studio import Data


@design("estate_trust", style="信頼・ネイビー", lead="「探す」を一番上に。賃貸も売買も扱う会社に。")
def trust() -> Data:
    hero = look(
        fill="gradient",
        fill_color="@accent",
        fill_color2="#2e6aa6",
        fill_direction="right",
        color="@light",
        icon_color="@light",
        radius=8,
        icon_place="left",
        icon_size=60,
    )
    kind = look(size=120, radius=10, icon_place="left", icon_size=52, border=4)
    button = look(size=92, radius=10, icon_size=42)
    middle, below = columns(3, 380, 640), columns(3, 640, 1000)
    return menu(
        "navy",
        tab(
            "ホーム",
            hero(
                (0, 0, 1000, 380),
                "物件を探したい",
                line("物件を探す", size=180),
                small("ご希望の条件をお聞かせください", 84),
                icon="home-search",
            ),
            kind(middle[0], "借りたい", "借りる", icon="key"),
            kind(middle[1], "買いたい", "買う", icon="home-heart"),
            kind(middle[2], "売りたい", "売る", icon="coin-yen"),
            button(below[0], "来店を予約したい", "来店予約", icon="calendar-check"),
            button(below[1], "内見したい", "内見予約", icon="door-enter"),
            button(below[2], "問い合わせたい", "お問い合わせ", icon="message"),
            padding=52,
            gap=34,
        ),
    )


@design("estate_tabs", style="ナチュラル・3つのタブ", lead="借りる・買う・売るで中身が変わる、地域密着の会社に。")
def natural() -> Data:
    main = look(fill_color="@accent", color="@light", icon_color="@light", font="rounded", radius=10, icon_size=46)
    button = look(font="rounded", size=100, radius=14, icon_size=42, has_shadow=True)
    wide = look(font="rounded", size=110, radius=20, icon_place="left", icon_size=52, has_shadow=True)
    rent = [*columns(2, 0, 500, left=400), *columns(2, 500, 1000, left=400)]
    buy, sell = columns(3, 500, 1000), rows(3, 500, 1000)
    ground = {"pattern": "waves", "pattern_strength": 10, "padding": 52, "gap": 36}
    return menu(
        "leaf",
        tab(
            "借りる",
            main(
                (0, 0, 400, 1000),
                "賃貸物件を探したい",
                line("部屋を探す", size=140),
                small("家賃・間取りから", 80),
                icon="home-search",
            ),
            button(rent[0], "内見を予約したい", "内見予約", icon="door-enter"),
            button(rent[1], "新着の物件を見たい", "新着物件", icon="sparkles", badge="pill", badge_text="NEW"),
            button(rent[2], "初期費用を知りたい", "初期費用", icon="calculator"),
            button(rent[3], "来店を予約したい", "来店予約", icon="calendar-check"),
            icon="key",
            **ground,
        ),
        tab(
            "買う",
            main(
                (0, 0, 1000, 500),
                "購入する物件を探したい",
                line("マイホームを探す", size=160),
                small("一戸建て・マンション・土地", 84),
                icon="home-heart",
                icon_place="left",
                icon_size=56,
            ),
            button(buy[0], "資金の相談をしたい", "資金計画", icon="pig-money"),
            button(buy[1], "見学会を知りたい", "見学会", icon="calendar-event"),
            button(buy[2], "購入の流れを知りたい", "購入の流れ", icon="route"),
            icon="home",
            **ground,
        ),
        tab(
            "売る",
            main(
                (0, 0, 500, 1000),
                "査定をお願いしたい",
                line("無料で査定", size=150),
                small("秘密は守ります", 84),
                icon="coin-yen",
                badge="ribbon",
                badge_text="無料",
                badge_color="#b3152b",
            ),
            wide(sell[0], "売却の流れを知りたい", "売却の流れ", icon="route"),
            wide(sell[1], "相続の相談をしたい", "相続の相談", icon="users"),
            wide(sell[2], "売却の実績を見たい", "売却の実績", icon="chart-bar"),
            icon="coin-yen",
            **ground,
        ),
        strip_style="folder",
        strip_font="rounded",
        strip_height=140,
    )


@design("estate_mono", style="モダン・モノトーン", lead="番号を添えた大きな4枚。リノベーションやデザイナーズに。")
def mono() -> Data:
    tile = look(
        size=140,
        radius=0,
        align="left",
        valign="bottom",
        icon_place="right",
        icon_size=40,
        icon_color="@ink",
        border=3,
        border_color="@ink",
    )
    dark = {"fill_color": "@accent", "color": "@light", "icon_color": "@light"}
    above, below = columns(2, 0, 500), columns(2, 500, 1000)
    return menu(
        "mono",
        tab(
            "ホーム",
            tile(
                above[0],
                "物件を探したい",
                small("01 SEARCH", 72),
                "物件を探す",
                label="物件を探す",
                icon="search",
                **dark,
            ),
            tile(above[1], "内見したい", small("02 VIEWING", 72), "内見予約", label="内見予約", icon="door"),
            tile(below[0], "施工例を見たい", small("03 WORKS", 72), "施工例", label="施工例", icon="photo"),
            tile(below[1], "相談したい", small("04 CONTACT", 72), "相談する", label="相談する", icon="message", **dark),
            padding=44,
            gap=32,
        ),
    )


@design("estate_luxury", style="高級・明朝", lead="墨と真ちゅう色。高級賃貸やリゾート物件に。")
def luxury() -> Data:
    hero = look(
        fill="none",
        font="mincho",
        radius=0,
        align="left",
        valign="bottom",
        icon="building-skyscraper",
        icon_place="back",
        icon_color="@accent",
        icon_size=100,
    )
    item = look(font="mincho", size=112, radius=0, align="left", icon_place="left", icon_size=46)
    places = rows(4, 580, 1000)
    return menu(
        "coal",
        tab(
            "ホーム",
            hero(
                (0, 0, 580, 1000),
                "物件を探したい",
                small("RESIDENCE", 80, color="@accent"),
                line("眺めのある\n暮らしへ。", size=190),
                small("物件を探す ›", 96),
                label="物件を探す",
            ),
            item(places[0], "新着の物件を見たい", "新着のご紹介", icon="sparkles"),
            item(places[1], "内見したい", "内見のご予約", icon="key"),
            item(places[2], "売却の相談をしたい", "ご売却の相談", icon="diamond"),
            item(places[3], "担当者と話したい", "担当者に連絡", icon="phone"),
            ground="gradient",
            ground_color="#26221e",
            ground_color2="#0f0e0d",
            ground_direction="diagonal",
            padding=64,
            gap=28,
        ),
    )


@design("estate_pop", style="ポップ・小サイズ", lead="部屋探しを楽しく。学生や一人暮らし向けの会社に。")
def pop() -> Data:
    main = look(
        fill_color="@accent",
        color="@light",
        icon_color="@light",
        font="rounded",
        radius=50,
        icon_place="left",
        icon_size=60,
    )
    button = look(font="rounded", size=84, radius=50, icon_place="left", icon_size=52)
    above, below = columns(2, 0, 500), columns(3, 500, 1000)
    return menu(
        "tomato",
        tab(
            "ホーム",
            main(above[0], "部屋を探したい", line("部屋を探す", size=130), icon="home-search"),
            main(above[1], "内見したい", line("内見する", size=130), icon="door-enter", fill_color="#0b6b60"),
            button(below[0], "お得な物件を見たい", "お得な部屋", icon="discount", badge="pill", badge_text="特集"),
            button(below[1], "引っ越しの相談をしたい", "引っ越し", icon="truck"),
            button(below[2], "質問したい", "質問する", icon="message-dots"),
            ground_color="#ffe0c2",
            pattern="dots",
            pattern_color="#ffffff",
            pattern_strength=75,
            padding=40,
            gap=36,
        ),
        size="compact",
    )
