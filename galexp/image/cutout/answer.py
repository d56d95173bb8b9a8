"""What an image service's answer is worth: a whole image, a reason to ask again, or a refusal."""

from __future__ import annotations

import dataclasses
import datetime
import email.utils
from http import HTTPStatus

from galexp.image.codec import decode, is_blank

_JPEG_MAGIC = b"\xff\xd8"
_SHOWN_BYTES = 60
_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
_ABSENT = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


@dataclasses.dataclass(frozen=True)
class Answer:
    """One answer of a service.

    Args:
        image: The bytes as they came where they are a whole image, else None.
        is_blank: Whether the image shows nothing; see :func:`galexp.image.codec.is_blank`.
        problem: What is wrong with it, empty for an image.
        is_passing: Whether asking again may help.
        is_absent: Whether the service says that it has no such image.
        retry_after: How long it wants to be left alone [s], 0 where it does not say.
    """

    image: bytes | None = None
    is_blank: bool = False
    problem: str = ""
    is_passing: bool = False
    is_absent: bool = False
    retry_after: float = 0.0


def judge(status: int, retry_after: str | None, body: bytes, width: int) -> Answer:
    """Judge status and body of an answer; the body of status 200 counts only if it decodes whole at the asked size.

    Services answer with error pages, nothing, half a JPEG or a picture of another size under status 200; all of these
    are asked for again. So are 408, 425, 429 and 5xx; 404, 410 and every other status are final.

    Args:
        status: Of HTTP.
        retry_after: The header of that name, None where there is none.
        body: As it came.
        width: Side of the image that was asked for [pixel].
    """
    if status == HTTPStatus.OK:
        return _judge_image(body, width)
    return Answer(
        problem=f"status {status}",
        is_passing=status in _PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        is_absent=status in _ABSENT,
        retry_after=seconds_to_wait(retry_after, datetime.datetime.now(datetime.UTC)),
    )


def _judge_image(body: bytes, width: int) -> Answer:
    if not body.startswith(_JPEG_MAGIC):
        return Answer(problem=f"no JPEG but {len(body)} bytes beginning {body[:_SHOWN_BYTES]!r}", is_passing=True)
    try:
        pixels = decode(body, "the answer")
    except ValueError as error:
        return Answer(problem=str(error), is_passing=True)
    if pixels.shape[:2] != (width, width):
        found = f"{pixels.shape[1]} x {pixels.shape[0]}"
        return Answer(problem=f"an image of {found} pixels instead of {width} x {width}", is_passing=True)
    return Answer(image=body, is_blank=is_blank(pixels))


def seconds_to_wait(retry_after: str | None, now: datetime.datetime) -> float:
    """Read a Retry-After header: a number of seconds or an HTTP date.

    Returns:
        Seconds from now, 0 where there is no header, it cannot be read, or the date is past.

    Example:
        >>> now = datetime.datetime(2015, 10, 21, 7, 28, tzinfo=datetime.UTC)
        >>> seconds_to_wait("120", now), seconds_to_wait("Wed, 21 Oct 2015 07:28:30 GMT", now)
        (120.0, 30.0)

    References:
        RFC 9110, section 10.2.3.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        date = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    aware = date if date.tzinfo else date.replace(tzinfo=datetime.UTC)
    return max(0.0, (aware - now).total_seconds())
