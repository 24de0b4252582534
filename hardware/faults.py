"""What can go wrong with a device: a code and the facts its Vietnamese sentence needs, nothing else.

The sentences live in web/vietnamese.py under the same codes. Facts are numbers and device names, never personal data.
"""

# Facts of a scanner's fault: `n` is the number of the last page stored, `next` the page to put back first.
SCANNER_FAULTS: dict[str, tuple[str, ...]] = {
    "scanner_absent": (),
    "scanner_ambiguous": ("count",),  # Several devices answer to the configured name.
    "scanner_busy": (),
    "scanner_cannot": ("option", "wanted"),
    "scanner_denied": (),
    "scanner_hung": ("n", "next"),
    "scanner_io": ("n", "next"),
    "scanner_stopped": ("n", "next"),  # The process that was scanning died.
    "feeder_empty": (),
    "paper_jam": ("n", "next"),
    "cover_open": (),
    "short_page": ("n", "next"),
    "scan_disk_full": ("n", "next"),
}

# Facts of a certificate's fault: `cn` is whom it was issued to, `day` the day that matters; the rest is the province's own word.
TOKEN_FAULTS: dict[str, tuple[str, ...]] = {
    "token_absent": (),
    "token_removed": (),
    "token_changed": (),  # The token is there, the certificate is not on it any more.
    "token_without_key": (),
    "token_failed": (),
    "token_hung": (),
    "token_module_died": (),
    "token_module_missing": (),
    "token_worker_stopped": (),  # The process that was signing died.
    "pin_wrong": (),
    "pin_wrong_left": ("left",),
    "pin_locked": (),
    "pin_length": (),
    "wrong_token": ("cn",),
    "cert_not_yet_valid": ("cn", "day"),
    "cert_expired": ("cn", "day"),
    "cert_wrong_use": ("cn",),
    "cert_untrusted": ("cn",),
    "cert_revoked": ("cn", "day"),
    "cert_revoked_by_province": ("cn", "since", "reason", "by"),
    "revocation_unknown": ("cn",),
}

# What keeps one document from being signed, and no other.
DOCUMENT_FAULTS: dict[str, tuple[str, ...]] = {
    "document_missing": (),
    "file_changed": (),
    "pdf_unreadable": (),
    "signature_field_missing": ("field",),
    "signature_field_taken": ("field",),
    "fill_field_missing": ("field",),
    "form_field_filled": ("field",),
    "form_letter_unknown": ("letters",),
    "signature_check_failed": ("field",),
    "not_signed": (),
    "signing_stopped": (),
}

WORKER_FAULTS: dict[str, tuple[str, ...]] = {
    "worker_away": ("worker",),
    "worker_failed": (),
    "worker_twice": ("worker",),
}

FAULTS: dict[str, tuple[str, ...]] = {**SCANNER_FAULTS, **TOKEN_FAULTS, **DOCUMENT_FAULTS, **WORKER_FAULTS}


def fault(code: str, known: dict) -> dict:
    """Return {"code", "facts"} with exactly the facts that `code` needs, taken from what is `known`."""
    return {"code": code, "facts": {name: known[name] for name in FAULTS[code]}}
