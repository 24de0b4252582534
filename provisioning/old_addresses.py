"""Make the table of old addresses for the catalogue from the package vietnamadminunits, at build time only.

Its two data files are read as data; nothing of the package is imported, shipped or run. Names are kept; its codes are not: they
disagree with another public set in 114 of 3,321 communes.

python -m provisioning.old_addresses FOLDER_OF_THE_PACKAGE
"""

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from appliance.catalogue import BUILTIN
from appliance.durable import write_durably
from appliance.old_addresses import INTO, OR
from provisioning.catalogue_bundle import FILE_MODE, sheet_bytes

ABOUT = {
    "version": "2026.11.22-1",
    "compiled": "2026-11-22",
    "title": "Địa chỉ ba cấp trước 01/7/2025 và xã, phường, đặc khu hiện nay",
    "note": "verified=false: chưa đối chiếu với các nghị quyết sắp xếp xã, phường; nơi chia ra nhiều xã thì cán bộ hỏi và chọn",
    "source": "PyPI vietnamadminunits 1.0.4, data/converter_2025.json và data/dataset.db",
    "licence": "MIT, Copyright (c) 2025 Tran Ngoc Minh Hieu",
    "code_source": "không lấy mã: mã đơn vị của gói này lệch với bộ công khai khác ở 114 xã; khóa là tên",
}


def records(folder: Path) -> list[dict[str, Any]]:
    """Give one record for each old district. Raises KeyError where the source names a commune it does not hold."""
    db = Database(folder / "data/dataset.db")
    today = {f"{row['provinceKey']}/{row['wardKey']}": row for row in db.query("SELECT * FROM admin_units")}
    became: dict[str, list[str]] = {}
    provinces: dict[str, str] = {}
    for old, new in _pairs(json.loads((folder / "data/converter_2025.json").read_text(encoding="utf-8"))):
        became.setdefault(old, []).append(today[new]["ward"])
        provinces[old] = today[new]["province"]
    found: dict[tuple[str, str, str], list[str]] = {}
    for row in db.query("SELECT * FROM admin_units_legacy ORDER BY province, district, ward"):
        key = f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey']}"
        if row["ward"] and key in became:
            place = (row["province"], row["district"], provinces[key])
            found.setdefault(place, []).append(f"{row['ward']}{INTO}{OR.join(sorted(became[key]))}")
    return [{"province": p, "district": d, "into": n, "wards": wards} for (p, d, n), wards in found.items()]


def _pairs(source: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give (key of an old ward, key of a commune it went into), one for each part of a ward that was split."""
    for province, communes in source["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, wards in communes.items():
            yield from ((ward, f"{province}/{commune}") for ward in wards)
    for province, split in source["DICT_PROVINCE_WARD_DIVIDED"].items():
        for ward, parts in split.items():
            yield from ((ward, f"{province}/{part['newWardKey']}") for part in parts)


def main(folder: Path) -> None:
    """Write the sheet and say how many wards it holds."""
    made = records(folder)
    wards = [line for record in made for line in record["wards"]]
    assert date.fromisoformat(ABOUT["compiled"])
    write_durably(BUILTIN / "addresses.json", sheet_bytes(ABOUT, made), FILE_MODE)
    print(f"{len(wards)} xã, phường, thị trấn cũ; {sum(OR in line for line in wards)} nơi chia ra nhiều xã")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
