from __future__ import annotations

import datetime
import email.utils
import io
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from galexp.image.cutout.answer import judge, seconds_to_wait
from galexp.image.cutout.pace import backoff

NOW = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)


def encoded(width: int, kind: str) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 256, (width, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(stream, format=kind)
    return stream.getvalue()


JPEG = encoded(64, "JPEG")


def test_a_whole_jpeg_of_the_asked_size_is_kept_as_it_came():
    answer = judge(200, None, JPEG, 64)
    assert (answer.image, answer.is_blank, answer.problem) == (JPEG, False, "")


def test_a_gray_image_is_blank(image_bytes):
    assert judge(200, None, image_bytes("blank", 64, "JPEG"), 64).is_blank


@given(share=st.floats(0.0, 0.99))
def test_a_jpeg_that_was_cut_is_asked_for_again(share):
    answer = judge(200, None, JPEG[: int(share * len(JPEG))], 64)
    assert (answer.image, answer.is_passing) == (None, True)


def test_real_sdss_cutouts_are_whole_and_cut_ones_are_not(real_data):
    files = sorted((real_data / "sdss_metallicity" / "images").glob("*.jpg"))[:60]
    images = [path.read_bytes() for path in files]
    answers = [judge(200, None, image, 128) for image in images]
    assert [answer.image for answer in answers] == images
    assert not any(answer.is_blank for answer in answers)
    assert not any(judge(200, None, image[: len(image) * 9 // 10], 128).image for image in images)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "no JPEG but 0 bytes"),
        (b"<html>busy</html>", "no JPEG but 17 bytes beginning b'<html>busy"),
        (b"\xff\xd8\xff nothing", "is not a whole 8-bit image"),
    ],
)
def test_what_is_no_image_is_asked_for_again_and_described(body, problem):
    answer = judge(200, None, body, 64)
    assert answer.is_passing
    assert problem in answer.problem


def test_another_size_or_format_than_asked_for_is_asked_for_again():
    assert judge(200, None, JPEG, 128).problem == "an image of 64 x 64 pixels instead of 128 x 128"
    assert judge(200, None, encoded(64, "PNG"), 64).problem.startswith("no JPEG")


@pytest.mark.parametrize(
    ("status", "is_passing", "is_absent"),
    [
        *((status, True, False) for status in (408, 425, 429, 500, 502, 503, 504, 599)),
        *((status, False, True) for status in (404, 410)),
        *((status, False, False) for status in (204, 206, 400, 401, 403)),
    ],
)
def test_only_busy_and_broken_services_are_asked_again(status, is_passing, is_absent):
    answer = judge(status, None, JPEG, 64)
    assert (answer.image, answer.is_passing, answer.is_absent) == (None, is_passing, is_absent)
    assert answer.problem == f"status {status}"


@given(st.integers(0, 10**6))
def test_retry_after_in_seconds_and_as_a_date_say_the_same(seconds):
    date = email.utils.format_datetime(NOW + datetime.timedelta(seconds=seconds), usegmt=True)
    assert seconds_to_wait(str(seconds), NOW) == seconds_to_wait(date, NOW) == seconds


def test_retry_after_reaches_the_answer():
    assert judge(429, "7", b"", 64).retry_after == 7.0
    assert judge(503, email.utils.formatdate(time.time() + 100, usegmt=True), b"", 64).retry_after > 90


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "²", "1.5", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 99 Foo"])
def test_a_retry_after_that_is_past_or_cannot_be_read_asks_for_no_wait(header):
    assert seconds_to_wait(header, NOW) == 0.0


@given(failures=st.integers(1, 10_000), first=st.floats(0.001, 10))
def test_waits_double_up_to_a_minute_and_are_never_less_than_half(failures, first):
    longest = min(60.0, first * 2.0 ** min(failures - 1, 20))
    assert longest / 2 <= backoff(first, failures) <= longest


def test_connections_that_failed_together_do_not_wait_alike():
    assert np.std([backoff(1.0, 3) for _ in range(100)]) > 0.1
