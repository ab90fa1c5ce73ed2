"""Through which proxy is an address reached?"""

import urllib.parse
import urllib.request

from glan_core.errors import EndpointError

PROXY_HINT = "Check the environment variables http_proxy, https_proxy, all_proxy and no_proxy."


def find_proxy(url: str) -> str | None:
    """Give the proxy that the environment names for this address, if any; aiohttp would look for it at every call.

    Raises EndpointError for a proxy that cannot be used.
    """
    try:
        address = urllib.parse.urlsplit(url)
        host, port = address.hostname, address.port
    except ValueError:
        return None  # the first call tells that this is no address
    if not host or urllib.request.proxy_bypass(host if port is None else f"{host}:{port}"):
        return None
    proxies = urllib.request.getproxies()
    named = proxies.get(address.scheme) or proxies.get("all")
    if not named:
        return None
    proxy = named if "://" in named else f"http://{named}"
    try:
        parts = urllib.parse.urlsplit(proxy)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in proxy and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        # Without what may be its password.
        raise EndpointError(f"The proxy {named.rpartition('@')[2]!r} of the environment cannot be used.", PROXY_HINT)
    return proxy
