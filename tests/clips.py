"""Videos and sounds made on the spot, as small as they can be."""

import io
import struct
from fractions import Fraction

import av
from PIL import Image

RATE = 44_100
PLAIN = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 0x40000000)
TURNED = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 0x40000000)
"""How a phone that is held upright says that its picture lies on its side."""


def a_video(
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    size: tuple[int, int] = (96, 64),
    seconds: int = 2,
    sound: str | None = "aac",
    container: str = "mp4",
    is_turned: bool = False,
) -> bytes:
    """It is black for its first half second, then red, and says where it was made."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        file.metadata["location"], file.metadata["title"] = "+35.0116+135.7681/", "secret title"
        video = file.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = *size, pixels
        track = file.add_stream(sound, rate=RATE, layout="mono") if sound else None
        for number in range(10 * seconds):
            frame = av.VideoFrame.from_image(Image.new("RGB", size, "black" if number < 5 else "red"))
            frame.pts, frame.time_base = number, Fraction(1, 10)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        if track:
            _play(file, track, seconds)
    data = out.getvalue()
    return data.replace(PLAIN, TURNED).replace(TURNED, PLAIN, 1) if is_turned else data


def a_sound(*, codec: str = "libmp3lame", container: str = "mp3", seconds: int = 2) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        file.metadata["artist"] = "secret artist"
        _play(file, file.add_stream(codec, rate=RATE, layout="mono"), seconds)
    return out.getvalue()


def _play(file, track, seconds: int) -> None:  # type: ignore[no-untyped-def]
    """Silence."""
    form = track.codec_context.format.name
    for number in range(RATE * seconds // 1152):
        frame = av.AudioFrame(format=form, layout="mono", samples=1152)
        frame.sample_rate, frame.pts, frame.time_base = RATE, number * 1152, Fraction(1, RATE)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        file.mux(track.encode(frame))
    file.mux(track.encode(None))
