"""Options that several commands share."""

from pathlib import Path

import click

from appliance.config import Home

NO_MACHINE = "{place} không phải thư mục dữ liệu của một máy đã ghi danh: không có motcua.toml. Chưa làm gì. Xem lại đường dẫn."


class HomeFolder(click.ParamType):
    """A folder given on the command line, as a Home; `new` where it need not be a machine's yet."""

    name = "thư mục"

    def __init__(self, new: bool = False) -> None:
        self.new = new

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Home:
        home = value if isinstance(value, Home) else Home(Path(str(value)).absolute())
        if not self.new and not home.settings_file.exists():
            self.fail(NO_MACHINE.format(place=home.root), param, ctx)
        return home


home_option = click.option("--home", required=True, type=HomeFolder(), help="Thư mục dữ liệu của máy.")
new_home_option = click.option("--home", required=True, type=HomeFolder(new=True), help="Thư mục dữ liệu của máy.")
