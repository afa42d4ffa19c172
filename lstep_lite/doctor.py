"""A check-up from the command line: what works, what does not, and how to mend it."""

import os
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from lstep_lite import assets, jobs, runtime, schema
from lstep_lite.config import Settings
from lstep_lite.engine import staff
from lstep_lite.engine.settings import channel


@dataclass(frozen=True)
class Finding:
    is_ok: bool
    text: str


def examine(settings: Settings) -> list[Finding]:
    findings = [_data_dir(settings), _keys(settings), _assets()]
    running = runtime.build(settings)
    try:
        with running.database.engine.connect() as connection:
            is_current = schema.is_current(connection)
    except SQLAlchemyError as error:
        return [
            *findings,
            Finding(
                False, f"データベースにつながりません（{type(error).__name__}）。DATABASE_URL を確かめてください。"
            ),
        ]
    findings.append(
        Finding(
            is_current,
            "データベースは最新の形です。"
            if is_current
            else "データベースの更新が必要です。lstep-lite migrate を実行してください。",
        )
    )
    return findings + _inside(running) if is_current else findings


def _data_dir(settings: Settings) -> Finding:
    if os.access(settings.data_dir, os.W_OK):
        return Finding(True, f"データの置き場所 {settings.data_dir} に書き込めます。")
    return Finding(False, f"データの置き場所 {settings.data_dir} に書き込めません。持ち主と権限を確かめてください。")


def _keys(settings: Settings) -> Finding:
    for name in ("secret.key", "encryption.key"):
        path = settings.data_dir / name
        if path.exists() and path.stat().st_mode & 0o077:
            return Finding(False, f"鍵のファイル {path} をほかの人が読めます。chmod 600 {path} を実行してください。")
    return Finding(True, "鍵のファイルは守られています。")


def _assets() -> Finding:
    try:
        return Finding(True, f"画面の部品は {len(assets.packages())} 個そろっています。")
    except FileNotFoundError:
        return Finding(False, "画面の部品がありません。make install を実行してください。")


def _inside(running: runtime.Runtime) -> list[Finding]:
    with running.database.read() as session:
        has_staff = staff.anybody(session)
        is_connected = channel(session) is not None
        worker_problem = jobs.worker_problem(session, wall=running.clock.wall())
    return [
        Finding(
            has_staff,
            "サインインできる人がいます。"
            if has_staff
            else "まだ誰もサインインできません。画面を開いて、はじめての設定を行ってください。",
        ),
        Finding(
            is_connected,
            "LINEの接続情報が保存されています。"
            if is_connected
            else "LINEにつないでいません。画面の「LINE接続」から設定してください。",
        ),
        Finding(worker_problem is None, worker_problem or "ワーカーは動いています。"),
    ]
