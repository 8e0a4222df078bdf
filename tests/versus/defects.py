"""What is done to records that must not pass: each defect's name, the rules it breaks, and how it is made."""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

import rules
from columns import COLUMNS

Record = list[str]
PLACE = {column: place for place, column in enumerate(COLUMNS)}


class Defect(NamedTuple):
    name: str
    breaks: str
    make: Callable[[Record, Random], None] | None
    """None if the record takes the identifier of an earlier one."""


def cell(column: str, change: Callable[[str], str]) -> Callable[[Record, Random], None]:
    """A defect in one cell."""

    def make(record: Record, _: Random) -> None:
        record[PLACE[column]] = change(record[PLACE[column]])

    return make


def recipient_without_id(record: Record, _: Random) -> None:
    hospital = record[PLACE[rules.RECIPIENT_TYPE]] == rules.HOSPITAL
    record[PLACE[rules.HOSPITAL_ID if hospital else rules.PROFILE_ID]] = ""


def wrong_check_digit(record: Record, random: Random) -> None:
    npi = record[PLACE[rules.NPI]] or "1003000126"
    record[PLACE[rules.NPI]] = npi[:9] + str((int(npi[9]) + 1 + random.randrange(8)) % 10)


def two_errors(record: Record, _: Random) -> None:
    record[PLACE[rules.DATE]] = "13/01/2023"
    record[PLACE[rules.NPI]] = "0000000001"


# Records get them in turn, so each occurs as often as the others.
DEFECTS = [
    Defect("missing_nature", "R01", cell(rules.NATURE, lambda _: "")),
    Defect("missing_amount", "R01", cell(rules.AMOUNT, lambda _: "")),
    Defect("missing_company_id", "R01", cell(rules.COMPANY_ID, lambda _: "")),
    Defect("record_id_alpha", "R02", cell(rules.RECORD_ID, lambda text: text[:-1] + "X")),
    Defect("company_id_float", "R03", cell(rules.COMPANY_ID, lambda text: text + ".0")),
    Defect("amount_text", "R04", cell(rules.AMOUNT, lambda text: "$" + text)),
    Defect("amount_negative", "R04", cell(rules.AMOUNT, lambda text: "-" + text)),
    Defect("amount_comma", "R04", cell(rules.AMOUNT, lambda text: "1,2" + text)),
    Defect("amount_zero", "R04", cell(rules.AMOUNT, lambda _: "0.00")),
    Defect("amount_huge", "R04", cell(rules.AMOUNT, lambda _: "9" * 12 + ".00")),
    Defect("date_iso", "R05", cell(rules.DATE, lambda text: f"{text[6:]}-{text[:2]}-{text[3:5]}")),
    Defect("date_impossible", "R05", cell(rules.DATE, lambda _: "02/30/2023")),
    Defect("date_wrong_year", "R05", cell(rules.DATE, lambda text: text[:6] + "2022")),
    Defect("change_type_case", "R06", cell(rules.CHANGE_TYPE, str.title)),
    Defect("recipient_unknown", "R07", cell(rules.RECIPIENT_TYPE, lambda _: "Covered Recipient Nurse")),
    Defect("nature_unknown", "R08", cell(rules.NATURE, lambda text: text.strip() + " ")),
    Defect("zip_short", "R09", cell(rules.ZIP, lambda text: text[:4])),
    Defect("zip_alpha", "R09", cell(rules.ZIP, lambda _: "K1A 0B1")),
    Defect("npi_check_digit", "R10", wrong_check_digit),
    Defect("npi_short", "R10", cell(rules.NPI, lambda _: "123456789")),
    Defect("recipient_without_id", "R11", recipient_without_id),
    Defect("payments_zero", "R12", cell(rules.PAYMENTS, lambda _: "0")),
    Defect("payments_text", "R12", cell(rules.PAYMENTS, lambda _: "one")),
    Defect("two_errors", "R05,R10", two_errors),
    Defect("duplicate_record_id", "R13", None),
]
