"""Options that several commands share."""

from pathlib import Path

import click

from appliance.config import Home


class HomeFolder(click.ParamType):
    """A folder given on the command line, as a Home."""

    name = "thư mục"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Home:
        return value if isinstance(value, Home) else Home(Path(str(value)).absolute())


home_option = click.option("--home", required=True, type=HomeFolder(), help="Thư mục dữ liệu của máy.")
