"""Claims about how a value is written."""

from __future__ import annotations

import numpy as np
import pytest

from galexp.page.content import Link, Measured
from galexp.page.value import as_text, checked_address


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.12345, 2, "0.12"),
        (-0.00001, 4, "-1.0e-05"),
        (-0.0, 3, "0.000"),
        (2.5e12, 3, "2.500e+12"),
        (float("inf"), 2, "inf"),
        (float("-inf"), 2, "-inf"),
        (1237649770260463687, 2, "1237649770260463687"),
        (np.float32(0.5), 2, "0.50"),
        (np.int64(7), 2, "7"),
        (Measured(1.0), 2, "1.00"),
        (Measured(1.0, 0.25), 1, "1.0 ± 0.2"),
        (Measured(float("nan"), 0.25), 1, "NaN ± 0.2"),
        (Link("show", "a"), 2, "show"),
    ],
)
def test_values_are_written_as_they_are_read(value, digits, text):
    assert as_text(value, digits) == text


@pytest.mark.parametrize(
    "address", ["https://a.org/?q=a:b", "HTTP://a.org", "../run/a b", "tables/a.csv?x:y", "#scores", ""]
)
def test_pages_lead_to_the_web_and_to_files_beside_them(address):
    assert checked_address(address) == address


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)//", " javascript:x", "java\tscript:x", "data:text/html,x", "file:///etc/passwd"]
)
def test_no_page_leads_to_what_runs_or_lies_elsewhere(address):
    with pytest.raises(ValueError, match="is neither https://, http:// nor relative; a report links to no other"):
        checked_address(address)
