"""The commands: serve, worker, demo, migrate, backup, restore, doctor, create-staff, reset-password."""

import dataclasses
import logging
import os
import socket
import sys
from pathlib import Path

import click
from argon2 import PasswordHasher
from sqlalchemy.exc import SQLAlchemyError

from lstep_lite import (
    backups,
    config,
    demo,
    demo_bookings,
    demo_events,
    demo_menus,
    demo_reservations,
    demo_story,
    demo_surveys,
    demo_timed,
    doctor,
    locks,
    runtime,
    schema,
)
from lstep_lite.config import BadSetting, Settings
from lstep_lite.engine import setup, staff
from lstep_lite.errors import DomainError
from lstep_lite.models import Role
from lstep_lite.runtime import Runtime


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lstep-lite")
def cli() -> None:
    """LINE公式アカウントのためのお客様管理と自動応答。設定は環境変数で渡します（.env.example をご覧ください）。"""


def main() -> None:
    """Run a command; a bad setting or a refusal ends with a sentence, not with a traceback."""
    os.umask(0o077)  # what we write is personal data and keys
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("alembic", "huey"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        cli()
    except BadSetting as error:
        sys.exit(f"設定を直してください: {error}")
    except DomainError as error:
        sys.exit(error.message)
    except SQLAlchemyError as error:
        sys.exit(f"データベースを使えません: {type(error).__name__}: {error}")


@cli.command()
def serve() -> None:
    """画面とWebhookとワーカーを動かします（データベースの更新も行います）。"""
    from lstep_lite import server

    settings = config.load()
    schema.migrate(settings)
    _show_setup_code(settings)
    server.run(settings)


@cli.command()
def worker() -> None:
    """ワーカーだけを動かします（画面とは別のプロセスに分けるとき。serve には WORKER=separate を渡します）。"""
    from lstep_lite import jobs

    settings = config.load()
    schema.migrate(settings)
    jobs.run_worker(runtime.build(settings))


@cli.command()
def migrate() -> None:
    """データベースを最新の形に更新します。"""
    schema.migrate(config.load())
    click.echo("データベースは最新です。")


@cli.command("demo")
def demo_command() -> None:
    """体験用のサロンと体験用LINEを動かします（PORT, DATA_DIR, DEMO_PASSWORD, SEED=0）。"""
    from lstep_lite import server
    from lstep_lite.emulator import EmulatorConfig

    settings = config.load({**os.environ, "LSTEP_MODE": "demo"})
    lock = locks.hold(settings.data_dir / "demo.lock")
    if lock is None:
        raise BadSetting(
            f"{settings.data_dir} では、もう体験版が動いています。別の DATA_DIR と PORT を指定してください。"
        )
    app_url = f"http://127.0.0.1:{settings.port}"
    emulator = EmulatorConfig.load(
        settings.data_dir, app_url=app_url, public_url=settings.public_url, port=_free_port()
    )
    settings = _pointed_at(settings, emulator)
    schema.migrate(settings)
    is_seeded = os.environ.get("SEED", "1") != "0"
    _introduce(app_url, _prepare_demo(settings) if is_seeded else "はじめての設定の画面が開きます（見本なし）。")
    server.run(settings, server.DemoSetup(emulator, is_seeded))


@cli.command()
@click.argument("target", type=click.Path(path_type=Path))
def backup(target: Path) -> None:
    """データベース・写真・鍵を1つのファイル（.tar.gz）に保存します。"""
    backups.save(config.load(), target)
    click.echo(f"{target} に保存しました。お客様の情報と鍵が入っています。安全な場所に保管してください。")


@cli.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(source: Path) -> None:
    """空の DATA_DIR に、保存したファイルから戻します。二重に送らないよう、送信は止めた状態で始まります。"""
    backups.restore(config.load(), source)
    click.echo(
        "戻しました。送信は一時停止しています。サインインして「LINE接続」を確かめ、「送信を再開する」を押してください。"
    )


@cli.command("doctor")
def doctor_command() -> None:
    """設定と動作を点検し、直し方を示します。"""
    findings = doctor.examine(config.load())
    for finding in findings:
        click.echo(f"{'○' if finding.is_ok else '×'} {finding.text}")
    sys.exit(0 if all(finding.is_ok for finding in findings) else 1)


@cli.command("create-staff")
@click.option("--email", prompt="メールアドレス")
@click.option("--name", prompt="お名前")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.OWNER.value, show_default=True)
@click.password_option("--password", prompt="パスワード（10文字以上）", confirmation_prompt="パスワード（もう一度）")
def create_staff(email: str, name: str, role: str, password: str) -> None:
    """サインインできる人を追加します。"""
    running = runtime.build(config.load())
    password_hash = staff.hash_password(password, email=email)
    with running.database.unit() as session:
        staff.create(
            session, name=name, email=email, password_hash=password_hash, role=Role(role), now=running.clock.wall()
        )
    click.echo(f"{email} でサインインできます。")


@cli.command("reset-password")
@click.option("--email", prompt="メールアドレス")
@click.password_option(
    "--password", prompt="新しいパスワード（10文字以上）", confirmation_prompt="パスワード（もう一度）"
)
def reset_password(email: str, password: str) -> None:
    """パスワードを決め直します（その人のサインインはすべて終わります）。"""
    running = runtime.build(config.load())
    password_hash = staff.hash_password(password, email=email)
    with running.database.unit() as session:
        staff.set_password(staff.by_email(session, email), password_hash)
    click.echo(f"{email} のパスワードを変えました。")


def _show_setup_code(settings: Settings) -> None:
    with runtime.build(settings).database.read() as session:
        if staff.anybody(session):
            return
    click.echo(
        f"はじめての設定: {settings.public_url}/setup を開き、"
        f"設定コード {setup.code(settings.data_dir)} を入力してください。"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _pointed_at(settings: Settings, emulator: "EmulatorConfig") -> Settings:  # type: ignore[name-defined]  # noqa: F821
    """The four addresses by which LINE and the pretended LINE differ."""
    line = f"http://127.0.0.1:{emulator.port}"
    return dataclasses.replace(
        settings,
        line_api_url=line,
        line_login_url=line,
        line_liff_url=line,
        line_liff_sdk_url=f"{line}/liff/sdk.js",
        control_secret=emulator.control_secret,
    )


def _prepare_demo(settings: Settings) -> str:
    """Seed what is missing, and return the sentence that tells how to sign in."""
    running = runtime.build(settings)
    chosen = os.environ.get("DEMO_PASSWORD", "")
    password = chosen or demo.DEFAULT_PASSWORD
    with running.database.read() as session:
        is_current = demo.owner_has_password(session, password)
    if not is_current:
        password_hash = PasswordHasher().hash(password)
        is_current = _seed(running, password_hash) or (bool(chosen) and _set_password(running, password_hash))
    running.database.dispose()
    return f"{demo.OWNER_EMAIL} / {password if is_current else '（画面で変更したパスワード）'}"


def _seed(running: Runtime, password_hash: str) -> bool:
    """Tell the salon's whole story to an empty installation. False when it is not empty."""
    with running.database.unit() as session:
        is_new = demo.seed(session, password_hash=password_hash, now=running.clock.now())
    if is_new:
        with running.database.unit() as session:
            demo_story.tell(session, now=running.clock.now())
            demo_timed.tell(session, now=running.clock.now())
            demo_surveys.tell(session, now=running.clock.now())
        with running.database.unit() as session:
            demo_menus.tell(session, now=running.clock.now())
        with running.database.unit() as session:
            demo_reservations.tell(session, now=running.clock.now())
        with running.database.unit() as session:
            demo_bookings.tell(session, now=running.clock.now())
        with running.database.unit() as session:
            demo_bookings.tell_day(session, now=running.clock.now())
        with running.database.unit() as session:
            demo_events.tell(session, now=running.clock.now())
        with running.database.unit() as session:
            demo_events.fill(session, now=running.clock.now())
    return is_new


def _set_password(running: Runtime, password_hash: str) -> bool:
    with running.database.unit() as session:
        return demo.set_owner_password(session, password_hash)


def _introduce(app_url: str, sign_in: str) -> None:
    click.echo(
        f"\n  lstep_lite 体験版\n  画面:       {app_url}\n  体験用LINE: {app_url}/emulator\n  サインイン: {sign_in}\n\n"
        "  終わるには Ctrl+C を押してください。\n"
    )


if __name__ == "__main__":
    main()
