"""What leader and clerk do at their desks, as steps of tests."""

import re

import pytest

from signing_office import Office
from test_rights import HTTPS, csrf
from web import jobs, viewing
from web.jobs import State


@pytest.fixture
def office(app, ca, drawer):
    office = Office(app, ca, drawer)
    yield office
    office.kill()


def look_through(office, dossiers, officer="ST01"):
    with office.box.writing() as act:
        for one in dossiers:
            document = office.result(one)
            viewing.note(act, officer, document, range(1, document.pages + 1))
            viewing.choose(act, officer, document, True)


def post(client, path, **data):
    token = csrf(client, "/tai-khoan")
    return client.post(path, data=data | {"csrf_token": token}, base_url=HTTPS, headers={"Referer": HTTPS})


def sign_by_post(office, client, dossiers, pin, path="/ban-ky/ky"):
    documents = [f"{one}:{office.result(one).file}" for one in dossiers]
    return post(client, path, document=documents, pin=pin, shown=dossiers[0])


def job_of(office, kind="sign", officer="ST01"):
    return jobs.of(office.box.db, kind, officer)[-1]


def signed(office, dossiers):
    assert office.collected(office.order(dossiers)).state is State.DONE


def seal(office, client, dossiers):
    look_through(office, dossiers, "ST09")
    assert sign_by_post(office, client, dossiers, office.tokens["con-dau"].pin, "/dong-dau/ky").status_code == 303
    return office.collected(job_of(office, "seal", "ST09").id)


def said(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))
