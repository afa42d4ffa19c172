"""The media directory: bytes on disk, under the code of their row."""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from lstep_lite.engine.media import pictures
from lstep_lite.errors import DomainError
from lstep_lite.models import MediaKind

UPLOAD_BYTES = 20_000_000
"""Of a picture before it is re-encoded."""
RECEIVED_BYTES = 200_000_000
"""Of whatever else: LINE takes no larger video or sound either."""
TOO_LARGE = f"画像が大きすぎます（{UPLOAD_BYTES // 1_000_000}MBまで）。小さくした画像をお使いください。"
CHUNK_BYTES = 1_000_000
RAW = ".raw"
UNFINISHED = ".part"
"""Ends the names of files that are being written."""
PDF = "application/pdf"
PDF_SIGNATURE = b"%PDF-"


class TooLarge(DomainError):
    pass


@dataclass(frozen=True)
class StoredImage:
    """A picture and its preview, both on disk."""

    code: str
    content_type: str
    size_bytes: int
    width: int
    height: int


@dataclass(frozen=True)
class StoredFile:
    """A file that is kept as it came; browsers only download it."""

    code: str
    content_type: str
    size_bytes: int


@dataclass(frozen=True)
class RawClip:
    """A video or a sound as it was uploaded; it is still to be prepared."""

    code: str
    kind: MediaKind
    container_format: str


class MediaStore:
    """The media directory. Holds no session; never use it inside a unit of work."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path_of(self, path: str) -> Path:
        """Where the file of a row's `path` or `preview_path` lies."""
        return self._root / path

    def store_image(self, data: bytes) -> StoredImage:
        """Keep an uploaded picture under a new code. Raises DomainError saying what to upload instead."""
        if len(data) > UPLOAD_BYTES:
            raise TooLarge(TOO_LARGE)
        return self.store_image_as(new_code(), data)

    def store_image_as(self, code: str, data: bytes) -> StoredImage:
        return self._keep_image(code, *pictures.prepare(data))

    def _keep_image(self, code: str, original: pictures.Encoded, preview: pictures.Encoded) -> StoredImage:
        self.store_file(preview_path(code), [preview.data])
        self.store_file(path(code), [original.data])
        return StoredImage(code, original.content_type, len(original.data), original.width, original.height)

    def store_cut(self, data: bytes, box: pictures.Box, width: int | None) -> StoredImage:
        """Keep what *box* shows of a stored picture, made *width* wide if that is given, under a new code."""
        return self._keep_image(new_code(), *pictures.cut(data, box, width))

    def store_square(self, data: bytes, side: int) -> StoredImage:
        """Keep the middle of an uploaded picture as a square of *side* pixels. Raises as `store_image` does."""
        if len(data) > UPLOAD_BYTES:
            raise TooLarge(TOO_LARGE)
        return self._keep_image(new_code(), *pictures.squared(data, side))

    def store_preview(self, code: str, data: bytes) -> None:
        """Keep the preview of a file that is no picture itself."""
        self.store_file(preview_path(code), [pictures.preview(data).data])

    def store_raw(self, kind: MediaKind, container_format: str, head: bytes, rest: BinaryIO) -> RawClip:
        """Keep an upload as it came, for `preparing`; *head* was read already. Raises TooLarge."""
        code = new_code()
        self.store_file(raw_path(code), chain([head], _chunks(rest)))
        return RawClip(code, kind, container_format)

    def adopt(self, draft: Path, path: str) -> None:
        """Take a file that lies in the store's own folder as the one of *path*."""
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(self.path_of(path))

    def store_upload(self, data: bytes) -> StoredImage | StoredFile:
        """Keep an uploaded picture or PDF. Raises DomainError saying what to upload instead."""
        if not data.startswith(PDF_SIGNATURE):
            return self.store_image(data)
        if len(data) > UPLOAD_BYTES:
            raise TooLarge(
                f"ファイルが大きすぎます（{UPLOAD_BYTES // 1_000_000}MBまで）。小さくしたものをお使いください。"
            )
        code = new_code()
        return StoredFile(code, PDF, self.store_file(path(code), [data]))

    def store_file(self, path: str, chunks: Iterable[bytes]) -> int:
        """Write a stream to disk and return its size; the file appears once it is whole. Raises TooLarge."""
        target = self.path_of(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}{UNFINISHED}")
        try:
            size = _write(draft, chunks)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        return size

    def remove(self, code: str) -> None:
        """Everything kept under *code*, and what a killed process left unfinished of it."""
        for file in self.path_of(path(code)).parent.glob(f"{code}*"):
            file.unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """What the disk has left."""
        self._root.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._root).free

    def old_files(self, number: int, *, before: datetime) -> list[Path]:
        """The files of one folder that were last written *before* that; *number* walks through all folders in turn."""
        folders = sorted(folder for folder in self._root.iterdir() if folder.is_dir()) if self._root.is_dir() else []
        if not folders:
            return []
        files = folders[number % len(folders)].iterdir()
        return [file for file in files if file.stat().st_mtime < before.timestamp()]


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _write(draft: Path, chunks: Iterable[bytes]) -> int:
    size = 0
    with draft.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > RECEIVED_BYTES:
                raise TooLarge(f"ファイルが大きすぎるため保存しませんでした（{RECEIVED_BYTES // 1_000_000}MBまで）。")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size


def new_code() -> str:
    """192 random bits: who doesn't know the address can't guess it."""
    return secrets.token_urlsafe(24)


def path(code: str) -> str:
    return f"{code[:2]}/{code}"


def raw_path(code: str) -> str:
    """Where an upload waits to be prepared."""
    return f"{path(code)}{RAW}"


def preview_path(code: str) -> str:
    return f"{path(code)}.preview.jpg"
