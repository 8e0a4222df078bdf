"""The words that generated records are made of: plausible, and with quotes, commas and accents among them."""

YEAR = 2023

STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA "
    "RI SC SD TN TX UT VT VA WA WV WI WY DC PR"
).split()
FIRST_NAMES = (
    "JAMES MARY ROBERT PATRICIA JOHN JENNIFER MICHAEL LINDA DAVID ELIZABETH WILLIAM BARBARA RICHARD SUSAN JOSEPH "
    "JESSICA THOMAS SARAH CHARLES KAREN Priya Wei José Zoë Siobhán"
).split()
LAST_NAMES = (
    "SMITH JOHNSON WILLIAMS BROWN JONES GARCIA MILLER DAVIS RODRIGUEZ MARTINEZ HERNANDEZ LOPEZ GONZALEZ WILSON "
    "ANDERSON THOMAS TAYLOR MOORE JACKSON MARTIN LEE O'BRIEN Núñez Müller"
).split()
CITIES = [
    city.replace("_", " ")
    for city in (
        "HOUSTON CHICAGO PHILADELPHIA PHOENIX SAN_ANTONIO SAN_DIEGO DALLAS JACKSONVILLE AUSTIN COLUMBUS CHARLOTTE "
        "INDIANAPOLIS SEATTLE DENVER BOSTON NASHVILLE"
    ).split()
]
STREETS = [
    "MAIN ST",
    "MEDICAL CENTER DR",
    "HOSPITAL PKWY",
    "W 5TH AVE, BLDG B",
    "N MICHIGAN AVE",
    "PEACHTREE RD NE",
    "SUNSET BLVD",
    "COMMERCE STREET",
]
SPECIALTIES = [
    "Allopathic & Osteopathic Physicians|Internal Medicine|Cardiovascular Disease",
    "Allopathic & Osteopathic Physicians|Family Medicine",
    "Allopathic & Osteopathic Physicians|Orthopaedic Surgery|Adult Reconstructive Orthopaedic Surgery",
    "Dental Providers|Dentist|General Practice",
    "Allopathic & Osteopathic Physicians|Psychiatry & Neurology|Neurology",
    "Physician Assistants & Advanced Practice Nursing Providers|Nurse Practitioner|Family",
    "Eye and Vision Services Providers|Optometrist",
    "Allopathic & Osteopathic Physicians|Dermatology",
]
PHYSICIANS = ["Medical Doctor", "Doctor of Osteopathy", "Doctor of Dentistry", "Doctor of Optometry"]
PRACTITIONERS = ["Nurse Practitioner", "Physician Assistant"]

# How often each of `rules.NATURES` occurs, in percent.
NATURE_WEIGHTS = [88, 3, 4, 3, 0.3, 0.6, 0.05, 0.1, 0.05, 0.3, 0.02, 0.05, 0.02, 0.2, 0.02, 1.8, 0.2]
FORMS = [
    "In-kind items and services",
    "Cash or cash equivalent",
    "Stock",
    "Stock option",
    "Any other ownership interest",
    "Dividend, profit or other return on investment",
]
CONTEXTS = [
    *[""] * 6,
    "Informational meal",
    "Meal, in-office",
    'Speaker program; see "Note 4"',
    "Educational reprint",
]
COMPANIES = [
    f"{name} {form}"
    for name in [
        "Pfizer",
        "AbbVie",
        "Novartis",
        "Merck Sharp & Dohme",
        "Boston Scientific",
        "Stryker",
        "Medtronic",
        "Zimmer Biomet",
        "ABBVIE",
        "AstraZeneca",
        "Janssen",
        "Eli Lilly",
        "Amgen",
        "Allergan",
        "Intuitive Surgical",
        "Gilead Sciences",
    ]
    for form in ["Inc.", "LLC", "Corporation", "Pharmaceuticals, Inc.", "Holdings, L.P."]
]

# Kind, area, name and code of a product.
PRODUCTS = [
    ("Drug", "Cardiology", "ENTRESTO", "0078-0659-20"),
    ("Drug", "Diabetes", "OZEMPIC", "0169-4132-12"),
    ("Biological", "Immunology", "HUMIRA", "0074-0124-02"),
    ("Device", "Orthopaedics", 'MAKO "TKA" System', ""),
    ("Medical Supply", "Ophthalmology", "ACUVUE OASYS", ""),
    ("Drug", "Neurology", "NURTEC ODT", "72618-3000-2"),
    ("Biological", "Oncology", "KEYTRUDA", "0006-3026-02"),
]
