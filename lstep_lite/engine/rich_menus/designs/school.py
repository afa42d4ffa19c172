"""教室・塾: cram schools, lessons for children and grown-ups, studios."""

from lstep_lite.engine.rich_menus.designs.parts import columns, line, look, menu, rows, small, tab
from lstep_lite.engine.rich_menus.designs.registry import design
from lstep_lite.engine.studio import Data


@design("school_fresh", style="さわやか・ノート", lead="ノートの方眼に、体験授業を大きく。学習塾に。")
def fresh() -> Data:
    hero = look(fill_color="@accent", color="@light", icon_color="#ffe27a", radius=14, icon_place="left", icon_size=64)
    button = look(size=100, radius=12, has_shadow=True, icon_place="left", icon_size=48)
    tile = look(size=92, radius=12, has_shadow=True, icon_size=44)
    middle, below = columns(2, 380, 660), columns(3, 660, 1000)
    return menu(
        "navy",
        tab(
            "ホーム",
            hero(
                (0, 0, 1000, 380),
                "無料体験を申し込みたい",
                line("無料体験を申し込む", size=144),
                small("1教科から・オンラインも選べます", 84),
                icon="pencil",
                badge="ribbon",
                badge_text="受付中",
                badge_color="#b3152b",
            ),
            button(middle[0], "コースと料金を知りたい", "コース・料金", icon="book"),
            button(middle[1], "合格実績を見たい", "合格実績", icon="trophy"),
            tile(below[0], "欠席の連絡をしたい", "欠席の連絡", icon="calendar-off"),
            tile(below[1], "面談を予約したい", "面談の予約", icon="users"),
            tile(below[2], "アクセスを知りたい", "アクセス", icon="map-pin"),
            ground_color="#f6f9fd",
            pattern="grid",
            pattern_strength=14,
            padding=56,
            gap=36,
        ),
    )


@design("school_pop", style="ポップ・積み木", lead="高さのちがう6色の積み木。子どもの習いごとに。")
def pop() -> Data:
    block = look(font="rounded", size=120, radius=10, color="#ffffff", icon_color="#ffffff", icon_size=46)
    first, second, third = columns(3, 0, 1000)
    return menu(
        "lemon",
        tab(
            "ホーム",
            block(
                _upper(first, 580),
                "体験レッスンを申し込みたい",
                "体験\nレッスン",
                icon="rocket",
                fill_color="#b3291f",
                badge="burst",
                badge_text="無料",
                badge_color="#ffe14d",
                badge_corner="top_left",
            ),
            block(_lower(first, 580), "アクセスを知りたい", "アクセス", icon="map-pin", fill_color="#1c6aa8"),
            block(_upper(second, 420), "レッスンの内容を知りたい", "レッスン", icon="palette", fill_color="#0d6f5c"),
            block(_lower(second, 420), "予定表を見たい", "カレンダー", icon="calendar-month", fill_color="#a1470a"),
            block(_upper(third, 580), "休みの連絡をしたい", "お休みの\n連絡", icon="mood-kid", fill_color="#6a4499"),
            block(_lower(third, 580), "質問したい", "質問する", icon="help-circle", fill_color="#a8326b"),
            ground_color="#fff3c4",
            pattern="checks",
            pattern_color="#ffdf7a",
            pattern_strength=45,
            padding=44,
            gap=40,
        ),
    )


def _upper(column: tuple[int, int, int, int], height: int) -> tuple[int, int, int, int]:
    return column[0], 0, column[2], height


def _lower(column: tuple[int, int, int, int], height: int) -> tuple[int, int, int, int]:
    return column[0], height, column[2], 1000 - height


@design("school_natural", style="ナチュラル・ヨガ", lead="若葉色の3本の柱。ヨガやピラティスのスタジオに。")
def natural() -> Data:
    pillar = look(font="rounded", size=98, radius=50, icon_size=44)
    bar = look(fill="none", font="rounded", size=88, radius=0, icon_place="left", icon_size=44)
    above, below = columns(3, 0, 780), columns(3, 780, 1000)
    green = {"fill_color": "@accent", "color": "@light", "icon_color": "@light"}
    return menu(
        "leaf",
        tab(
            "ホーム",
            pillar(
                above[0], "レッスンを予約したい", "予約する", small("今週のレッスン", 72), icon="calendar-plus", **green
            ),
            pillar(above[1], "スケジュールを見たい", "スケジュール", small("曜日・時間で見る", 72), icon="clock"),
            pillar(above[2], "体験レッスンを申し込みたい", "体験する", small("はじめての方", 72), icon="seedling"),
            bar(below[0], "料金を知りたい", "料金", icon="coin-yen"),
            bar(below[1], "インストラクターを見たい", "先生の紹介", icon="users"),
            bar(below[2], "アクセスを知りたい", "アクセス", icon="map-pin"),
            pattern="leaves",
            pattern_strength=12,
            padding=56,
            gap=48,
        ),
    )


@design("school_elegant", style="上品・夜の藍", lead="藍に金の文字。ピアノ、茶道、バレエの教室に。")
def elegant() -> Data:
    hero = look(
        fill="none",
        font="mincho",
        radius=0,
        align="left",
        valign="bottom",
        icon_place="back",
        icon="music",
        icon_color="@accent",
        icon_size=84,
    )
    item = look(font="mincho", size=88, radius=0, icon_size=40)
    places = [*columns(2, 0, 500, left=440), *columns(2, 500, 1000, left=440)]
    return menu(
        "indigo",
        tab(
            "ホーム",
            hero(
                (0, 0, 440, 1000),
                "体験レッスンを申し込みたい",
                small("TRIAL LESSON", 76, color="@accent"),
                line("音に、\nふれてみる。", size=136),
                small("体験のお申し込み ›", 88),
                label="体験レッスン",
            ),
            item(places[0], "コースと月謝を知りたい", "コース・月謝", icon="book"),
            item(places[1], "講師の紹介を見たい", "講師紹介", icon="user-star"),
            item(places[2], "レッスンの振替をしたい", "振替の連絡", icon="repeat"),
            item(places[3], "アクセスを知りたい", "アクセス", icon="map-pin"),
            ground="gradient",
            ground_color="#1d2a4a",
            ground_color2="#0d1426",
            ground_direction="diagonal",
            padding=64,
            gap=32,
        ),
    )


@design("school_tabs", style="2つのタブ・見出し", lead="通っている方と、これからの方をタブで分けます。")
def tabbed() -> Data:
    main = look(fill_color="@accent", color="@light", icon_color="@light", font="rounded", radius=10, icon_size=46)
    button = look(font="rounded", size=100, radius=12, icon_size=42)
    wide = look(font="rounded", size=110, radius=20, icon_place="left", icon_size=54)
    places = [*columns(3, 0, 500), *columns(3, 500, 1000)]
    firsts = rows(3, 460, 1000)
    ground = {"padding": 52, "gap": 36}
    return menu(
        "terracotta",
        tab(
            "生徒・保護者の方",
            button(places[0], "欠席の連絡をしたい", "欠席・遅刻", icon="calendar-off"),
            button(places[1], "振替を相談したい", "振替の相談", icon="repeat"),
            button(places[2], "予定表を見たい", "今月の予定", icon="calendar-month"),
            button(places[3], "宿題を確認したい", "宿題", icon="notebook"),
            button(places[4], "面談を予約したい", "面談の予約", icon="messages"),
            button(places[5], "先生に質問したい", "先生に質問", icon="help-circle"),
            icon="users",
            **ground,
        ),
        tab(
            "はじめての方",
            main(
                (0, 0, 460, 1000),
                "体験を申し込みたい",
                line("体験教室", size=160),
                small("親子でのご参加も歓迎", 80),
                icon="confetti",
                badge="pill",
                badge_text="無料",
                badge_color="#ffe14d",
            ),
            wide(firsts[0], "コースと料金を知りたい", "コース・料金", icon="book"),
            wide(firsts[1], "生徒さんの声を聞きたい", "生徒さんの声", icon="quote"),
            wide(firsts[2], "アクセスを知りたい", "アクセス", icon="map-pin"),
            icon="seedling",
            **ground,
        ),
        strip_style="folder",
        strip_font="rounded",
        strip_height=140,
    )


@design("school_compact", style="連絡帳・小サイズ", lead="よく使う4つだけを横一列に。保護者との連絡に。")
def compact() -> Data:
    button = look(size=92, radius=12, border=4, border_color="#9fd3c7", icon_size=48)
    places = columns(4, 0, 1000)
    return menu(
        "mint",
        tab(
            "ホーム",
            button(places[0], "欠席の連絡をしたい", "欠席連絡", small("前日まで"), icon="calendar-off"),
            button(places[1], "予定表を見たい", "予定表", small("今月の授業"), icon="calendar-month"),
            button(
                places[2],
                "お知らせを見たい",
                "お知らせ",
                small("教室から"),
                icon="speakerphone",
                badge="circle",
                badge_text="1",
                badge_color="#b3152b",
            ),
            button(places[3], "先生に相談したい", "先生に相談", small("何でもどうぞ"), icon="message-heart"),
            pattern="grid",
            pattern_strength=16,
            padding=44,
            gap=32,
        ),
        size="compact",
    )
