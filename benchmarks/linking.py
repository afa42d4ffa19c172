"""How fast very many friends get another rich menu: from the batch's start to LINE's last answer, on SQLite.

The requests are counted at LINE, which is the emulator in a process of its own; their time is compared with the bare
requests of the same bodies, one after the other.

    python benchmarks/linking.py [--full]
"""

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import urllib3
from load import line
from PIL import Image

from lstep_lite import config, db, jobs, runtime
from lstep_lite.engine import batches, registry
from lstep_lite.engine.friends.audience import Audience
from lstep_lite.engine.rich_menus.showing import syncing
from lstep_lite.models import Batch, BatchState, FriendMenu, Lane, LineMenu, LineMenuState, MenuTab, RichMenu
from lstep_lite.runtime import Runtime

assert registry

PEOPLE, FULL = 20_000, 100_000
SECONDS_FOR_FULL = 90.0
UNIT_MS = 200.0
BULK = "/v2/bot/richmenu/bulk/link"


@dataclass(frozen=True)
class Claim:
    text: str
    value: str
    target: str
    is_ok: bool

    def __str__(self) -> str:
        return f"{self.text}: {self.value} (target {self.target}) {'ok' if self.is_ok else 'short'}"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} friends instead of {PEOPLE:,}")
    people = FULL if options.parse_args().full else PEOPLE
    with tempfile.TemporaryDirectory(prefix="bench-linking-") as folder, line.emulator(Path(folder)) as addresses:
        claims = Bench(Path(folder), *addresses, people=people).claims()
    print("\n".join(map(str, claims)))
    return int(not all(claim.is_ok for claim in claims))


class Bench:
    def __init__(self, folder: Path, api_url: str, control_url: str, *, people: int) -> None:
        self.api_url, self.control_url, self.people = api_url, control_url, people
        environ = {"LSTEP_MODE": "demo", "DATA_DIR": str(folder), "LINE_API_URL": api_url}
        self.runtime: Runtime = runtime.build(config.load(environ))
        db.Base.metadata.create_all(self.runtime.database.engine)
        self.http = urllib3.PoolManager(retries=False, timeout=30)
        line.open_shop(self.runtime)
        line.make_people(self.runtime, people)
        self.longest_unit = 0.0

    def claims(self) -> Sequence[Claim]:
        menu_id = self._menu("会員")
        db.slow_unit_seconds, db.on_slow_unit = -1, self._note
        seconds = self._show(menu_id)
        unit_ms, found = self.longest_unit * 1000, self._requests()
        bare = self._bare(found)
        self._show(menu_id)
        again = len(self._requests()) - 2 * len(found)
        most, most_seconds = -(-self.people // syncing.MOST_AT_ONCE) + 1, SECONDS_FOR_FULL * self.people / FULL
        print(f"{self.people:,} friends: {seconds:.1f} s with the batch, the bare requests {bare:.1f} s")
        return [
            Claim("requests", f"{len(found)}", f"≤ {most}", len(found) <= most),
            Claim("time", f"{seconds:.1f} s", f"≤ {most_seconds:g} s", seconds <= most_seconds),
            Claim("requests for the same menu again", f"{again}", "0", again == 0),
            Claim("longest unit of work", f"{unit_ms:.0f} ms", f"≤ {UNIT_MS:g} ms", unit_ms <= UNIT_MS),
        ]

    def _note(self, seconds: float) -> None:
        self.longest_unit = max(self.longest_unit, seconds)

    def _show(self, menu_id: int) -> float:
        """How long it takes until LINE has been told of everybody."""
        now, key = self.runtime.clock.now(), f"linking:{time.monotonic()}"
        with self.runtime.database.unit() as session:
            given = {
                "label": "変える",
                "params": {"menu_id": menu_id},
                "audience": Audience(),
                "staff_id": 1,
                "now": now,
            }
            batch_id = batches.start(session, "rich_menus.show", dedupe_key=key, **given).id
        started = time.perf_counter()
        while not self._is_done(batch_id):
            jobs.run_lane(self.runtime, Lane.BULK)
        return time.perf_counter() - started

    def _is_done(self, batch_id: int) -> bool:
        waiting = sa.select(sa.func.count()).select_from(FriendMenu).where(FriendMenu.due_at.is_not(None))
        with self.runtime.database.read() as session:
            return session.get_one(Batch, batch_id).state is BatchState.DONE and not session.scalar(waiting)

    def _requests(self) -> list[dict[str, Any]]:
        answer = self.http.request("GET", f"{self.control_url}/requests").json()
        return [each for each in answer if each["path"] == BULK]

    def _bare(self, requests: Sequence[dict[str, Any]]) -> float:
        headers = {"Authorization": f"Bearer {self.runtime.account.line().token}"}
        started = time.perf_counter()
        for each in requests:
            answer = self.http.request("POST", self.api_url + BULK, json=each["body"], headers=headers)
            assert answer.status == 202, answer.data
        return time.perf_counter() - started

    def _menu(self, name: str) -> int:
        """A published menu of one tab."""
        now, line_id = self.runtime.clock.now(), self._menu_at_line()
        with self.runtime.database.unit() as session:
            values = {"chat_bar_text": "メニュー", "document": {"tabs": []}, "live_document": {"tabs": []}}
            menu = RichMenu(
                name=name, name_key=name, position=1, live_revision=1, created_at=now, updated_at=now, **values
            )
            session.add(menu)
            session.flush()  # the others name its id
            at_line = {"body": {}, "areas": [], "image_path": "", "content_type": "", "digest": "", "created_at": now}
            made = LineMenu(menu_id=menu.id, tab_code="t", revision=1, name=name, line_id=line_id, **at_line)
            made.state = LineMenuState.LIVE
            session.add(made)
            session.flush()  # the tab names its id
            session.add(MenuTab(menu_id=menu.id, code="t", alias="t", label="", position=0, line_menu_id=made.id))
            return menu.id

    def _menu_at_line(self) -> str:
        at_line = self.runtime.account.line().rich_menus
        body = {
            "size": {"width": 800, "height": 540},
            "selected": True,
            "name": "menu",
            "chatBarText": "メニュー",
            "areas": [],
        }
        line_id = at_line.create(body)
        at_line.upload(line_id, _picture(), "image/png")
        return line_id


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 540), "teal").save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
