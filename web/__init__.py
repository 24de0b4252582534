"""Officers' pages: server-rendered, Vietnamese, usable by keyboard, never waiting for a device or a line.

To add a page:
1. web/<task>.py with a blueprint `bp`; every view says its act under the route: `@bp.get("/ban-ky")` then `@act("sign")`.
   An address with `<dossier>` in it is recorded in `looking` by itself.
2. Name the module in PAGES of web/app.py, and give it a line in web/menu.py if it belongs in the header.
3. web/templates/<task>.html on base.html (its head comment lists the blocks), components from templates/macros/.
4. New refusals: their sentences into web/vietnamese.py. New acts: a line in appliance/rights.py.
5. A background poll: `@collector.register("kind")`. Things Ctrl+K can find: `@palette.provide("act")`.
6. tests/test_<task>.py with the fixtures of tests/conftest.py: axe, keys, target sizes, empty and failed states.
"""
