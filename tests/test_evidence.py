"""What happens to a signed result when the line is back: evidence, one time-stamp, and what is said when that fails."""

import socket
import threading
from contextlib import contextmanager

import pytest

from appliance.clock import stamp
from appliance.signatures import validate_long_term
from appliance.trust import read_trust
from provisioning.demo import authority
from signing_room import answering, form_pdf
from sync import revocation
from sync.evidence import add_evidence
from sync.revocation import AuthorityAway, fetch_crls, make_http, renew_crls


@pytest.fixture(scope="module")
def sealed(ca):
    return ca.sealed(ca.signed(form_pdf()))


@pytest.fixture(scope="module")
def lasting(ca, sealed):
    with answering(ca):
        return add_evidence(sealed, ca.trust.roots, authority.tsa_url(ca.url))


def test_evidence_added_later_makes_both_signatures_last(ca, sealed, lasting):
    assert lasting.added and lasting.pdf.startswith(sealed)
    assert [(f.summary, f.modification) for f in lasting.findings] == [
        ("signature_good_stamped", "form_filling"),
        ("signature_good_stamped", "lta_updates"),
    ]
    assert lasting.timestamp_at > lasting.findings[0].signed_at


def test_in_2040_the_file_proves_itself_without_a_network(ca, sealed, lasting):
    # The signers' certificates ended in 2036, the time-stamp service's ends in 2044.
    late = "2040-01-01T00:00:00.000Z"
    assert [f.summary for f in validate_long_term(lasting.pdf, ca.trust.roots, late)] == ["signature_good_stamped"] * 2
    assert [f.summary for f in validate_long_term(sealed, ca.trust.roots, late)] == ["signature_expired"] * 2
    assert {f.summary for f in validate_long_term(lasting.pdf, ca.trust.roots, "2045-01-01T00:00:00.000Z")} == {"signature_expired"}


def test_a_flipped_byte_is_found_under_the_time_stamp_too(ca, sealed, lasting):
    flipped = bytearray(lasting.pdf)
    flipped[sealed.index(b"KET QUA")] ^= 1
    assert {f.summary for f in validate_long_term(bytes(flipped), ca.trust.roots, stamp())} == {"signature_broken"}


def test_asking_again_changes_nothing_and_asks_nobody(ca, lasting):
    assert add_evidence(lasting.pdf, ca.trust.roots, "http://127.0.0.1:1/").pdf == lasting.pdf


def test_a_certificate_revoked_before_is_said_and_gets_no_time_stamp(ca):
    signed = ca.signed(form_pdf(), "revoked")
    with answering(ca):
        found = add_evidence(signed, ca.trust.roots, authority.tsa_url(ca.url))
    assert (found.added, found.pdf, found.timestamp_at) == (False, signed, None)
    assert (found.findings[0].summary, found.findings[0].revoked_at) == ("signature_revoked", "2026-02-01T00:00:00.000Z")


def test_with_the_line_cut_nothing_is_half_done_and_asking_again_may_help(ca, sealed):
    with pytest.raises(AuthorityAway) as away:
        add_evidence(sealed, ca.trust.roots, authority.tsa_url(ca.url))
    assert (away.value.code, away.value.permanent) == ("tsa_unreachable", False)


def test_a_time_stamp_address_that_does_not_exist_is_not_asked_for_ever(ca, sealed):
    with answering(ca), pytest.raises(AuthorityAway) as away:
        add_evidence(sealed, ca.trust.roots, f"{ca.url}/demo/tsa/khong-co")
    assert (away.value.code, away.value.permanent) == ("tsa_unreachable", True)


def test_an_authority_that_never_stops_talking_is_left(monkeypatch):
    monkeypatch.setattr(revocation, "ANSWER_BYTES_MAX", 1 << 20)
    with _talking_for_ever() as url:
        assert fetch_crls([url], make_http()) == ([], [url])


def test_lists_are_renewed_and_what_failed_is_named(ca, tmp_path):
    dead = "http://127.0.0.1:1/latest.crl"
    with answering(ca):
        assert renew_crls(tmp_path, [*authority.crl_urls(ca.url), dead], make_http()) == [dead]
    assert sorted(read_trust(tmp_path).crls) == sorted(ca.trust.crls)


@contextmanager
def _talking_for_ever():
    """Answer the first request with a body that has no end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_talk, args=(server,))
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/latest.crl"
        thread.join()


def _talk(server: socket.socket) -> None:
    caller, _ = server.accept()
    with caller:
        caller.recv(4096)
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                caller.sendall(bytes(1 << 16))
        except OSError:
            return  # Left at last.
