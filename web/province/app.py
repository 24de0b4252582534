"""Make the province's web application: its pages, and the receiver that communes' devices talk to."""

import logging

from flask import Flask, abort, current_app, request
from flask_login import current_user

from appliance.config import Home
from appliance.rights import DEVICE, PUBLIC
from appliance.rights import PROVINCE as PROVINCE_ROLES
from sync.province import feed_out, revoking
from sync.province.opened import Province, open_province
from web import collector, menu
from web.app import FRAME, Site, build

OWN = ("web.province.fleet", "web.province.dossiers", "web.province.dossier", "web.courier", "web.pages")
PAGES = (*(name for name in FRAME if name != "web.home"), *OWN)  # The fleet is the province's first page.
RECEIVER = (("sync.province.api", DEVICE),)  # Proves devices by their client certificate; no session, no form.
COMPACT_EVERY_S = 6 * 3600.0
log = logging.getLogger("motcua.feeds")
NO_ROLE_NEEDED = frozenset({"login", "account"})  # Whoever got in by mistake must get out again.
PROVINCE = Site("province", "Điều hành Một cửa cấp xã", "__Host-motcua-tinh", PAGES, menu.PROVINCE)


def create_app(home: Home, collect: bool = True) -> Flask:
    """Open the province's home and make its application. Views find the receiver's side in extensions["province"]."""
    province = open_province(home)
    revoking.write_out(home, province.db)
    collector.register("feeds", every_s=COMPACT_EVERY_S)(lambda box: compact(province))
    app = build(home, PROVINCE, collect, mounted=RECEIVER)
    app.before_request(only_the_province)
    app.extensions["province"] = province
    return app


def compact(province: Province) -> None:
    """Leave out of every feed what no longer stands, where that is worth it."""
    if left := sum(feed_out.compact_all(province).values()):
        log.info("%d records of feeds no longer stand and were left out", left)


def only_the_province() -> None:
    """Refuse whoever holds no role of the province: a commune's right to its own dossiers is none to everybody's."""
    wanted = current_app.extensions["acts"].get(request.endpoint or "", PUBLIC)
    if wanted in (PUBLIC, DEVICE) or request.blueprint in NO_ROLE_NEEDED:
        return
    if PROVINCE_ROLES.isdisjoint(current_user.officer.roles):
        abort(403)
