"""Where requests go and which headers go along, checked before the first is sent.

Pure. Said here, because httpx and h11 quote a header that they cannot send, and with
it the token.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote

from reconcile.core.config import TraedeSettings
from reconcile.errors import UsageError

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?:/[A-Za-z0-9._~-]+)*/*"
)
_PATH = re.compile(r"/*[A-Za-z0-9._~-]*(?:/[A-Za-z0-9._~-]+)*/*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def checked_url(settings: TraedeSettings) -> str:
    """The address without a closing slash, if the token may be sent there."""
    found = _URL.fullmatch(settings.url)
    if found is None or not _is_host(found["host"]) or int(found["port"] or 0) >= 2**16:
        raise UsageError(
            "traede.url is no address.", hint="Write it as https://api.traede.com."
        )
    host = found["host"]
    if found["scheme"] == "http" and not (settings.allow_http or _is_loopback(host)):
        raise UsageError(
            f"traede.url is http://{host}: the token would travel readable.",
            hint="Write https://, or set traede.allow_http: true if you must.",
        )
    paths = settings.paths
    for path in (paths.core, paths.products_sync, paths.customers_sync, paths.orders):
        if _PATH.fullmatch(path) is None or not {".", ".."}.isdisjoint(path.split("/")):
            raise UsageError(
                f"traede.paths: {path!r} is no path.",
                hint="A path is what follows the host, such as /products/sync.",
            )
    return settings.url.rstrip("/")


def headers_for(
    settings: TraedeSettings, token: str, app_key: str | None
) -> dict[str, str]:
    """The headers that Traede asks for; the token goes in no other place."""
    for name, secret in (("TRAEDE_TOKEN", token), ("TRAEDE_APP_KEY", app_key or "-")):
        if not secret or not _is_plain(secret) or " " in secret:
            raise UsageError(
                f"{name} is empty, or holds characters that no header can carry.",
                hint="Look for a space, a line break or a quotation mark around it.",
            )
    if not _is_plain(settings.app_identifier):
        raise UsageError("traede.app_identifier can only hold plain ASCII characters.")
    named = [
        ("Authorization", f"Bearer {token}"),
        (settings.headers.app_identifier, settings.app_identifier),
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
    ]
    if app_key:
        named.append((settings.headers.app_key, app_key))
    distinct = {name.lower() for name, _ in named if _HEADER_NAME.fullmatch(name)}
    if len(distinct) != len(named):
        raise UsageError("traede.headers: these names cannot be names of headers.")
    return dict(named)


def join(base: str, *parts: str | int) -> str:
    """A path from its configured beginning and parts, each escaped."""
    texts = [str(part) for part in parts]
    if not {"", ".", ".."}.isdisjoint(texts):
        raise ValueError(f"no path can be made of {parts!r}")
    escaped = [quote(text, safe="") for text in texts]
    return "/" + "/".join([*base.strip("/").split("/"), *escaped]).lstrip("/")


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine."""
    found = _URL.fullmatch(url)
    return found is not None and _is_loopback(found["host"])


def _is_host(host: str) -> bool:
    if host.startswith("[") or re.fullmatch(r"[0-9.]+", host):
        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return False
        return True
    return all(0 < len(label) < 64 for label in host.split(".")) and len(host) < 254


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
