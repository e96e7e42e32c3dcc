"""How many syllables an English word has when it is spoken, counted from its letters."""

import functools
import re
import unicodedata

# Words that the rules get wrong and that patients' pages are full of.
_KNOWN = {
    "ache": 1, "aches": 1, "argue": 2, "argued": 2, "argues": 2, "beloved": 3, "business": 2,
    "businesses": 3, "cashier": 2, "cement": 2, "colonel": 2, "diabetes": 4, "dr": 2,
    "evening": 2, "evenings": 2, "eye": 1, "eyes": 1, "flea": 1, "fleas": 1, "forever": 3,
    "headache": 2, "headaches": 2, "imagery": 3, "maybe": 2, "mr": 2, "mrs": 2, "naked": 2,
    "nevertheless": 4, "nonetheless": 4, "parliament": 3, "pea": 1, "peas": 1, "people": 2,
    "platelet": 2, "platelets": 2, "plea": 1, "pleas": 1, "premier": 2, "queue": 1, "recipe": 3,
    "recipes": 3, "rely": 2, "sacred": 2, "sea": 1, "seas": 1, "soldier": 2, "soldiers": 2,
    "tea": 1, "teas": 1, "vegetable": 3, "vegetables": 3, "wednesday": 2, "wicked": 2,
}  # fmt: skip

# First parts of compounds, whose last letter stays silent: "something", "lifetime".
_FIRST_PARTS = (
    "base|bone|brake|bride|cake|care|cheese|close|code|edge|else|face|fare|fire|"
    "fore|gate|goose|grape|here|hide|hole|home|hope|horse|house|knife|lake|life|"
    "like|lime|live|love|make|mouse|move|name|note|nurse|phone|pipe|race|rate|"
    "rope|rose|safe|shape|shore|side|smoke|snake|some|sore|space|state|stone|"
    "store|take|tape|there|tide|time|trade|tube|type|use|wake|ware|waste|wave|"
    "wheel|where|white|whole|wide|wine|wire|wise"
)

# Read from top to bottom. A hyphen parts two vowels, or stands for a letter that is not heard;
# at the end each run of vowels is a syllable.
_RULES = [
    # What is written with an apostrophe
    (r"(?<=[^aeiouy])n't", "n-et"),
    (r"(?<=[^aeiouy])'(ll|ve)$", r"-e\1"),
    (r"(?<=[sxz])'s$", "-es"),
    (r"'ve$", "v"),
    (r"'", ""),
    # An e that is silent within the word
    (r"^every", "evry"),
    (
        rf"^({_FIRST_PARTS})"
        r"(?=[bcfghjklmpqvwz][aeiouhlry]|th|s[hpt]|s[aeio]\w+e$|room|right|dow|day|down|no"
        r"|(?:time|line)s?$|one$)(?!sts?$|ment|ming|ly|less|vi)",
        lambda found: f"{found[0][:-1]}-",
    ),
    (r"(?<=[^aeiouy])e(?=(?:ly|ness(?:es)?|less(?:ly)?|ful(?:ly|s)?|some|ty|ties|things?)$)", ""),
    (r"(?<!^el)(?<!pl)(?<![^aeiouylr]l)(?<=[^aeiouy])e(?=ments?$|mental)", ""),
    (r"e(?=as?$)", "e-"),
    (r"iag(?=e)", "ag"),
    # A u that goes with the letter before it
    (r"gue(?=s?$)", "g"),
    (r"qu", "q"),
    (r"gu(?=[eiy](?!ng|t))|gu(?=ar[^yi])", "g"),
    (r"ically$", "icly"),
    # Endings: "called" and "tables" keep their e where no other vowel carries the l or r
    (r"(?<=[^aeiouylr][lr])ed$", "-ed"),
    (r"(?<=[^aeiouydt-])ed$", "d"),
    (r"(?<=[aeiouy])ed$", "d"),
    (r"(?<=[^aeiouylr][lr])es$", "-es"),
    (r"(?<=[^aeiouyscgxzj-])(?<![cs]h)es$", "s"),
    (r"(?<=[^aeiouyrl]l)e$|(?<=[tbc]r)e$", "-a"),
    (r"(?<=[^aeiouy])e$", ""),
    # A y that is no vowel, or ends one
    (r"(?<=[aeouw])y(?=[aeiou])|^y(?=[aeiou])", "-"),
    (r"y(?=[aeiou](?!$|s$))|y(?=a)", "y-"),
    # An i or e that only softens: "patient", "physician", "region", "opinion", "surgeon"
    (r"(?<!^sc)(?<=[cstxh])i(?=ous|on|al|an(?![xi])|en[tc]|a[ns]?$)", "-"),
    (r"(?<!^)gi(?=ous|on|an|as?$)", "j"),
    (r"(?<=n)i(?=on|ors?$|en[ct])|(?<=ll)i(?=on|ant)|(?<=[aeiou]l)i(?=ar|ans?$)", "-"),
    (r"(?<=v)i(?=or)", "-"),
    (r"(?<=[cg])e(?=ous|on|an)", "-"),
    # Two vowels that are two syllables: "media", "variety", "easier", "fluid", "being", "create"
    (r"i(?=[aou]|en[ct]|et)", "i-"),
    (r"(?<=\w\w)(?<!^pr)i(?=ers?$|est$|ens?$)", "i-"),
    (r"u(?=a(?!d$|g|s)|ou|i(?:ty|ci|tiv|tio|n$)|u|en[ct])", "u-"),
    (r"(?<=[fl]l)u(?=id)|(?<=r)u(?=in)", "u-"),
    (r"(?<=[aeiouy])ing", "-ing"),
    (r"(?<!pn)(?<!rh)e(?=o(?!u|p[al])|um|us$|ous)", "e-"),
    (r"(?<=cr)e(?=at(?!u))|(?<=th)e(?=at[er])|(?<=in)e(?=ar)|(?<=ucl)e(?=ar)|(?<=op)e(?=an)", "e-"),
    (r"(?<=^r)e(?=a(?:ct|li[tsz]|rr|ss|ff|pp|d[jm])|i(?:n[fstv]|m|t)|o|u[ns])", "e-"),
    (r"(?<=^r)e(?=e(?:v|n[tf]|x|mp|st|lec|du))|(?<=^pr)e(?=e[mx]|o|a[dm])", "e-"),
    (r"(?<=^d)e(?=o|act)", "e-"),
    (r"o(?=e[mtv]|abl|arth)|(?<=^c)o(?=op|ord|inc|ex)", "o-"),
    (r"a(?=o|ic)", "a-"),
    (r"(?<=[aeiouy])sm(?=s?$)|thm(?=s?$)", "s-em"),
]
_RULES = [(re.compile(pattern), replaced) for pattern, replaced in _RULES]
_VOWELS = re.compile(r"[aeiouy]+")
_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@functools.lru_cache(maxsize=50_000)
def count(word: str) -> int:
    """The syllables of a word, one at least.

    The parts of a compound with hyphens are counted one by one. Figures and signs are one
    syllable, as Flesch counts them (How to Write Plain English, 1979, chapter 2), and so is a word
    of another script, for which the rules know nothing.
    """
    return sum(map(_of_part, _PART.findall(word))) or 1


def _of_part(word):
    word = unicodedata.normalize("NFC", word.casefold()).replace("’", "'")
    word = re.sub("é(?=s?$)", "ay", re.sub("(?=[ëïö])", "-", word))  # café, naïve
    word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    if word in _KNOWN:
        return _KNOWN[word]
    for pattern, replaced in _RULES:
        word = pattern.sub(replaced, word)
    return len(_VOWELS.findall(word)) or 1
