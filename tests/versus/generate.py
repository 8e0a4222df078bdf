"""Writes a general-payments file of 91 quoted columns in which about one record in 200 is defective.

usage: generate.py OUT.csv MEGABYTES [SEED]

The same size and seed give the same bytes on every machine. `OUT.csv.truth.tsv` tells which record got which defect.

Records are glued from a few thousand rendered pieces (recipients, companies, circumstances, products): a gigabyte takes
some ten seconds, and cells repeat about as they do in the published files.
"""

import csv
import io
import sys
from pathlib import Path
from random import Random
from typing import BinaryIO, TextIO

import rules
from columns import COLUMNS, PRODUCT
from defects import DEFECTS, PLACE
from vocabulary import (
    CITIES,
    COMPANIES,
    CONTEXTS,
    FIRST_NAMES,
    FORMS,
    LAST_NAMES,
    NATURE_WEIGHTS,
    PHYSICIANS,
    PRACTITIONERS,
    PRODUCTS,
    SPECIALTIES,
    STATES,
    STREETS,
    YEAR,
)

# As many of each piece as make dictionaries of realistic size at 400 MB and more.
RECIPIENTS, CIRCUMSTANCES, PRODUCT_LISTS = 40_000, 6_000, 4_000

DEFECTIVE = 0.005
# A note with a line break inside quotes once in so many records: rare, as published, and enough to break readers that
# split at lines.
NOTE_EVERY = 20_011
MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
DAYS = [f"{month:02d}/{day:02d}/{YEAR}" for month, days in enumerate(MONTHS, 1) for day in range(1, days + 1)]
CHANGES = ["NEW"] * 94 + ["ADD"] + ["CHANGED"] * 3 + ["UNCHANGED"] * 2
# Records handed to the file at once.
CHUNK = 4_000


def quoted(cells: list[str]) -> str:
    """Cells as CSV, each in quotes."""
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def npi(random: Random) -> str:
    """A provider's number with a correct check digit."""
    digits = f"1{random.randrange(10**8):08d}"
    total = rules.LUHN_START
    for place, digit in enumerate(map(int, digits)):
        doubled = digit * 2
        total += digit if place % 2 else doubled - 9 * (doubled > 9)
    return digits + str(-total % 10)


def recipient(random: Random) -> str:
    """Who was paid: a physician, another practitioner or, seldom, a teaching hospital."""
    kind = random.choices((0, 1, 2), (66, 33.2, 0.8))[0]
    state = random.choice(STATES)
    postal = f"{random.randrange(501, 99950):05d}"
    if random.random() < 0.55:
        postal += f"-{random.randrange(1, 9999):04d}"
    address = [
        f"{random.randrange(1, 9999)} {random.choice(STREETS)}",
        # The number is drawn whether or not it is used: the order of draws is what makes files equal.
        random.choice(["", "", "", f"SUITE {random.randrange(100, 999)}"]),
        random.choice(CITIES),
        state,
        postal,
        "United States",
        "",
        "",
    ]
    if kind == 2:
        hospital = [
            rules.HOSPITAL,
            f"{random.randrange(10000, 679999):06d}",
            str(random.randrange(1000, 9999)),
            random.choice(CITIES) + " University Hospital",
            *[""] * 6,
        ]
        return quoted(hospital + address + [""] * 17)
    specialty = random.choice(SPECIALTIES)
    profession = random.choice(PRACTITIONERS) if kind else random.choice(PHYSICIANS)
    second = random.random() < 0.08
    person = [
        rules.RECIPIENT_TYPES[kind],
        *[""] * 3,
        str(random.randrange(1, 12_000_000)),
        npi(random),
        random.choice(FIRST_NAMES),
        random.choice(["", "", "A", "J.", "Lee"]),
        random.choice(LAST_NAMES),
        random.choice(["", "", "", "", "Jr."]),
    ]
    specialties = [specialty, random.choice(SPECIALTIES) if second else "", *[""] * 4]
    licenses = [state, random.choice(STATES) if second else "", *[""] * 3]
    return quoted(person + address + [profession, *[""] * 5] + specialties + licenses)


def product_list(random: Random) -> str:
    """Which products a payment was about, and the columns that end a record."""
    named = random.choices((0, 1, 2, 3), (8, 78, 11, 3))[0]
    cells = ["Yes" if named else "No"]
    for place in range(5):
        if place >= named:
            cells += [""] * len(PRODUCT)
            continue
        kind, area, name, code = random.choice(PRODUCTS)
        device = "" if code else f"{random.randrange(10**13):014d}"
        cells += ["Covered", kind, area, name, code, device]
    return quoted([*cells, str(YEAR), "06/28/2024"])


def circumstances(random: Random, nature: str) -> str:
    """How and why it was paid."""
    travel = nature == "Travel and Lodging"
    return quoted(
        [
            random.choice(FORMS[:2]) if random.random() < 0.99 else random.choice(FORMS),
            nature,
            random.choice(CITIES) if travel else "",
            random.choice(STATES) if travel else "",
            "United States" if travel else "",
            random.choice(["No", "No", "No", "", "Yes"]),
            "No Third Party Payment",
            "",
            "No",
            "",
            random.choice(CONTEXTS),
            "No",
        ]
    )


NOTE = quoted(
    [
        "Cash or cash equivalent",
        "Consulting Fee",
        *[""] * 3,
        "No",
        "No Third Party Payment",
        "",
        "No",
        "",
        'Line one of note\nline two, with "quotes"',
        "No",
    ]
)


class Generator:
    """The rendered pieces, and where in the file the next record stands."""

    def __init__(self, seed: int) -> None:
        random = self.random = Random(seed)
        numbers = [str(100_000_000_000 + random.randrange(99_999)) for _ in COMPANIES]
        self.recipients = [recipient(random) for _ in range(RECIPIENTS)]
        self.companies = [
            quoted([name, number, name, random.choice(STATES), "United States"])
            for name, number in zip(COMPANIES, numbers, strict=True)
        ]
        self.products = [product_list(random) for _ in range(PRODUCT_LISTS)]
        natures = random.choices(rules.NATURES, NATURE_WEIGHTS, k=CIRCUMSTANCES)
        self.circumstances = [circumstances(random, nature) for nature in natures]
        self.number = 0
        self.record_id = 1_010_000_000
        self.earlier_id: str | None = None
        self.defective = 0

    def record(self, truth: TextIO) -> str:
        """The next record, as a line."""
        random, pick = self.random.random, self.random.randrange
        self.number += 1
        self.record_id += 1 + self.number % 4
        share = random()
        # Mostly meals, few of them dear; now and then a fee of thousands.
        amount = share * share * share * 60 + 1.5 if share < 0.95 else share * share * 5000 * random() + 20
        payments = 1 if random() < 0.97 else pick(2, 13)
        about = self.circumstances[pick(CIRCUMSTANCES)] if self.number % NOTE_EVERY else NOTE
        line = (
            f'"{CHANGES[pick(100)]}",{self.recipients[pick(RECIPIENTS)]},{self.companies[pick(len(COMPANIES))]},'
            f'"{amount:.2f}","{DAYS[pick(365)]}","{payments}",{about},"{self.record_id}","No",'
            f"{self.products[pick(PRODUCT_LISTS)]}\n"
        )
        if random() < DEFECTIVE:
            return self.damaged(line, truth)
        if self.number % 997 == 0:
            self.earlier_id = str(self.record_id)
        return line

    def damaged(self, line: str, truth: TextIO) -> str:
        """The record with the next defect in turn."""
        defect = DEFECTS[self.defective % len(DEFECTS)]
        self.defective += 1
        cells = next(csv.reader(io.StringIO(line, newline="")))
        if defect.make:
            defect.make(cells, self.random)
        else:
            cells[PLACE[rules.RECORD_ID]] = self.earlier_id or str(self.record_id)
        truth.write(f"{self.number}\t{cells[PLACE[rules.RECORD_ID]]}\t{defect.name}\t{defect.breaks}\n")
        return quoted(cells) + "\n"


def write(out: BinaryIO, truth: TextIO, size: int, seed: int) -> Generator:
    """Writes records until the file has reached `size` bytes."""
    generator = Generator(seed)
    truth.write("record\trecord_id\tdefect\trules\n")
    header = (quoted(COLUMNS) + "\n").encode()
    out.write(header)
    written = len(header)
    chunk: list[bytes] = []
    while written < size:
        line = generator.record(truth).encode()
        written += len(line)
        chunk.append(line)
        if len(chunk) == CHUNK:
            out.write(b"".join(chunk))
            chunk.clear()
    out.write(b"".join(chunk))
    return generator


def main() -> None:
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    path = Path(sys.argv[1])
    size = int(float(sys.argv[2]) * 1e6)
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 42
    with path.open("wb") as out, Path(f"{path}.truth.tsv").open("w", encoding="utf-8") as truth:
        generator = write(out, truth, size, seed)
    counts = f"{generator.number} records, {path.stat().st_size} bytes, {generator.defective} defective"
    print(f"{path}: {counts}, seed {seed}")


if __name__ == "__main__":
    main()
