"""What an office is told about certificates before signing and about signatures afterwards."""

from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from appliance.certificates import check_before_signing
from appliance.clock import moment_of, stamp
from appliance.errors import Refused
from appliance.signatures import Trusted, validate
from appliance.trust import crl_times, crl_urls, keep_crl, newest_issue, read_trust
from hardware.form_fields import fill_fields
from provisioning.demo import authority
from signing_room import form_pdf


@pytest.fixture(scope="module")
def sealed(ca):
    return ca.sealed(ca.signed(form_pdf()))


@pytest.fixture
def check(ca):
    def check(label="st01", now="", crls=ca.trust.crls, roots=ca.trust.roots, registered=None):
        cert = authority.certificate(ca.folder, label)
        check_before_signing(cert, ca.trust.issuers, roots, crls, now or stamp(), registered)

    return check


def test_a_good_certificate_may_sign(check):
    check("st01")
    check("organisation")


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ({"label": "expired"}, "cert_expired"),
        ({"label": "revoked"}, "cert_revoked"),
        ({"label": "tsa"}, "cert_wrong_use"),
        ({"now": "2025-12-31T00:00:00.000Z"}, "cert_not_yet_valid"),
        ({"crls": ()}, "revocation_unknown"),
        ({"now": "2030-01-01T00:00:00.000Z"}, "revocation_unknown"),  # The lists are long past their nextUpdate.
        ({"roots": ()}, "cert_untrusted"),
        ({"registered": "00" * 32}, "wrong_token"),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused_with_the_reason(check, case, code):
    with pytest.raises(Refused) as refused:
        check(**case)
    assert refused.value.code == code


def test_a_revoked_certificate_is_named_with_its_day(check):
    with pytest.raises(Refused) as refused:
        check("revoked")
    assert refused.value.facts == {"cn": "Lê Thu Hồi Mẫu", "day": "01/02/2026"}


def test_without_revocation_lists_a_signature_is_neither_good_nor_bad(ca, sealed):
    found = validate(sealed, ca.trust.roots, (), stamp())
    assert [(f.trusted, f.intact, f.summary) for f in found] == [(Trusted.UNKNOWN, True, "signature_unchecked")] * 2


def test_one_flipped_byte_breaks_both_signatures(ca, sealed):
    flipped = bytearray(sealed)
    flipped[sealed.index(b"KET QUA")] ^= 1
    found = ca.judged(bytes(flipped)).values()
    assert [(f.intact, f.trusted, f.summary) for f in found] == [(False, Trusted.NO, "signature_broken")] * 2


def test_nobody_can_change_the_number_after_the_seal(ca):
    sealed = ca.sealed(ca.signed(form_pdf()), {"ngay_van_ban": "An Châu, ngày 21 tháng 11 năm 2026"})
    assert ca.judged(_filled(sealed))["dau_co_quan"].summary == "signature_changed_after"


def test_a_number_without_a_seal_over_it_is_found(ca):
    assert ca.judged(_filled(ca.signed(form_pdf())))["ky_lanh_dao"].summary == "signature_changed_after"


def test_a_signature_of_a_revoked_certificate_tells_since_when(ca):
    found = ca.judged(ca.signed(form_pdf(), "revoked"))["ky_lanh_dao"]
    assert (found.trusted, found.summary, found.revoked_at) == (Trusted.NO, "signature_revoked", "2026-02-01T00:00:00.000Z")


def test_a_signature_without_time_stamp_ends_with_its_certificate(ca, sealed):
    found = ca.judged(sealed, "2037-01-01T00:00:00.000Z").values()
    assert [f.summary for f in found] == ["signature_expired"] * 2


def test_another_roots_signature_is_not_ours(ca, sealed):
    found = validate(sealed, [authority.certificate(ca.folder, "tsa")], ca.trust.crls, stamp())
    assert [f.summary for f in found] == ["signature_untrusted"] * 2


def test_a_file_without_signature_has_no_findings_and_rubbish_is_refused(ca):
    assert ca.summaries(form_pdf()) == []
    with pytest.raises(Refused, match="pdf_unreadable"):
        ca.summaries(b"%PDF-1.7 rubbish")


def test_a_cached_list_gives_way_only_to_a_newer_one(ca, tmp_path):
    old, new = (authority.revocation_lists(ca.folder, _moment(day))[1] for day in ("2026-03-01", "2026-06-01"))
    assert [keep_crl(tmp_path, data) for data in (old, new, old)] == [True, True, False]
    assert read_trust(tmp_path).crls == (new,)
    assert newest_issue((old, new)) == crl_times(new)[0] > crl_times(old)[0]
    with pytest.raises(Refused, match="crl_unreadable"):
        keep_crl(tmp_path, b"<html>")


def test_certificates_say_where_their_lists_are(ca):
    certificates = tuple(authority.certificate(ca.folder, label) for label in ("issuing", "st01", "st02"))
    assert crl_urls(certificates) == authority.crl_urls(ca.url)


def _filled(pdf: bytes) -> bytes:
    writer, out = IncrementalPdfFileWriter(BytesIO(pdf)), BytesIO()
    fill_fields(writer, {"so_van_ban": "999/UBND-XN"})
    writer.write(out)
    return out.getvalue()


def _moment(day: str):
    return moment_of(f"{day}T00:00:00.000Z")
