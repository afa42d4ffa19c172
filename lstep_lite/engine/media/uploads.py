"""What staff upload, told apart by how it begins: what a browser or a file's name says counts for nothing."""

from typing import BinaryIO

from lstep_lite.engine.media.storage import UPLOAD_BYTES, MediaStore, RawClip, StoredImage
from lstep_lite.errors import DomainError
from lstep_lite.models import MediaKind

HEAD_BYTES = 64
KEPT_FREE_BYTES = 500_000_000
"""Of the disk: the database must always have room to write."""
PICTURE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
"""MP4's own container also holds pictures."""
SOUND_BRANDS = (b"M4A ", b"M4B ")
TO_EXPORT = {
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
}
NEITHER = "このファイルは使えません。画像（JPEG・PNG・WebP）、動画（MP4）、音声（MP3・M4A）のどれかを選んでください。"
NO_SOUND = "{}形式の音声は使えません。パソコンやアプリでMP3かM4Aに変換してから、もう一度お試しください。"
NO_VIDEO = "{}形式の動画は使えません。動画アプリでMP4（H.264）に書き出してから、もう一度お試しください。"
FULL = (
    "保存先の残りが少ないため、アップロードできません。"
    "「容量と片づけ」で使われていないファイルを削除するか、保存先を大きくしてください。"
)
NO_PDF = "PDFはLINEのメッセージでは送れません。画像（JPEG・PNG）に書き出してから、もう一度お試しください。"


ONLY = {
    MediaKind.IMAGE: "ここで使えるのは画像（JPEG・PNG・WebP）だけです。",
    MediaKind.VIDEO: "ここで使えるのは動画（MP4）だけです。",
    MediaKind.AUDIO: "ここで使えるのは音声（MP3・M4A）だけです。",
}


def receive(store: MediaStore, stream: BinaryIO, *, only: MediaKind | None = None) -> StoredImage | RawClip:
    """Keep an upload on disk. Not inside a unit. Raises DomainError saying what to upload instead.

    *only*: refuse what is obviously of another kind.
    """
    if store.free_bytes() < KEPT_FREE_BYTES:
        raise DomainError(FULL)
    head = stream.read(HEAD_BYTES)
    clip = _clip(head)
    if clip is None:
        _refuse_others(head, NEITHER if only is None else ONLY[only])
    if only not in (None, clip[0] if clip else MediaKind.IMAGE):
        raise DomainError(ONLY[only])
    if clip:
        return store.store_raw(*clip, head, stream)
    return store.store_image(head + stream.read(UPLOAD_BYTES + 1 - len(head)))


def _clip(head: bytes) -> tuple[MediaKind, str] | None:
    """What it probably is, and in which container; None for what is neither video nor sound."""
    brand = head[8:12]
    if head[4:8] == b"ftyp" and brand not in PICTURE_BRANDS:
        return (MediaKind.AUDIO if brand in SOUND_BRANDS else MediaKind.VIDEO), "mp4"
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return MediaKind.VIDEO, "mp4"  # QuickTime of old
    if head.startswith(b"\x1aE\xdf\xa3"):
        return MediaKind.VIDEO, "matroska"
    if head.startswith(b"ID3") or _is_mp3_frame(head):
        return MediaKind.AUDIO, "mp3"
    return None


def _is_mp3_frame(head: bytes) -> bool:
    """Eleven bits set, then a version and a layer that exist: layer 3."""
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08


def _refuse_others(head: bytes, otherwise: str) -> None:
    if head.startswith(b"%PDF-"):
        raise DomainError(NO_PDF)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        raise DomainError(NO_SOUND.format("WAV"))
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        raise DomainError(NO_VIDEO.format("AVI"))
    if head.startswith(b"0&\xb2u"):
        raise DomainError(NO_VIDEO.format("WMV"))
    for signature, name in TO_EXPORT.items():
        if head.startswith(signature):
            raise DomainError(NO_SOUND.format(name))
    is_picture = head.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF", b"GIF8", b"BM")) or head[4:8] == b"ftyp"
    if not is_picture:
        raise DomainError(otherwise)
