"""By whose certificates servers are trusted, as the environment says it."""

from __future__ import annotations

import errno
import os
import re
import ssl
from pathlib import Path
from typing import NamedTuple

import httpx

from masksearch.errors import ConfigError
from masksearch.settings import environment_variables

CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""The first that is set is taken: Python's own and httpx's, then those of requests and curl."""
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+")
"""How OpenSSL finds a certificate in a folder."""


class Trusted(NamedTuple):
    """A file or folders of certificates, and the variable that names them.

    Both are "" for those that come with httpx.
    """

    path: str = ""
    variable: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is one file, which every client can be given."""
        return Path(self.path).is_file()


def trusted() -> Trusted:
    """The certificates that are wanted, not looked at yet."""
    found = environment_variables(CERTIFICATE_VARIABLES)
    wanted = [Trusted(found[name].strip(), name) for name in CERTIFICATE_VARIABLES if name in found]
    return next((one for one in wanted if one.path), Trusted())


def tls_context() -> ssl.SSLContext:
    """What checks a server's certificate; raises ConfigError naming the variable at fault."""
    return context_of(trusted())


def context_of(wanted: Trusted) -> ssl.SSLContext:
    """The same for certificates that are given."""
    try:
        if not wanted.path:
            return httpx.create_ssl_context(trust_env=False)
        if wanted.is_file:
            return ssl.create_default_context(cafile=wanted.path)
        _check_folders(wanted.path)
        return ssl.create_default_context(capath=wanted.path)
    except ssl.SSLError:
        fault = "holds no certificate in PEM form"
    except OSError as error:
        if not wanted.path or error.filename not in (None, wanted.path):
            raise ConfigError(f"TLS cannot be had: {error}; check SSLKEYLOGFILE") from error
        fault = error.strerror or "cannot be read"
    raise ConfigError(
        f"{wanted.variable}={wanted.path}: {fault.lower()}: name a file of certificates, or unset it"
    )


def _check_folders(path: str) -> None:
    """Raises OSError where not one certificate could be found: OpenSSL would say nothing."""
    folders = [Path(one) for one in path.split(os.pathsep) if Path(one).is_dir()]
    if not folders:
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    if not any(_HASHED.fullmatch(file.name) for folder in folders for file in folder.iterdir()):
        raise OSError(errno.ENOENT, "no certificate is under the hash of its name (`c_rehash`)")
