"""Kills while documents are ordered, signed and sealed: nothing is lost, nothing is done twice."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import numbering, queries, verify
from appliance.documents import Signature
from boxes import UNIT
from signing_steps import job_of, look_through, seal, sign_by_post, signed
from test_rights import log_in
from web import jobs, sign_jobs
from web.jobs import State

COLLECT = """
import sys, time
from appliance import crash
from appliance.box import open_box
from appliance.config import Home
from web import jobs, sign_jobs
box = open_box(Home(__import__("pathlib").Path(sys.argv[1])))
crash.arm_from(box.home.run)
while jobs.load(box.db, sys.argv[2]).open:
    sign_jobs.poll(box)
    time.sleep(0.02)
"""


def collect_elsewhere(office, job, crash_at=""):
    if crash_at:
        (office.box.home.run / "CRASH_AT").write_text(crash_at)
    return subprocess.run([sys.executable, "-c", COLLECT, office.folder, job], timeout=60).returncode


def events_of(office, dossier, kind):
    return [step for step in queries.timeline(office.box.db, dossier) if step.kind == kind]


def assert_whole(office):
    assert verify.verify(office.box.home, office.box.db) == []
    assert numbering.account(office.box.db) == []


@pytest.mark.parametrize("label", ["sign_file_stored", "sign_recorded", "before_commit", "after_commit"])
def test_a_collector_killed_at_any_point_loses_nothing_and_records_once(office, label):
    dossiers = office.submit(3)
    job = office.order(dossiers)
    assert collect_elsewhere(office, job, label) == -signal.SIGKILL
    assert collect_elsewhere(office, job) == 0
    assert jobs.load(office.box.db, job).state is State.DONE
    assert_whole(office)
    for one in dossiers:
        assert len(events_of(office, one, "document.signed")) == 1
        assert office.findings(one)["ky_lanh_dao"].summary == "signature_good"


@pytest.mark.parametrize("label", ["seal_file_stored", "seal_recorded"])
def test_a_seal_survives_a_kill_while_it_is_taken(office, client, label):
    dossiers = office.submit(2)
    signed(office, dossiers)
    log_in(client, "st09")
    office.token_of(UNIT, "organisation")
    look_through(office, dossiers, "ST09")
    sign_by_post(office, client, dossiers, office.tokens["con-dau"].pin, "/dong-dau/ky")
    job = job_of(office, "seal", "ST09").id
    assert collect_elsewhere(office, job, label) == -signal.SIGKILL
    assert collect_elsewhere(office, job) == 0
    for one in dossiers:
        assert len(events_of(office, one, "document.sealed")) == 1
        assert {f.summary for f in office.findings(one).values()} == {"signature_good"}
    assert_whole(office)


POST = """
import sys
from pathlib import Path
from appliance import crash
from appliance.config import Home
from test_rights import log_in
from signing_steps import post
from web.app import create_app
app = create_app(Home(Path(sys.argv[1])), collect=False)
crash.arm_from(Path(sys.argv[1]) / "run")
client = app.test_client()
log_in(client, sys.argv[2])
print(post(client, sys.argv[3], document=sys.argv[5:], pin=sys.argv[4]).status_code)
"""


def post_elsewhere(office, officer, path, pin, dossiers, crash_at):
    (office.box.home.run / "CRASH_AT").write_text(crash_at)
    documents = [f"{one}:{office.result(one).file}" for one in dossiers]
    command = [sys.executable, "-c", POST, office.folder, officer, path, pin, *documents]
    return subprocess.run(command, cwd=Path(__file__).parent, timeout=60).returncode


def test_an_order_that_never_reached_the_token_frees_the_documents(office):
    dossiers = office.submit(2)
    office.token_of("ST01")
    look_through(office, dossiers)
    pin = office.tokens["lanh-dao-st01"].pin
    assert post_elsewhere(office, "st01", "/ban-ky/ky", pin, dossiers, "sign_ordered") == -signal.SIGKILL
    ended = office.collected(job_of(office).id)
    assert (ended.state, ended.fault) == (State.FAILED, "sign_not_heard")
    signed(office, dossiers)
    assert_whole(office)


def test_a_number_taken_before_a_kill_is_the_number_that_is_sealed(office, client):
    dossiers = office.submit(2)
    signed(office, dossiers)
    office.token_of(UNIT, "organisation")
    look_through(office, dossiers, "ST09")
    pin = office.tokens["con-dau"].pin
    assert post_elsewhere(office, "st09", "/dong-dau/ky", pin, dossiers, "number_taken") == -signal.SIGKILL
    assert [office.result(one).number_text for one in dossiers] == ["01/UBND-XNTTHN", ""]
    log_in(client, "st09")
    assert seal(office, client, dossiers).state is State.DONE
    assert [office.result(one).number_text for one in dossiers] == ["01/UBND-XNTTHN", "02/UBND-XNTTHN"]
    assert_whole(office)


def test_a_token_worker_killed_in_mid_batch_comes_back_with_what_it_signed(office):
    dossiers = office.submit(4)
    (office.box.home.run.parent / "CRASH_AT").write_text("document_signed")
    job = office.order(dossiers)
    office.process.wait(60)
    sign_jobs.poll(office.box)
    assert jobs.load(office.box.db, job).open  # Nobody knows yet what was signed.
    office.start()
    ended = office.collected(job)
    states = [office.result(one).signature for one in dossiers]
    assert (ended.fault, states.count(Signature.SIGNED)) == ("token_worker_stopped", 1)
    signed(office, [one for one in dossiers if office.result(one).signature == Signature.SUBMITTED])
    assert_whole(office)
