"""Several dossiers of one visitor: the person is carried over, and the same request is shown before it is accepted twice."""

import pytest
from flask import Flask

from appliance import drafts
from appliance.box import Box
from desk_room import MARITAL, OWNER, accept, get, log_in, post
from web import printing


def test_the_next_dossier_of_the_same_person_is_filled_in(app: Flask, box: Box) -> None:
    dossier, client = accept(box), log_in(app, "st04")
    with box.writing() as act:
        printing.order(act, "ST04", dossier, "H99.99.99-1", "0" * 64)
    page = get(client, "/tiep-nhan").text
    assert f'formaction="/tiep-nhan/tiep-theo/{dossier}"' in page
    answer = post(client, f"/tiep-nhan/tiep-theo/{dossier}")
    form = get(client, answer.headers["Location"]).text
    assert OWNER["name"] in form and 'value="0912 345 678"' in form and 'value="05/08/1990"' in form
    draft = drafts.open_of(box.db, "ST04")[0]
    assert draft.body.applicant["number"] == OWNER["number"] and draft.body.procedure == "" and draft.pages == ()


def test_the_same_request_is_shown_before_it_is_accepted(app: Flask, box: Box) -> None:
    for _ in range(4):
        dossier = accept(box)
    client = log_in(app, "st04")
    draft = post(client, f"/tiep-nhan/tiep-theo/{dossier}").headers["Location"].split("draft=")[1]
    with box.writing() as act:
        body = drafts.load(act.db, draft).body
        drafts.save(act, draft, "ST04", 2, body.__class__(applicant=body.applicant, procedure=MARITAL))
    page = get(client, f"/tiep-nhan?draft={draft}").text
    assert page.count("Người này đã có hồ sơ cùng thủ tục") == 3 and "Và 1 hồ sơ nữa" in page
    assert "được tiếp nhận. Vẫn tiếp nhận được" in page


@pytest.mark.parametrize("account", ["st06", "st07", "st08", "st09", "st15", "st16"])
def test_only_who_accepts_carries_a_person_over(app: Flask, box: Box, account: str) -> None:
    assert post(log_in(app, account), f"/tiep-nhan/tiep-theo/{accept(box)}").status_code == 403
