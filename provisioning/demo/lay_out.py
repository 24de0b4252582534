"""Lays out the demonstration's two homes: keys, settings, accounts, tokens, scanners, number grants, configuration of programs.

Every step keeps what is there: a second run changes nothing but the rendered configuration.
"""

import os
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime

from appliance import box, catalogue, clock, database, ids, officers, signing, trust
from appliance.config import Home, Settings, write_settings
from appliance.durable import write_durably
from appliance.officers import Officer
from appliance.rights import Role
from hardware import sane_config
from provisioning import enrol
from provisioning.demo import authority, print_shop, tokens
from provisioning.demo.plan import LOOPBACK, NGINX, SCANNERS, Demo, programs
from provisioning.demo.tokens import DemoToken
from provisioning.rendered import FILES, rendered

PASSWORD = "thuyen-qua-song-hau"  # Everybody's, in a demonstration whose people are invented.
PROVINCE_STAFF = (
    Officer("PV01", "pv01", "Kiều Vận Hành Mẫu", frozenset({Role.PROVINCE_OPERATOR}), "Vận hành trung tâm dữ liệu tỉnh"),
    Officer("PV02", "pv02", "Quách Giám Sát Mẫu", frozenset({Role.PROVINCE_AUDITOR}), "Người xem nhật ký tỉnh"),
)
STATIC = FILES.parent.parent / "web" / "static"
BODY_MAX, SYNC_BODY_MAX = "64m", "8m"
RESTART_TRIES = 1000
STARTED_S = 1
STOP_S = 20
NGINX_ASKED_S = 10
HTTP2_LINE_SINCE = (1, 25, 1)  # Before it, HTTP/2 is a word on the listen line.

Say = Callable[[str], None]


def lay_out(demo: Demo, say: Say) -> None:
    """Make everything a demonstration needs; harmless when it is there."""
    for folder in (demo.folder / "log", demo.folder / "run", demo.printer):
        folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    if not demo.laid_out.exists():
        say("Đang dựng xã và tỉnh trình diễn (lần đầu mất vài giây)…")
        authority.prepare(demo.authority, demo.line_to_authority_url)
        made = tokens.prepare_tokens(demo.tokens, demo.authority)
        make_province(demo)
        make_commune(demo, made)
        demo.laid_out.touch()
    configure(demo)


def make_province(demo: Demo) -> None:
    """Make the province's home: keys, settings, accounts, what it trusts."""
    home, name = demo.province, catalogue.builtin().province.name
    enrol.make_province(home, name, datetime.now(UTC))
    if not (home.root / "motcua.toml").exists():
        write_settings(home, Settings("province", ids.uuid7(), name, province_name=name, demo=True))
    box.enrol(home)
    _open_accounts(home, PROVINCE_STAFF)
    _trust_authority(demo, home)


def make_commune(demo: Demo, made: list[DemoToken]) -> None:
    """Make the commune's home and have the province admit it."""
    home, unit = demo.commune, catalogue.builtin().demonstration
    request = enrol.ask(home)
    given = enrol.admit(demo.province, request, unit.unit_code_for_dossiers, unit.commune_name, datetime.now(UTC))
    enrol.serve_pages(home, unit.commune_name, datetime.now(UTC))
    _trust_authority(demo, home)
    enrol.settle(home, given, commune_settings(demo, request.device))
    _open_accounts(home, commune_staff())
    _register_certificates(home, made)


def commune_settings(demo: Demo, device: str) -> Settings:
    """Give the machine facts of the demonstration commune."""
    unit = catalogue.builtin().demonstration
    return Settings(
        kind="commune",
        device=device,
        name=unit.commune_name,
        unit=unit.unit_code_for_dossiers,
        province_name=catalogue.builtin().province.name,
        province_url=demo.line_to_province_url,
        tsa_url=authority.tsa_url(demo.line_to_authority_url),
        crl_urls=tuple(authority.crl_urls(demo.line_to_authority_url)),
        scanners=tuple(SCANNERS),
        printer=print_shop.QUEUE,
        cups_server=str(print_shop.socket_of(demo.printer)),
        demo=True,
    )


def commune_staff() -> tuple[Officer, ...]:
    """Give the invented staff of the catalogue as officers; the account is the id in small letters."""
    return tuple(
        Officer(staff.id, staff.id.lower(), staff.name, officers.roles_of([staff.role]), staff.title, staff.section)
        for staff in catalogue.builtin().demonstration.staff
    )


def configure(demo: Demo) -> None:
    """Write what nginx, supervisor, SANE and CUPS read; paths and ports may have changed since last time."""
    sane_config.write_airscan(demo.sane / "quay-1", {"Mot Cua": f"http://{LOOPBACK}:{demo.scanner_port}/eSCL/"})
    sane_config.write_test(demo.sane / "thu")
    print_shop.write_config(demo.printer, demo.printer_port)
    own_http2_line = nginx_version() >= HTTP2_LINE_SINCE
    for home, port, province in ((demo.commune, demo.commune_port, False), (demo.province, demo.province_port, True)):
        text = rendered(
            "nginx.conf",
            home=home,
            port=port,
            province=province,
            address=LOOPBACK,
            socket=home.run / ("province.sock" if province else "web.sock"),
            own_http2_line=own_http2_line,
            as_root=os.geteuid() == 0,
            static=STATIC,
            files=FILES,
            body_max=BODY_MAX,
            sync_body_max=SYNC_BODY_MAX,
        )
        write_durably(home.run / "nginx.conf", text.encode())
    supervisor = rendered(
        "supervisord.conf",
        folder=demo.folder,
        programs=programs(demo),
        as_root=os.geteuid() == 0,
        start_s=STARTED_S,
        retries=RESTART_TRIES,
        stop_s=STOP_S,
    )
    write_durably(demo.folder / "supervisord.conf", supervisor.encode())


def nginx_version() -> tuple[int, ...]:
    """Ask nginx for its version, for example (1, 22, 1)."""
    told = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=True, timeout=NGINX_ASKED_S).stderr
    return tuple(map(int, re.findall(r"\d+", told)[:3]))


def _trust_authority(demo: Demo, home: Home) -> None:
    """Let a home judge officers' signatures, and give it revocation lists to begin with: its first day may have no line."""
    authority.install_trust(demo.authority, home.trust)
    for listed in authority.revocation_lists(demo.authority):
        trust.keep_crl(home.trust, listed)


def _register_certificates(home: Home, made: list[DemoToken]) -> None:
    """Say whose signature counts here: each leader's certificate for the leader, the seal's for the unit."""
    db = database.connect(home.database)
    with database.writing(db):
        for token in made:
            seal = token.certificate == "organisation"
            owner, kind = (home.settings.unit, signing.ORGANISATION) if seal else (token.certificate.upper(), signing.LEADER)
            signing.register(db, token.cert_sha256, owner, kind, clock.stamp())
    db.conn.close()


def _open_accounts(home: Home, staff: tuple[Officer, ...]) -> None:
    db, password = database.connect(home.database), officers.hashed(PASSWORD)
    with database.writing(db):
        for officer in staff:
            if not officers.find(db, officer.account):
                officers.put(db, officer, password)
    db.conn.close()
