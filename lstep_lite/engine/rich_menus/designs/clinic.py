"""クリニック: practices for grown-ups and children, dentists, skin."""

from lstep_lite.engine.rich_menus.designs.parts import columns, line, look, menu, rows, small, tab
from lstep_lite.engine.rich_menus.designs.registry import design
from lstep_lite.engine.studio import Data


@design("clinic_clean", style="清潔・ブルー", lead="診療時間をいつも上に。内科や総合クリニックに。")
def clean() -> Data:
    head = look(
        fill_color="@accent",
        color="@light",
        icon_color="@light",
        radius=12,
        align="left",
        icon_place="left",
        icon_size=60,
    )
    button = look(size=96, radius=10, icon_size=42, has_shadow=True)
    above, below = columns(3, 260, 630), columns(3, 630, 1000)
    return menu(
        "sky",
        tab(
            "ホーム",
            head(
                (0, 0, 1000, 260),
                "診療時間を知りたい",
                line("診療時間 9:00〜12:30／15:00〜18:30", size=104),
                small("休診 木曜・日曜・祝日", 84),
                label="診療時間",
                icon="clock",
            ),
            button(above[0], "診察を予約したい", "診察の予約", icon="calendar-check"),
            button(above[1], "Web問診に答えたい", "Web問診", icon="clipboard-text"),
            button(above[2], "予防接種について知りたい", "予防接種", icon="vaccine"),
            button(below[0], "健康診断について知りたい", "健康診断", icon="heartbeat"),
            button(below[1], "アクセスを知りたい", "アクセス", icon="map-pin"),
            button(below[2], "電話で相談したい", "お電話", icon="phone"),
            padding=52,
            gap=36,
        ),
    )


@design("clinic_pop", style="こども・ポップ", lead="水玉とやさしい色。小児科や耳鼻科に。")
def pop() -> Data:
    big = look(font="rounded", size=130, radius=16, icon_size=46)
    circle = look(font="rounded", size=92, radius=50, icon_size=36)
    above, below = columns(2, 0, 600), columns(4, 600, 1000)
    return menu(
        "mint",
        tab(
            "ホーム",
            big(
                above[0],
                "診察の順番を取りたい",
                "順番を取る",
                small("いまの待ち人数も分かります", 68),
                icon="mood-kid",
                fill_color="@accent",
                color="@light",
                icon_color="#ffe9a8",
            ),
            big(
                above[1],
                "予防接種を予約したい",
                "予防接種",
                small("月齢に合わせてご案内", 68),
                icon="vaccine",
                fill_color="#ffe3c9",
                color="#7a3512",
                icon_color="#b8501c",
            ),
            circle(below[0], "乳幼児健診について知りたい", "健診", icon="baby-carriage"),
            circle(below[1], "問診に答えたい", "問診", icon="clipboard-heart"),
            circle(below[2], "診療時間を知りたい", "診療時間", icon="clock"),
            circle(below[3], "アクセスを知りたい", "アクセス", icon="map-pin"),
            pattern="dots",
            pattern_color="#ffffff",
            pattern_strength=80,
            padding=44,
            gap=40,
        ),
    )


@design("clinic_modern", style="モダン・サイドバー", lead="左に予約、右に一覧。整形外科や整体に。")
def modern() -> Data:
    book = look(
        fill="gradient",
        fill_color="@accent",
        fill_color2="#0b3f55",
        color="@light",
        icon_color="@light",
        radius=0,
        icon_size=44,
    )
    item = look(radius=0, size=110, align="left", icon_place="left", icon_size=48)
    places = rows(5, 360, 1000)
    return menu(
        "sky",
        tab(
            "ホーム",
            book(
                (0, 0, 360, 1000),
                "診察を予約したい",
                line("予約する", size=150),
                small("初診の方もどうぞ", 80),
                icon="calendar-plus",
            ),
            item(places[0], "診療時間を知りたい", "診療時間・休診日", icon="clock"),
            item(places[1], "問診票に記入したい", "Web問診票", icon="clipboard-text"),
            item(places[2], "治療の内容を知りたい", "治療のご案内", icon="stethoscope"),
            item(places[3], "アクセスを知りたい", "アクセス・駐車場", icon="parking"),
            item(places[4], "よくある質問を見たい", "よくある質問", icon="help-circle"),
            padding=0,
            gap=8,
        ),
    )


@design("clinic_elegant", style="上品・明朝", lead="余白と細い線。美容皮膚科や婦人科に。")
def elegant() -> Data:
    plain = look(font="mincho", size=112, radius=2, border=3, border_color="#d9a9b4", icon_size=36)
    book = look(
        fill_color="@accent",
        color="@light",
        icon_color="@light",
        font="mincho",
        radius=2,
        icon_place="left",
        icon_size=50,
    )
    above, middle = columns(2, 0, 360), columns(2, 360, 720)
    return menu(
        "rose",
        tab(
            "ホーム",
            plain(above[0], "施術と料金を見たい", "施術・料金", small("MENU"), icon="sparkles"),
            plain(above[1], "症例を見たい", "症例のご紹介", small("CASE"), icon="photo"),
            plain(middle[0], "医師の紹介を見たい", "医師紹介", small("DOCTOR"), icon="stethoscope"),
            plain(middle[1], "アクセスを知りたい", "アクセス", small("ACCESS"), icon="map-pin"),
            book(
                (0, 720, 1000, 280),
                "カウンセリングを予約したい",
                line("カウンセリングのご予約", size=140),
                small("無料・所要時間 約30分", 80),
                icon="calendar-heart",
            ),
            pattern="linen",
            pattern_strength=14,
            padding=72,
            gap=40,
        ),
    )


@design("clinic_tabs", style="3つのタブ・紺", lead="診療・予防・ご案内をタブで整理。科目の多い医院に。")
def tabbed() -> Data:
    main = look(fill_color="@accent", color="@light", icon_color="@light", radius=6, size=120, icon_size=46)
    button = look(radius=6, size=100, icon_size=42, border=3, border_color="#c3cede")
    wide = look(radius=10, size=110, border=3, border_color="#c3cede", icon_place="left", icon_size=50)
    care, prevention, guide = columns(3, 520, 1000), [*columns(2, 0, 500), *columns(2, 500, 1000)], rows(3, 480, 1000)
    ground = {"padding": 52, "gap": 36}
    return menu(
        "navy",
        tab(
            "診療",
            main((0, 0, 500, 520), "診察を予約したい", "診察の予約", small("再診の方", 80), icon="calendar-check"),
            main(
                (500, 0, 500, 520),
                "はじめて受診したい",
                "はじめての方",
                small("初診の流れ・持ち物", 80),
                icon="seedling",
                fill_color="#2f6aa8",
            ),
            button(care[0], "Web問診に答えたい", "Web問診", icon="clipboard-text"),
            button(care[1], "検査の結果について知りたい", "検査結果", icon="report-medical"),
            button(care[2], "お薬について相談したい", "お薬", icon="pills"),
            icon="stethoscope",
            **ground,
        ),
        tab(
            "予防・健診",
            button(prevention[0], "予防接種を予約したい", "予防接種", icon="vaccine"),
            button(prevention[1], "健康診断を予約したい", "健康診断", icon="heartbeat"),
            button(prevention[2], "特定健診について知りたい", "特定健診", icon="clipboard-check"),
            button(prevention[3], "がん検診について知りたい", "がん検診", icon="shield-heart"),
            icon="vaccine",
            **ground,
        ),
        tab(
            "ご案内",
            main(
                (0, 0, 480, 1000),
                "診療時間を知りたい",
                "診療時間",
                small("休診日のお知らせも\nこちらから", 76),
                icon="clock",
            ),
            wide(guide[0], "アクセスを知りたい", "アクセス・駐車場", icon="map-pin"),
            wide(guide[1], "医師の紹介を見たい", "医師・スタッフ", icon="users"),
            wide(guide[2], "よくある質問を見たい", "よくある質問", icon="help-circle"),
            icon="info-circle",
            **ground,
        ),
        strip_style="underline",
    )


@design("clinic_dental", style="歯科・小サイズ", lead="たてに小さく、トークの邪魔をしません。歯科医院に。")
def dental() -> Data:
    book = look(
        fill_color="@accent",
        color="@light",
        icon_color="@light",
        font="rounded",
        radius=10,
        icon_place="left",
        icon_size=56,
    )
    button = look(font="rounded", size=84, radius=22, icon_place="left", icon_size=46)
    above, below = columns(2, 0, 500, left=400), columns(2, 500, 1000, left=400)
    return menu(
        "mint",
        tab(
            "ホーム",
            book(
                (0, 0, 400, 1000),
                "診察を予約したい",
                line("予約する", size=128),
                small("検診・相談", 72),
                icon="dental",
            ),
            button(above[0], "診療時間を知りたい", "診療時間", icon="clock"),
            button(above[1], "予約を変更したい", "予約の変更", icon="calendar-time"),
            button(below[0], "アクセスを知りたい", "アクセス", icon="map-pin"),
            button(
                below[1], "痛みがあるので相談したい", "痛いとき", icon="urgent", color="#a32020", icon_color="#a32020"
            ),
            padding=44,
            gap=32,
        ),
        size="compact",
    )
