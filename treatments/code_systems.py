"""Code systems of an EHR: their names, and which shape a code of each has.

Shapes and check digits alone: no table of codes is shipped, since some are licensed.
"""

import re
from dataclasses import dataclass

_HL7 = "2.16.840.1.113883.6."


@dataclass(frozen=True)
class System:
    """A code system: its OID, other short names, and what a code looks like to a clinician."""

    oid: str
    short_names: tuple[str, ...]
    example: str
    shape: re.Pattern


# {name of a system: what is known of it}. Pages can have codes of ASSIGNABLE alone.
SYSTEMS = {
    # ICD-10-CM Official Guidelines, I.A.2: three to seven characters, a dot behind the third.
    "ICD-10-CM": System(
        _HL7 + "90", ("ICD10CM", "ICD10"), "G89.3", re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
    ),
    # ICD-9-CM: three digits (V and two, E and three), a dot, one or two more.
    "ICD-9-CM": System(
        _HL7 + "103",
        ("ICD9CM", "ICD9"),
        "338.3",
        re.compile(r"(?:[0-9]{3}|V[0-9]{2})[0-9]{0,2}|E[0-9]{3}[0-9]?"),
    ),
    # SNOMED CT Release File Specification, 4.1: 6 to 18 digits, none of the first is 0.
    "SNOMED CT": System(
        _HL7 + "96", ("SNOMEDCT", "SNOMED", "SCT"), "735935009", re.compile(r"[1-9][0-9]{5,17}")
    ),
    # RxNorm Technical Documentation, 12.4: an RXCUI is a whole number of up to 8 digits.
    "RxNorm": System(_HL7 + "88", ("RXCUI",), "7052", re.compile(r"[1-9][0-9]{0,7}")),
    # LOINC Users' Guide: up to seven digits, a hyphen, a check digit.
    "LOINC": System(_HL7 + "1", ("LN",), "38208-5", re.compile(r"[1-9][0-9]{0,6}-[0-9]")),
    # MeSH Record Types: descriptors D, qualifiers Q, supplementary concepts C, 6 or 9 digits.
    "MeSH": System(_HL7 + "177", ("MSH",), "D000072716", re.compile(r"[DQC](?:[0-9]{6}|[0-9]{9})")),
    # 21 CFR 207.33: ten digits in three parts, or eleven without hyphens.
    "NDC": System(
        _HL7 + "69",
        (),
        "00406-8315-62",
        re.compile(r"[0-9]{10,11}|[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}"),
    ),
    "CPT": System(_HL7 + "12", ("CPT4",), "62362", re.compile(r"[0-9]{4}[0-9A-Z]")),
}
ASSIGNABLE = ("ICD-10-CM", "ICD-9-CM", "SNOMED CT", "RxNorm", "LOINC", "MeSH")
DIAGNOSES = frozenset({"ICD-10-CM", "ICD-9-CM", "SNOMED CT"})


class Misshapen(ValueError):
    """A code that its system could not have written; `sentence` says what to mend."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


def _bare(text):
    return re.sub(r"[\s_.-]+", "", text).upper()


_NAMES = {system.oid: name for name, system in SYSTEMS.items()}
_NAMES |= {_bare(name): name for name in SYSTEMS}
_NAMES |= {_bare(short): name for name, system in SYSTEMS.items() for short in system.short_names}


def named(text: str) -> str | None:
    """The name of the system that is meant by its OID, with `urn:oid:` or without, or by a name.

    Capitals, blanks and hyphens of a name do not matter. None where no known system is meant.
    """
    text = text.strip()
    oid = text[8:] if text[:8].lower() == "urn:oid:" else text
    return _NAMES.get(oid.strip()) or _NAMES.get(_bare(text))


def canonical(system: str, code: str) -> str:
    """The code as its system writes it: without blanks around it, in capitals, ICD with its dot.

    `system` is a key of SYSTEMS. Raises Misshapen where the system could not have written it.
    """
    known = SYSTEMS[system]
    code = code.strip().upper()
    if system in _DOTTED:
        code = _undotted(system, code)
    if not known.shape.fullmatch(code):
        raise Misshapen(f"Codes of {system} look like {known.example}. Compare it with its source.")
    if system == "SNOMED CT":
        if code[-3:-1] not in ("00", "10"):
            raise Misshapen(
                "This number of SNOMED CT is that of a description or a relationship. Give the "
                "concept’s."
            )
        if not _passes_verhoeff(code):
            raise Misshapen(_WRONG_DIGIT)
    if system == "LOINC" and int(code[-1]) != _mod_10(code[:-2]):
        raise Misshapen(_WRONG_DIGIT)
    dot = _dot(system, code)
    return f"{code[:dot]}.{code[dot:]}" if system in _DOTTED and code[dot:] else code


_DOTTED = ("ICD-10-CM", "ICD-9-CM")
_WRONG_DIGIT = (
    "The last digit does not fit the others: one may be missing, wrong, or swapped with its "
    "neighbour. Compare the code with its source."
)


def _dot(system, code):
    """Where the dot of an ICD code stands: external causes of ICD-9-CM have it behind E999."""
    return 4 if system == "ICD-9-CM" and code.startswith("E") else 3


def _undotted(system, code):
    """The code without its dot; "" where that stands in another place than it may."""
    before, dot, behind = code.partition(".")
    return "" if dot and len(before) != _dot(system, code) else before + behind


# The dihedral group of the pentagon: five turns, five reflections.
def _composed(one, other):
    turned = one + other if one < 5 else one - other
    return turned % 5 + (5 if (one < 5) != (other < 5) else 0)


_SHIFTED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _passes_verhoeff(digits):
    """Whether the last digit is that of Verhoeff's scheme (1969), as SNOMED CT uses it."""
    found = 0
    for place, digit in enumerate(map(int, reversed(digits))):
        for _ in range(place % 8):
            digit = _SHIFTED[digit]
        found = _composed(found, digit)
    return found == 0


def _mod_10(digits):
    """The check digit of a LOINC code: Luhn's, IBM's mod 10 (LOINC Users' Guide, appendix C)."""
    doubled = [
        int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(digits[::-1])
    ]
    return -sum(number // 10 + number % 10 for number in doubled) % 10
