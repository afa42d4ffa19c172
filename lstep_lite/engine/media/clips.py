"""Videos and sounds as LINE plays them: a program of its own, run by `preparing` in a process of its own.

What a file of unknown origin does to a decoder (never ending, eating memory, crashing) ends with that process. It
imports nothing of the product, and the product imports nothing of it, so that both start at once. Nothing is encoded
anew: the streams are copied into a fresh file without any metadata, and one frame of a video becomes its preview.

Usage: clips.py FORMAT SOURCE TARGET FRAME. It answers with one line of JSON: a `Clip`, or {"refused": word, "detail"}.
"""

import contextlib
import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

MEMORY_BYTES = 3_000_000_000
CPU_SECONDS = 240
LONGEST_SECONDS = 30 * 60
MOST_FRAMES = LONGEST_SECONDS * 120
MOST_PACKETS = 2_000_000
LONGEST_SIDE = 4096
PREVIEW_AT = 1.0
"""Seconds: the very first frame is often black."""
PREVIEW_SIDE = 1024
FRAMES_LOOKED_AT = 400
"""How many frames are decoded on the way from a key frame to PREVIEW_AT."""
PIXELS = ("yuv420p", "yuvj420p")
"""What every phone can show; 10-bit pictures (HDR) it may not."""


@dataclass(frozen=True)
class Clip:
    content_type: str
    width: int
    height: int
    duration_ms: int


class Refused(Exception):
    """A word `preparing` knows a sentence for."""

    def __init__(self, word: str, detail: str = "") -> None:
        super().__init__(word)
        self.word = word
        self.detail = detail


def prepare(container_format: str, source: str, target: str, frame: str) -> Clip:
    """Copy what LINE can play of *source* to *target*; of a video, put a picture into *frame* (JPEG). Raises Refused.

    *container_format* is named, never guessed: among what FFmpeg guesses are play lists that read other files.
    """
    try:
        with av.open(source, format=container_format) as container:
            _check_length(container)
            video, sound = _streams(container)
            if video is None:
                return _prepare_sound(container, sound, target)
            return _prepare_video(container, video, sound, target, frame)
    except (av.FFmpegError, MemoryError, ValueError, EOFError) as error:
        raise Refused("unreadable", type(error).__name__) from error


def _check_length(container: InputContainer) -> None:
    if container.duration is not None and container.duration > LONGEST_SECONDS * 1_000_000:
        raise Refused("long", str(LONGEST_SECONDS // 60))


def _streams(container: InputContainer) -> tuple[VideoStream | None, AudioStream | None]:
    """The picture (a sound's cover is none) and the sound."""
    cover = av.stream.Disposition.attached_pic
    videos = [stream for stream in container.streams.video if not stream.disposition & cover]
    sounds = container.streams.audio
    return (videos[0] if videos else None), (sounds[0] if sounds else None)


# Sounds --------------------------------------------------------------------------------------------------------------


def _prepare_sound(container: InputContainer, sound: AudioStream | None, target: str) -> Clip:
    if sound is None:
        raise Refused("unreadable", "no stream")
    codec = sound.codec_context.name
    if codec.startswith("mp3"):
        kind, content_type, options = "mp3", "audio/mpeg", {"id3v2_version": "0"}
    elif codec == "aac":
        kind, content_type, options = "ipod", "audio/mp4", {"movflags": "+faststart"}
    else:
        raise Refused("sound", codec)
    return Clip(content_type, 0, 0, _copy(container, [sound], target, kind, options))


# Videos --------------------------------------------------------------------------------------------------------------


def _prepare_video(
    container: InputContainer, video: VideoStream, sound: AudioStream | None, target: str, frame: str
) -> Clip:
    _check_video(video, sound)
    picture = _still(container, video)
    picture.save(frame, "JPEG", quality=92)
    container.seek(0)
    streams: list[VideoStream | AudioStream] = [video, sound] if sound else [video]
    duration_ms = _copy(container, streams, target, "mp4", {"movflags": "+faststart"})
    width, height = _shown_size(video, picture)
    return Clip("video/mp4", width, height, duration_ms)


def _check_video(video: VideoStream, sound: AudioStream | None) -> None:
    codec = video.codec_context
    if codec.name != "h264" or codec.pix_fmt not in PIXELS:
        raise Refused("video", "H.264（10ビット）" if codec.name == "h264" else codec.codec.canonical_name)
    if sound is not None and sound.codec_context.name != "aac":
        raise Refused("video_sound", sound.codec_context.codec.canonical_name)
    if not 0 < max(codec.width, codec.height) <= LONGEST_SIDE:
        raise Refused("large", str(LONGEST_SIDE))
    if video.frames > MOST_FRAMES:
        raise Refused("long", str(LONGEST_SECONDS // 60))


def _still(container: InputContainer, video: VideoStream) -> Image.Image:
    """The picture at PREVIEW_AT (or the last one before the video ends), upright and as wide as it is shown."""
    video.codec_context.thread_count = 1
    shown = None
    for number, shown in enumerate(container.decode(video)):
        if (shown.time or 0) >= PREVIEW_AT or number >= FRAMES_LOOKED_AT:
            break
    if shown is None:
        raise Refused("unreadable", "no frame")
    width, height = _squared(shown.width, shown.height, video.codec_context.sample_aspect_ratio)
    shrunk = min(1.0, PREVIEW_SIDE / max(width, height))
    size = max(2, round(width * shrunk)), max(2, round(height * shrunk))
    picture: Image.Image = shown.to_image(width=size[0], height=size[1])  # type: ignore[no-untyped-call]
    return picture.rotate(shown.rotation, expand=True)


def _squared(width: int, height: int, pixel: Fraction | None) -> tuple[int, int]:
    """The size in square pixels, given the shape of one *pixel*."""
    return (round(width * pixel), height) if pixel and pixel > 0 else (width, height)


def _shown_size(video: VideoStream, picture: Image.Image) -> tuple[int, int]:
    codec = video.codec_context
    width, height = _squared(codec.width, codec.height, codec.sample_aspect_ratio)
    is_turned = (picture.width > picture.height) != (width > height)
    return (height, width) if is_turned else (width, height)


# Copying -------------------------------------------------------------------------------------------------------------


def _copy(
    container: InputContainer,
    streams: list[VideoStream | AudioStream],
    target: str,
    kind: str,
    options: dict[str, str],
) -> int:
    """Copy *streams* as they are; returns how long they last in milliseconds, as measured and not as the file says."""
    end = Fraction(0)
    with av.open(target, "w", format=kind, options={"fflags": "+bitexact", **options}) as out:
        copies = {stream.index: out.add_stream_from_template(stream) for stream in streams}
        for packet in _packets(container, streams):
            if packet.pts is not None and packet.time_base:
                end = max(end, (packet.pts + (packet.duration or 0)) * packet.time_base)
            if end > LONGEST_SECONDS:
                raise Refused("long", str(LONGEST_SECONDS // 60))
            packet.stream = copies[packet.stream.index]
            out.mux(packet)
    if end <= 0:
        raise Refused("unreadable", "empty")
    return round(end * 1000)


def _packets(container: InputContainer, streams: list[VideoStream | AudioStream]) -> Iterator[Any]:
    for number, packet in enumerate(container.demux(streams)):
        if number > MOST_PACKETS:
            raise Refused("long", str(LONGEST_SECONDS // 60))
        if packet.dts is not None:  # the empty one at the end has none
            yield packet


def main(arguments: list[str]) -> None:
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    av.logging.set_level(av.logging.PANIC)
    try:
        answer = asdict(prepare(*arguments))
    except Refused as refusal:
        answer = {"refused": refusal.word, "detail": refusal.detail}
    print(json.dumps(answer))


def _limit(what: int, most: int) -> None:
    _, ceiling = resource.getrlimit(what)
    with contextlib.suppress(ValueError, OSError):  # some systems know no such limit
        resource.setrlimit(what, (most if ceiling == resource.RLIM_INFINITY else min(most, ceiling), ceiling))


if __name__ == "__main__":
    main(sys.argv[1:])
