"""Forms as PDF: `render(form_id, data)` gives the bytes that are stored, shown, printed and signed.

Pages are set by typst with the bundled fonts alone and claim PDF/A-2a (tagged). Tests check marks, tags and fonts;
PDFBox Preflight called the same pages valid when built as 1b, fields included; 2a itself was never validated (veraPDF).
The same data gives the same bytes.
"""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import msgspec
import typst

from appliance.clock import local_day, moment_of
from appliance.errors import Refused
from appliance.forms import blank_slip, conversion, fields, letters, notices, qr, receipt, registry, result, slip, table_sheet
from appliance.forms.blank_slip import BlankSlipData
from appliance.forms.conversion import ConversionData
from appliance.forms.notices import NoticeData
from appliance.forms.receipt import ReceiptData
from appliance.forms.registry import Template
from appliance.forms.result import ResultData
from appliance.forms.slip import Paper, Sheet, SlipData
from appliance.forms.table_sheet import Column, TableData

__all__ = [
    "BlankSlipData",
    "Column",
    "ConversionData",
    "NoticeData",
    "Paper",
    "ReceiptData",
    "ResultData",
    "Sheet",
    "SlipData",
    "TableData",
    "render",
]
STANDARD: Final = "a-2a"
FormData = SlipData | BlankSlipData | NoticeData | ReceiptData | TableData | ResultData | ConversionData
DATA_KIND = {
    "slip": SlipData,
    "blank_slip": BlankSlipData,
    "notice": NoticeData,
    "receipt": ReceiptData,
    "result": ResultData,
    "table": TableData,
    "conversion": ConversionData,
}
WORDS: Final[Mapping[str, Callable[[Any], dict]]] = {
    "slip": slip.words,
    "blank_slip": blank_slip.words,
    "notice": notices.words,
    "receipt": receipt.words,
    "table": table_sheet.words,
    "conversion": conversion.words,
}


def render(form_id: str, data: FormData, gap: str = "") -> bytes:
    """Set one form as PDF; the template is the one in force on the day of `data.made_at`.

    With a `gap` (dots, for a preview) what is missing or wrong in a result is printed as that instead of refused.

    Refuses `form_unknown`, `form_field_missing`, `form_field_unknown`, `form_field_wrong`, `form_letter_unknown`.
    """
    template = registry.template_of(form_id, local_day(data.made_at).isoformat())
    text = unicodedata.normalize("NFC", msgspec.json.encode(printed(template, data, gap)).decode())
    letters.need_letters("".join(strings(json.loads(text))))
    compiler = typst.Compiler(
        registry.TEMPLATES / template.file, root=registry.TEMPLATES, font_paths=fonts(), sys_inputs={"data": text}
    )
    page = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=int(moment_of(data.made_at).timestamp()))
    assert isinstance(page, bytes)  # Only pictures come as a list.
    if not template.electronic:
        return page
    return fields.added(page, fields.places(compiler.query("<form-field>", field="value")))


def printed(template: Template, data: FormData, gap: str = "") -> dict:
    """Give everything the template reads."""
    if not isinstance(data, DATA_KIND[template.kind]):
        raise Refused("form_unknown", form=template.id)
    author = {"author": data.agency.replace("\n", " ")}
    if isinstance(data, ResultData):
        return result.words(data, template, gap) | author
    text = getattr(data, "qr_text", "")  # Blank slips have one for each.
    return WORDS[template.kind](data) | author | {"qr_svg": qr.svg(text) if text else ""}


def strings(value: object) -> Iterator[str]:
    """Walk every text in a value made of dicts and lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


@cache
def fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[letters.FOLDER])
