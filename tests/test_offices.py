"""Where a dossier was received, where it is resolved, where it was supported: three fields, and what is not known stays so."""

from uuid import uuid4

import pytest
from flask import Flask

from appliance import clock, drafts, offices, online, procedures, queries
from appliance.box import Box
from appliance.catalogue import builtin
from appliance.online import Filing
from boxes import PERSON
from desk_room import MARITAL, UNIT, accept, get, log_in, post

WARD = builtin().sheet("units").records[0]
ELSEWHERE, SILENT = "1.007026", "1.001257"  # Resolved elsewhere: the catalogue says by whom; it does not say.


def shown(app: Flask, dossier: str) -> str:
    return get(log_in(app, "st04"), f"/ho-so/{dossier}").text


def filed(box: Box, told: dict[str, str] | None, procedure: str = MARITAL) -> str:
    filing = Filing("G22.99-261120-000001", procedure, "2026-11-20T01:00:00.000Z", PERSON, offices=told)
    with box.writing() as act:
        return online.file_online(act, builtin(), UNIT, filing, clock.local_day(act.reading.at))


def test_where_all_is_here_one_line_says_so(app: Flask, box: Box) -> None:
    text = shown(app, accept(box))
    assert "<dt>Nơi tiếp nhận, giải quyết</dt>" in text and "Nơi hỗ trợ" not in text


def test_a_portals_three_places_are_shown_by_name_where_the_name_is_known(app: Flask, box: Box) -> None:
    dossier = filed(box, {"received": WARD.code, "resolved": UNIT, "supported": "H00.00.01", "other": "x"})
    found = queries.dossier(box.db, dossier)
    assert found and found.offices == {"received": WARD.code, "supported": "H00.00.01"}
    text = shown(app, dossier)
    assert f"<dt>Nơi tiếp nhận</dt><dd>{WARD.name} ({WARD.code})</dd>" in text
    assert "<dt>Nơi hỗ trợ</dt><dd>H00.00.01</dd>" in text
    assert f"<dt>Nơi giải quyết</dt><dd>{box.home.settings.name}</dd>" in text


@pytest.mark.parametrize("procedure", [ELSEWHERE, SILENT])
def test_who_resolves_elsewhere_is_said_in_the_catalogues_words_or_not_at_all(app: Flask, box: Box, procedure: str) -> None:
    assert offices.of_counter(procedures.get(builtin(), procedure)) == {"resolved": ""}
    dossier = filed(box, None, procedure)
    words = offices.resolving(builtin(), procedure) or "cơ quan khác, danh mục không nêu"
    assert f"<dt>Nơi giải quyết</dt><dd>{words}</dd>" in shown(app, dossier)
    assert bool(offices.resolving(builtin(), procedure)) == (procedure == ELSEWHERE)


def test_who_may_resolve_is_not_taken_for_somebody_else() -> None:
    for one in builtin().procedures.values():
        if one.commune_role in ("resolves", "may_resolve"):
            assert offices.of_counter(one) == {}


def test_a_postal_agent_who_drafted_stays_known_after_an_officer_accepted(app: Flask, box: Box) -> None:
    agent, counter, draft = log_in(app, "st15"), log_in(app, "st04"), str(uuid4())
    form = {"name": PERSON["name"], "procedure": MARITAL, "case": f"{MARITAL}#1", "have-c1": "1", "copy-c1": "original"}
    form |= {"feename-0": "Lệ phí hộ tịch", "fee-0": "15.000", "shown": MARITAL}
    assert post(agent, f"/tiep-nhan/{draft}/luu", **form, version="0").status_code in (200, 303)
    assert post(agent, f"/tiep-nhan/{draft}/giao", to="ST04").status_code == 303
    version = str(drafts.load(box.db, draft).version)
    assert post(counter, f"/tiep-nhan/{draft}/nhan", **form, version=version).status_code == 303
    dossier = drafts.load(box.db, draft).accepted_as
    found = queries.dossier(box.db, dossier or "")
    assert found and found.offices == {"supported": "", "agent": "ST15"}
    assert "<dt>Nơi hỗ trợ</dt><dd>nhân viên bưu điện ST15 lập hồ sơ, chưa rõ mã điểm</dd>" in shown(app, found.id)
