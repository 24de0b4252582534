"""Make the province's web application: its pages, and the receiver that communes' devices talk to."""

from flask import Flask

from appliance.config import Home
from appliance.rights import DEVICE
from sync.province.opened import open_province
from web import menu
from web.app import FRAME, Site, build

PAGES = (*FRAME,)
RECEIVER = (("sync.province.api", DEVICE),)  # Proves devices by their client certificate; no session, no form.
PROVINCE = Site("province", "Điều hành Một cửa cấp xã", "__Host-motcua-tinh", PAGES, menu.PROVINCE)


def create_app(home: Home, collect: bool = True) -> Flask:
    """Open the province's home and make its application. Views find the receiver's side in extensions["province"]."""
    app = build(home, PROVINCE, collect, mounted=RECEIVER)
    app.extensions["province"] = open_province(home)
    return app
