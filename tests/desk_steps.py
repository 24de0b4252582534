"""The desks' box in tests, what it holds now, a form filled as an officer would."""

import pytest
from flask import Flask

from appliance import queries
from appliance.box import Box
from appliance.dossier import Dossier
from desk_room import (
    ANSWERS,
    grant_numbers,
)  # fmt: skip


@pytest.fixture
def box(app: Flask) -> Box:
    """Give the box behind the pages, with numbers to take."""
    grant_numbers(app.extensions["box"])
    return app.extensions["box"]


def now(box: Box, dossier: str) -> Dossier:
    """Give what the box holds of a dossier now."""
    found = queries.dossier(box.db, dossier)
    assert found
    return found


def fields(**changes: str) -> dict[str, str]:
    """Fill the marital status form as an officer would."""
    typed = ANSWERS | {"ngay_sinh": "05/08/1990", "so_dinh_danh": "089 190 012 345"} | changes
    return {f"f-{name}": value for name, value in typed.items()} | {"leader": "ST01"}
