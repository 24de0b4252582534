"""Ask a certificate authority over HTTP: revocation lists, OCSP answers, time-stamps. Nothing here judges an answer.

Every exchange has a deadline over all of it and a bound on its bytes, so that a slow or endless answer ends too.
"""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

import urllib3
from asn1crypto import ocsp, tsp, x509
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko_certvalidator.authority import AuthorityWithCert
from pyhanko_certvalidator.fetchers.common_utils import format_ocsp_request

from appliance.errors import Refused
from appliance.trust import CRL_BYTES_MAX, crl_times, keep_crl

EXCHANGE_S = 20.0  # One question and its whole answer.
SILENCE_S = 5.0  # Connecting, or waiting for the next bytes.
ANSWER_BYTES_MAX = CRL_BYTES_MAX
CHUNK_BYTES = 1 << 14
URLS_MAX = 50
OK = 200


class AuthorityAway(Refused):
    """The authority could not be asked or did not answer properly. `permanent` when asking again cannot help."""

    def __init__(self, code: str, permanent: bool = False, **facts: object) -> None:
        super().__init__(code, **facts)
        self.permanent = permanent


def make_http() -> urllib3.PoolManager:
    """Give a client that never retries by itself: the agent decides when to ask again."""
    timeout = urllib3.Timeout(connect=SILENCE_S, read=SILENCE_S)
    return urllib3.PoolManager(retries=False, timeout=timeout)


def fetch_crls(urls: Iterable[str], http: urllib3.PoolManager) -> tuple[list[bytes], list[str]]:
    """Fetch revocation lists; give those that came, as DER, and the addresses that failed."""
    lists, failed = [], []
    for url in list(urls)[:URLS_MAX]:
        try:
            data = _exchange(http, "GET", url)
            crl_times(data)
            lists.append(data)
        except Refused:
            failed.append(url)
    return lists, failed


def renew_crls(trust_folder: Path, urls: Iterable[str], http: urllib3.PoolManager) -> list[str]:
    """Bring the cached revocation lists up to date; give the addresses that failed, to be tried again later."""
    lists, failed = fetch_crls(urls, http)
    for data in lists:
        keep_crl(trust_folder, data)
    return failed


def fetch_ocsp(certificate: x509.Certificate, issuer: x509.Certificate, http: urllib3.PoolManager) -> bytes:
    """Ask the certificate's own responder about it, with a nonce. Raises AuthorityAway("revocation_unreachable")."""
    for url in certificate.ocsp_urls[:URLS_MAX]:
        request = format_ocsp_request(certificate, AuthorityWithCert(issuer), certid_hash_algo="sha1", request_nonces=True)
        try:
            answer = _exchange(http, "POST", url, request.dump(), "application/ocsp-request")
            read = ocsp.OCSPResponse.load(answer, strict=True)
            if read["response_status"].native == "successful" and read.nonce_value.native == request.nonce_value.native:
                return answer
        except (Refused, ValueError, AttributeError):
            continue
    raise AuthorityAway("revocation_unreachable")


class BoundedTimeStamper(TimeStamper):
    """RFC 3161 over our bounded exchange. Raises AuthorityAway("tsa_unreachable") instead of hanging."""

    def __init__(self, url: str, http: urllib3.PoolManager):
        super().__init__()
        self._url, self._http = url, http

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        try:
            answer = await asyncio.to_thread(_exchange, self._http, "POST", self._url, req.dump(), "application/timestamp-query")
            return tsp.TimeStampResp.load(answer, strict=True)
        except AuthorityAway as error:
            raise AuthorityAway("tsa_unreachable", permanent=error.permanent) from error
        except ValueError as error:
            raise TimestampRequestError("not a time-stamp answer") from error


def _exchange(http: urllib3.PoolManager, method: str, url: str, body: bytes | None = None, kind: str = "") -> bytes:
    """Ask once. Raises AuthorityAway; 4xx is permanent, everything else may pass."""
    deadline = time.monotonic() + EXCHANGE_S
    headers = {"Content-Type": kind} if kind else {}
    try:
        response = http.request(method, url, body=body, headers=headers, preload_content=False, redirect=False)
        try:
            return _read(response, deadline)
        finally:
            response.close()
    except urllib3.exceptions.HTTPError as error:
        raise AuthorityAway("revocation_unreachable") from error


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    if response.status != OK:
        raise AuthorityAway("revocation_unreachable", permanent=400 <= response.status < 500)
    data = b""
    while chunk := response.read1(CHUNK_BYTES):
        data += chunk
        if len(data) > ANSWER_BYTES_MAX or time.monotonic() > deadline:
            raise AuthorityAway("revocation_unreachable")
    return data
