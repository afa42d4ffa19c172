"""Write the next migration: what the models have and the migrations so far don't build.

Usage: new_migration.py MESSAGE. It compares with a scratch SQLite database; read what it wrote before you keep it.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from lstep_lite.db import Database

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    number = len(list((ROOT / "migrations" / "versions").glob("[0-9]*.py"))) + 1
    config = Config(toml_file=ROOT / "pyproject.toml")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/scratch.db")
        with database.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            command.revision(config, sys.argv[1], autogenerate=True, rev_id=f"{number:04d}")
        database.dispose()


if __name__ == "__main__":
    main()
