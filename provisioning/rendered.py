"""Configuration of nginx, supervisor and litestream, rendered from provisioning/files. Pure text in, text out."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FILES = Path(__file__).parent / "files"

_templates = Environment(loader=FileSystemLoader(FILES), undefined=StrictUndefined, keep_trailing_newline=True)


def rendered(name: str, **facts: object) -> str:
    """Fill a template of provisioning/files; a fact it needs and did not get raises jinja2.UndefinedError."""
    return _templates.get_template(name).render(**facts)
