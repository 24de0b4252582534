"""Make the province's web application: its pages, and the receiver that communes' devices talk to."""

from flask import Flask

from appliance.config import Home
from appliance.rights import DEVICE
from web import menu
from web.app import PAGES, Site, build

RECEIVER = (("sync.province.api", DEVICE),)  # Proves devices by their client certificate; no session, no form.
PROVINCE = Site("province", "Điều hành Một cửa cấp xã", "__Host-motcua-tinh", PAGES, menu.PROVINCE)


def create_app(home: Home, collect: bool = True) -> Flask:
    """Open the province's box and make its application."""
    return build(home, PROVINCE, collect, mounted=RECEIVER)
