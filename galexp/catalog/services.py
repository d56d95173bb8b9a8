"""Where surveys are downloaded from, and how patiently."""

from __future__ import annotations

import dataclasses

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from galexp import __version__

TEMPORARY = (429, 500, 502, 503, 504)


class ServiceError(ConnectionError):
    """A service did not give what it was asked for; the text is a sentence for its user."""


@dataclasses.dataclass(frozen=True)
class Services:
    """Addresses of the services, and the manners in which they are asked.

    Args:
        cornell: Host of the ALFALFA tables.
        icrar: Host of the xGASS tables.
        skyserver: Host of SDSS SQL.
        vizier: Host of VizieR.
        release: SDSS data release that SQL is put to; the published counts are those of 14.
        timeout: Longest silence that is waited through [s].
        retries: Further attempts after a failure that may pass (no answer, status 429, 500, 502, 503 or 504).
        pause: Between two queries, and the unit of the waits between attempts, which double [s]. SkyServer allows 60
            queries a minute.
        page_rows: Rows of one SQL query. SkyServer gives at most 500,000.

    Raises:
        ValueError: for a number that is out of its range, or an address without http:// or https://.
    """

    cornell: str
    icrar: str
    skyserver: str
    vizier: str
    release: int
    timeout: float
    retries: int
    pause: float
    page_rows: int

    def __post_init__(self) -> None:
        """Refuse what cannot be used."""
        for name in ("cornell", "icrar", "skyserver", "vizier"):
            if not str(getattr(self, name)).startswith(("http://", "https://")):
                raise ValueError(f"services.{name} is {getattr(self, name)!r}; expected http://... or https://...")
        lowest = {"release": 11, "timeout": 1e-3, "retries": 0, "pause": 0, "page_rows": 1}
        for name, low in lowest.items():
            if not getattr(self, name) >= low:
                raise ValueError(f"services.{name} is {getattr(self, name)}; expected at least {low:g}")

    def address(self, service: str, path: str = "") -> str:
        """Return the address of a path on one of the services."""
        return "/".join([str(getattr(self, service)).rstrip("/"), path]) if path else getattr(self, service).rstrip("/")

    def polite(self, session: requests.Session) -> requests.Session:
        """Let a session try again after failures that may pass, waiting longer each time or as long as it is told."""
        again = Retry(
            total=self.retries,
            backoff_factor=self.pause,
            status_forcelist=TEMPORARY,
            allowed_methods=None,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=again))
        session.headers["User-Agent"] = f"galexp/{__version__} {session.headers['User-Agent']}"
        return session

    def failure(self, address: str, error: object, what: str) -> ServiceError:
        """Put into one sentence that an address failed, what stays and what can be done."""
        reason = " ".join(str(_cause(error)).split())[:300]
        return ServiceError(
            f"{what} cannot be had from {address} (up to {self.retries + 1} attempts of {self.timeout:g} s: "
            f"{reason}); what was fetched so far is kept, so try the same command again later, or download it by hand "
            "and give dataset.catalog=FOLDER"
        )


def _cause(error: object) -> object:
    """Return what an exhausted series of attempts died of, without the address that is said already."""
    first = error.args[0] if isinstance(error, Exception) and error.args else None
    return getattr(first, "reason", None) or error
