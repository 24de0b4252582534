"""Makes the demonstration's two homes, once: keys, settings, accounts, tokens, trust. Everybody in them is invented.

Each step keeps what is there, so that a making that was interrupted goes on.
"""

from datetime import UTC, datetime

from appliance import box, catalogue, clock, database, ids, officers, process_shelf, signing, trust
from appliance.config import Home, Settings, write_settings
from appliance.officers import Officer
from provisioning import enrol
from provisioning.demo import authority, print_shop, tokens
from provisioning.demo.people import PASSWORD, Person, commune_people, province_people
from provisioning.demo.plan import SCANNERS, Demo
from provisioning.demo.tokens import DemoToken

HEAD = "ST01"


def make(demo: Demo) -> None:
    """Make authority, tokens, province and commune."""
    authority.prepare(demo.authority, demo.line_to_authority_url)
    made = tokens.prepare_tokens(demo.tokens, demo.authority)
    make_province(demo)
    make_commune(demo, made)


def make_province(demo: Demo) -> None:
    """Make the province's home: keys, settings, accounts, what it trusts."""
    home, name = demo.province, catalogue.builtin().province.name
    enrol.make_province(home, name, datetime.now(UTC))
    if not home.settings_file.exists():
        write_settings(home, Settings("province", ids.uuid7(), name, province_name=name, demo=True))
    box.enrol(home)
    _open_accounts(home, province_people())
    _trust_authority(demo, home)


def make_commune(demo: Demo, made: list[DemoToken]) -> None:
    """Make the commune's home and have the province admit it."""
    home, unit = demo.commune, catalogue.builtin().demonstration
    request = enrol.ask(home)
    given = enrol.admit(demo.province, request, unit.unit_code_for_dossiers, unit.commune_name, datetime.now(UTC))
    enrol.serve_pages(home, unit.commune_name, datetime.now(UTC))
    _trust_authority(demo, home)
    enrol.settle(home, given, commune_settings(demo, request.device))
    _open_accounts(home, commune_people())
    _register_certificates(home, made)
    _approve_processes(home)


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


def _approve_processes(home: Home) -> None:
    """Have the invented head of the commune approve every process of the catalogue, with a ground that claims nothing."""
    opened, bundle = box.open_box(home), catalogue.builtin()
    with opened.writing() as act:
        for process in process_shelf.built_in(bundle):
            process_shelf.approve(act, bundle, process, HEAD, "Dữ liệu trình diễn, không phải quyết định có thật")
    opened.close()


def _open_accounts(home: Home, people: tuple[Person, ...]) -> None:
    db, password = database.connect(home.database), officers.hashed(PASSWORD)
    with database.writing(db):
        for one in people:
            if not officers.find(db, one.account):
                officers.put(db, Officer(one.id, one.account, one.name, frozenset({one.role}), one.title, one.section), password)
    db.conn.close()
