"""The pictures of the media library that stand in a menu."""

import io
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from PIL import Image, ImageCms
from sqlalchemy.orm import Session

from lstep_lite.engine.media import MediaStore
from lstep_lite.engine.rich_menus.documents import MOST_WIDTH
from lstep_lite.engine.studio import Data
from lstep_lite.models import Media, MediaKind, MediaState

FORMATS = ("JPEG", "PNG", "WEBP")


def picture_ids(document: Data, tab: Data) -> set[int]:
    """The media that *tab* shows."""
    if tab["source"] == "picture":
        found = [tab["picture_id"]]
    else:
        found = [tab["logo_id"], tab.get("ground_media_id")]
        found += [cell.get("fill_media_id") for cell in tab["cells"]]
    return {each for each in found if each is not None}


def paths(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Where they lie below the media directory; those that are gone are left out."""
    query = sa.select(Media.id, Media.path).where(
        Media.id.in_(ids), Media.kind == MediaKind.IMAGE, Media.state == MediaState.STORED, Media.path.is_not(None)
    )
    return {media_id: path for media_id, path in session.execute(query) if path is not None}


def opened(store: MediaStore, paths: Mapping[int, str], *, width: int = MOST_WIDTH) -> dict[int, Image.Image]:
    """Their pictures, for a menu of *width* pixels; those whose files are gone are left out. Not inside a unit."""
    found = {media_id: _opened(store, path, width) for media_id, path in paths.items()}
    return {media_id: picture for media_id, picture in found.items() if picture is not None}


def load(
    session: Session, store: MediaStore, ids: Collection[int], *, width: int = MOST_WIDTH
) -> dict[int, Image.Image]:
    """`paths` and `opened` in one, where *session* only looks."""
    return opened(store, paths(session, ids), width=width)


def _opened(store: MediaStore, path: str, width: int) -> Image.Image | None:
    try:
        with Image.open(store.path_of(path), formats=FORMATS) as picture:
            picture.draft("RGB", (width, width))  # a JPEG is then unpacked no larger than needed
            profile = picture.info.get("icc_profile")
            plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except OSError:
        return None
    return _in_srgb(plain, profile) if profile else plain


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Colours as browsers take them: photographs of telephones have more of them."""
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(theirs):
            return picture
        ours = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, theirs, ours, outputMode=picture.mode) or picture
    except (OSError, ImageCms.PyCMSError):
        return picture
