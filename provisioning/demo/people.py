"""The invented people of the demonstration and their one password."""

from dataclasses import dataclass

from appliance import catalogue
from appliance.rights import Role

PASSWORD = "thuyen-qua-song-hau"


@dataclass(frozen=True)
class Person:
    """Somebody with an account; its name is the id in small letters."""

    id: str
    name: str
    role: Role
    title: str
    section: str = ""

    @property
    def account(self) -> str:
        """Give the name typed at the login."""
        return self.id.lower()


def commune_people() -> tuple[Person, ...]:
    """Give the staff of the demonstration commune, from the catalogue."""
    staff = catalogue.builtin().demonstration.staff
    return tuple(Person(one.id, one.name, Role(one.role), one.title, one.section) for one in staff)


def province_people() -> tuple[Person, ...]:
    """Give who works at the province."""
    return (
        Person("PV01", "Kiều Vận Hành Mẫu", Role.PROVINCE_OPERATOR, "Vận hành trung tâm dữ liệu tỉnh"),
        Person("PV02", "Quách Giám Sát Mẫu", Role.PROVINCE_AUDITOR, "Người xem nhật ký tỉnh"),
    )
