"""小売・EC: goods, fashion, online shops."""

from lstep_lite.engine.rich_menus.designs.parts import columns, line, look, menu, rows, small, tab
from lstep_lite.engine.rich_menus.designs.registry import design
from lstep_lite.engine.studio import Data


@design("store_natural", style="ナチュラル", lead="互いちがいの4枚。雑貨や器、焼き菓子のお店に。")
def natural() -> Data:
    words = look(font="mincho", size=136, radius=0, align="left", valign="bottom", icon_place="back", icon_size=92)
    return menu(
        "beige",
        tab(
            "ホーム",
            words(
                (0, 0, 600, 500),
                "オンラインショップを見たい",
                "オンラインショップ",
                small("全国へお届けします", 76),
                icon="shopping-bag",
            ),
            words(
                (600, 0, 400, 500),
                "新着を見たい",
                "新着",
                small("毎週金曜に入荷", 76),
                icon="sparkles",
                fill_color="#e7d9c3",
            ),
            words(
                (0, 500, 400, 500),
                "お店の場所を知りたい",
                "お店",
                small("地図・営業時間", 76),
                icon="map-pin",
                fill_color="#dfe3d0",
            ),
            words(
                (400, 500, 600, 500),
                "贈り物の相談をしたい",
                "贈り物の相談",
                small("のし・ラッピング承ります", 76),
                icon="gift",
                fill_color="@accent",
                color="@light",
                icon_color="@light",
            ),
            pattern="linen",
            pattern_strength=30,
            padding=56,
            gap=36,
        ),
    )


@design("store_pop", style="ポップ・セール", lead="セールを大きく。ドラッグストアやアパレルの特売に。")
def pop() -> Data:
    hero = look(
        fill="gradient",
        fill_color="#b3241a",
        fill_color2="#8f1230",
        fill_direction="diagonal",
        color="#ffffff",
        radius=8,
        font="rounded",
    )
    button = look(font="rounded", size=88, radius=16, icon_size=44)
    below = columns(4, 580, 1000)
    return menu(
        "tomato",
        tab(
            "ホーム",
            hero(
                (0, 0, 1000, 580),
                "セールの商品を見たい",
                line("期間限定セール", size=230, color="#ffec6b"),
                line("人気の商品がぜんぶお買い得", size=100),
                label="期間限定セール",
                badge="burst",
                badge_text="SALE",
                badge_color="#ffe14d",
            ),
            button(
                below[0],
                "クーポンを見たい",
                "クーポン",
                icon="ticket",
                badge="circle",
                badge_text="3",
                badge_color="#a3172c",
            ),
            button(below[1], "ランキングを見たい", "ランキング", icon="crown"),
            button(below[2], "ポイントを確認したい", "ポイント", icon="coin-yen"),
            button(below[3], "店舗を探したい", "店舗", icon="building-store"),
            ground_color="#ffd9b8",
            pattern="stripes",
            pattern_color="#ffffff",
            pattern_strength=50,
            padding=48,
            gap=36,
        ),
    )


@design("store_mono", style="モダン・モノトーン", lead="アイコンをおさえて文字で見せる。アパレルやセレクトショップに。")
def mono() -> Data:
    dark = look(
        fill_color="@accent",
        color="@light",
        radius=0,
        align="left",
        valign="bottom",
        icon="hanger",
        icon_place="back",
        icon_color="@light",
        icon_size=76,
    )
    item = look(
        fill="none",
        radius=0,
        align="left",
        size=104,
        icon="arrow-right",
        icon_place="right",
        icon_color="@ink",
        icon_size=34,
    )
    places = rows(4, 550, 980)
    return menu(
        "mono",
        tab(
            "ホーム",
            dark(
                (0, 0, 520, 1000),
                "オンラインストアを見たい",
                small("ONLINE STORE", 84),
                line("すべての商品", size=170),
                small("24時間いつでもお買い物", 76),
                label="オンラインストア",
            ),
            item(places[0], "新着を見たい", small("NEW ARRIVAL", 68), "新着アイテム", label="新着"),
            item(places[1], "コーディネートを見たい", small("STYLING", 64), "コーディネート", label="コーディネート"),
            item(places[2], "会員証を見せたい", small("MEMBERSHIP", 64), "会員証・ポイント", label="会員証"),
            item(places[3], "店舗を探したい", small("STORE LIST", 64), "店舗一覧", label="店舗一覧"),
            ground_color="@surface",
            padding=0,
            gap=0,
        ),
    )


@design("store_tabs", style="3つのタブ・ラベンダー", lead="買う・さがす・会員をタブで分けたネットショップに。")
def tabbed() -> Data:
    hero = look(
        fill="gradient",
        fill_color="@accent",
        fill_color2="#a04a7e",
        fill_direction="right",
        color="@light",
        icon_color="@light",
        font="rounded",
        radius=12,
        icon_place="right",
        icon_size=66,
        align="left",
    )
    button = look(font="rounded", size=96, radius=16, icon_size=42)
    round_one = look(font="rounded", size=76, radius=50, icon_size=36)
    wide = look(font="rounded", size=110, radius=22, icon_place="left", icon_size=54)
    home, search = columns(3, 480, 1000), [*columns(4, 0, 500), *columns(4, 500, 1000)]
    mine = [*columns(2, 520, 760), *columns(2, 760, 1000)]
    ground = {"padding": 48, "gap": 34}
    return menu(
        "plum",
        tab(
            "ホーム",
            hero(
                (0, 0, 1000, 480),
                "新着を見たい",
                line("今週の新着", size=170),
                small("毎週水曜 20時に公開", 84),
                icon="sparkles",
            ),
            button(home[0], "ランキングを見たい", "ランキング", icon="crown"),
            button(home[1], "クーポンを見たい", "クーポン", icon="ticket", badge="pill", badge_text="配布中"),
            button(home[2], "読み物を読みたい", "読み物", icon="article"),
            icon="home",
            **ground,
        ),
        tab(
            "さがす",
            *(
                round_one(place, f"{label}を見たい", label, icon=icon)
                for place, label, icon in zip(search, SHELVES, SHELF_ICONS, strict=True)
            ),
            icon="search",
            **ground,
        ),
        tab(
            "マイページ",
            hero(
                (0, 0, 1000, 520),
                "会員証を見せたい",
                line("会員証を表示", size=160),
                small("お会計のときにお見せください", 84),
                icon="barcode",
            ),
            wide(mine[0], "注文の状況を知りたい", "ご注文の状況", icon="package"),
            wide(mine[1], "ポイントを確認したい", "ポイント", icon="coin-yen"),
            wide(mine[2], "返品や交換をしたい", "返品・交換", icon="truck-return"),
            wide(mine[3], "問い合わせたい", "お問い合わせ", icon="headset"),
            icon="user",
            **ground,
        ),
        strip_style="pill",
        strip_font="rounded",
        strip_height=150,
    )


SHELVES = ("トップス", "バッグ", "シューズ", "アクセサリー", "コスメ", "インテリア", "ギフト", "すべて")
SHELF_ICONS = ("shirt", "shopping-bag", "shoe", "diamond", "brush", "lamp", "gift", "layout-grid")


@design("store_photo", style="写真が主役・深緑", lead="商品の写真を大きく。写真がなくても落ち着いた印象に。")
def photo() -> Data:
    words = look(fill="none", radius=0, color="@ink", font="mincho", valign="middle")
    button = look(fill="none", font="mincho", size=104, radius=0, border=3, border_color="@accent", icon_size=38)
    below = columns(4, 640, 1000)
    return menu(
        "forest",
        tab(
            "ホーム",
            words(
                (0, 0, 1000, 640),
                "新しい商品を見たい",
                small("NEW COLLECTION", 84, color="@accent"),
                line("手ざわりで選ぶ、\n毎日のもの。", size=180),
                label="新しい商品",
            ),
            button(below[0], "商品を見たい", "商品", icon="shopping-bag"),
            button(below[1], "クーポンを見たい", "クーポン", icon="ticket"),
            button(below[2], "読み物を読みたい", "読み物", icon="article"),
            button(below[3], "お店の場所を知りたい", "お店", icon="map-pin"),
            ground="gradient",
            ground_color="#1f4033",
            ground_color2="#0c1a14",
            pattern="leaves",
            pattern_strength=8,
            padding=64,
            gap=36,
        ),
    )


@design("store_card", style="会員証・小サイズ", lead="会員証をすぐ出せる小さなメニュー。実店舗のあるお店に。")
def card() -> Data:
    member = look(
        fill="gradient",
        fill_color="#0b5c8a",
        fill_color2="#1b3f7a",
        fill_direction="diagonal",
        color="@light",
        icon_color="@light",
        radius=10,
        has_shadow=True,
        icon_place="right",
        icon_size=60,
        align="left",
    )
    button = look(size=84, radius=16, icon_size=48)
    places = columns(3, 0, 1000, left=430)
    return menu(
        "sky",
        tab(
            "ホーム",
            member(
                (0, 0, 430, 1000),
                "会員証を見せたい",
                small("MEMBER'S CARD", 68),
                line("会員証", size=160),
                small("タップして表示", 76),
                label="会員証",
                icon="barcode",
            ),
            button(places[0], "クーポンを見たい", "クーポン", icon="ticket"),
            button(places[1], "今日のチラシを見たい", "チラシ", icon="news", badge="pill", badge_text="今日"),
            button(places[2], "店舗を探したい", "店舗", icon="building-store"),
            padding=44,
            gap=32,
        ),
        size="compact",
    )
