"""Compiled templates, shared by all processes of one run of the tests: compiling all of them takes seconds of each."""

import os
import shutil
import tempfile

import flask
from jinja2 import FileSystemBytecodeCache

PLACE = "COMPILED_TEMPLATES"
"""The directory's name in the environment, which processes of tests and of servers inherit."""


def begin() -> None:
    """Choose the directory, once a run."""
    os.environ[PLACE] = tempfile.mkdtemp(prefix="lstep-templates-")


def end() -> None:
    shutil.rmtree(os.environ.pop(PLACE), ignore_errors=True)


def share() -> None:
    """From here on this process compiles only what no other has compiled yet."""
    if place := os.environ.get(PLACE):
        flask.Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(place)}
