"""美容サロン: hair, nails, skin, barbers."""

from lstep_lite.engine.rich_menus.designs.parts import columns, line, look, menu, rows, small, tab
from lstep_lite.engine.rich_menus.designs.registry import design
from lstep_lite.engine.studio import Data


@design("salon_natural", style="ナチュラル", lead="葉の模様と丸い文字で、やさしい雰囲気のヘアサロンに。")
def natural() -> Data:
    book = look(fill_color="@accent", icon_color="@light", color="@light", font="rounded", radius=8, icon_size=40)
    button = look(font="rounded", size=96, radius=14, has_shadow=True, icon_size=40)
    left, right = rows(3, 400, 700), rows(3, 700, 1000)
    return menu(
        "sage",
        tab(
            "ホーム",
            book(
                (0, 0, 400, 1000),
                "予約したい",
                line("予約する", size=150),
                small("24時間受付", 84),
                icon="calendar-heart",
            ),
            button(left[0], "メニューを見たい", "メニュー", icon="scissors"),
            button(right[0], "クーポンを見たい", "クーポン", icon="ticket"),
            button(left[1], "スタッフを見たい", "スタッフ", icon="users"),
            button(right[1], "ヘアスタイルを見たい", "スタイル", icon="photo"),
            button(left[2], "お店の場所を知りたい", "アクセス", icon="map-pin"),
            button(right[2], "問い合わせたい", "お問い合わせ", icon="message-circle"),
            pattern="leaves",
            pattern_strength=16,
            padding=56,
            gap=40,
        ),
    )


@design("salon_mono", style="モダン・モノトーン", lead="白と黒だけ。英字を添えた、都会的なヘアサロンに。")
def mono() -> Data:
    dark = look(fill_color="@accent", color="@light", icon_color="@light", radius=0, size=150, icon_size=34)
    light = look(radius=0, border=3, border_color="@ink", size=82, icon_color="@ink", icon_size=34)
    below = columns(4, 560, 1000)
    return menu(
        "mono",
        tab(
            "ホーム",
            dark((0, 0, 600, 560), "予約したい", small("RESERVE", 72), "ご予約", label="ご予約", icon="calendar"),
            light(
                (600, 0, 400, 560),
                "メニューを見たい",
                small("MENU", 64),
                "メニュー・料金",
                label="メニュー・料金",
                icon="cut",
            ),
            light(below[0], "クーポンを見たい", small("COUPON"), "クーポン", label="クーポン", icon="ticket"),
            light(below[1], "スタッフを見たい", small("STAFF"), "スタッフ", label="スタッフ", icon="user"),
            light(below[2], "お店の場所を知りたい", small("ACCESS"), "アクセス", label="アクセス", icon="map-pin"),
            light(below[3], "問い合わせたい", small("CONTACT"), "お問い合わせ", label="お問い合わせ", icon="message"),
            ground_color="@surface",
            padding=40,
            gap=28,
        ),
    )


@design("salon_pop", style="ポップ・まんまる", lead="丸いボタンと紙吹雪。ネイルやまつげのサロンに。")
def pop() -> Data:
    button = look(font="rounded", size=100, radius=50, icon_size=36, has_shadow=True)
    above, below = columns(3, 0, 500), columns(3, 500, 1000)
    pink = {"fill_color": "@accent", "color": "@light", "icon_color": "@light"}
    return menu(
        "sakura",
        tab(
            "ホーム",
            button(above[0], "予約したい", "予約する", icon="calendar-heart", **pink),
            button(above[1], "デザインを見たい", "デザイン", icon="palette", badge="burst", badge_text="NEW"),
            button(above[2], "クーポンを見たい", "クーポン", icon="ticket"),
            button(below[0], "メニューを見たい", "メニュー", icon="list-details"),
            button(below[1], "お店の場所を知りたい", "アクセス", icon="map-pin"),
            button(below[2], "質問したい", "質問する", icon="message-heart", **pink),
            ground_color="#ffdbe6",
            pattern="confetti",
            pattern_strength=35,
            padding=36,
            gap=48,
        ),
    )


@design("salon_elegant", style="上品・明朝", lead="落ち着いた色と明朝体。2つのタブで案内するエステ・スパに。")
def elegant() -> Data:
    hero = look(
        fill="gradient",
        fill_color="@accent",
        fill_color2="#4f3d2f",
        fill_direction="diagonal",
        color="@light",
        icon_color="#ead9c5",
        font="mincho",
        radius=3,
        icon_place="left",
        icon_size=44,
    )
    plain = look(fill="none", font="mincho", size=100, border=3, radius=3, icon_size=36)
    reserve = columns(3, 460, 1000)
    guide = columns(2, 0, 500), columns(2, 500, 1000)
    ground = {"pattern": "linen", "pattern_strength": 24, "padding": 64, "gap": 44}
    return menu(
        "greige",
        tab(
            "ご予約",
            hero(
                (0, 0, 1000, 460),
                "予約したい",
                line("ご予約はこちら", size=150),
                small("お好きな日時をお選びください", 80),
                icon="calendar",
            ),
            plain(reserve[0], "コースを見たい", "コース・料金", icon="droplets"),
            plain(reserve[1], "はじめて予約したい", "はじめての方", icon="seedling"),
            plain(reserve[2], "予約を変更したい", "予約の変更", icon="calendar-time"),
            icon="calendar",
            **ground,
        ),
        tab(
            "サロン案内",
            plain(guide[0][0], "クーポンを見たい", "会員さま特典", icon="ticket"),
            plain(guide[0][1], "スタッフを見たい", "セラピスト紹介", icon="users"),
            plain(guide[1][0], "お店の場所を知りたい", "アクセス", icon="map-pin"),
            plain(guide[1][1], "問い合わせたい", "お問い合わせ", icon="message"),
            icon="flower",
            **ground,
        ),
        strip_style="underline",
        strip_font="mincho",
    )


@design("salon_night", style="ダーク・小サイズ", lead="墨色と真ちゅう色。たてに小さく、理容室やメンズサロンに。")
def night() -> Data:
    brass = look(fill_color="@accent", color="@light", icon_color="@light", radius=4, size=110, icon_size=40)
    dark = look(radius=4, size=100, border=3, icon_size=40)
    places = columns(3, 0, 1000, left=340)
    return menu(
        "coal",
        tab(
            "ホーム",
            brass(
                (0, 0, 340, 1000),
                "予約したい",
                line("予約する", size=140),
                small("BOOK NOW", 70),
                icon="calendar-check",
            ),
            dark(places[0], "メニューを見たい", "メニュー", small("MENU"), icon="razor-electric"),
            dark(places[1], "クーポンを見たい", "クーポン", small("COUPON"), icon="ticket"),
            dark(places[2], "お店の場所を知りたい", "アクセス", small("ACCESS"), icon="map-pin"),
            pattern="stripes",
            pattern_strength=8,
            padding=48,
            gap=36,
        ),
        size="compact",
    )


@design("salon_photo", style="写真が主役", lead="大きな背景に文字だけ。背景をお店の写真に替えて使います。")
def photo() -> Data:
    words = look(fill="none", radius=0, align="left", color="@light")
    bar = look(fill_color="@surface", radius=50, size=96, icon_place="left", icon_size=46)
    below = columns(3, 760, 1000)
    return menu(
        "plum",
        tab(
            "ホーム",
            words(
                (0, 0, 1000, 760),
                "予約したい",
                small("Find your style", 96, font="mincho"),
                line("次の私に、会いにいく。", size=180, font="mincho"),
                small("空いている日を見て予約する ›", 96),
                label="予約する",
            ),
            bar(below[0], "メニューを見たい", "メニュー", icon="scissors"),
            bar(below[1], "クーポンを見たい", "クーポン", icon="ticket"),
            bar(below[2], "お店の場所を知りたい", "アクセス", icon="map-pin"),
            ground="gradient",
            ground_color="#5b3a78",
            ground_color2="#8a3f5e",
            ground_direction="diagonal",
            pattern="waves",
            pattern_color="#ffffff",
            pattern_strength=14,
            padding=72,
            gap=36,
        ),
    )
