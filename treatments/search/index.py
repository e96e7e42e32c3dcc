"""The index: which words stand in which edition, in the database's own full-text tables.

It is made of the texts and can be made anew of them, so it belongs to no model and no migration:
dumps leave it out, and `install` makes it after each migrate, as the guards are made. It holds
every edition, drafts too: who may see which is asked of the editions themselves.
"""

import itertools
import json
import re

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction

from treatments import richtext
from treatments.models import Edition, PageTag, Synonym
from treatments.search import words
from treatments.search.ranking import Entry

# The texts; the words that somebody may have meant, by their spellings; the synonyms.
TEXTS, WORDS = "treatments_search", "treatments_search_word"
SYNONYMS = "treatments_search_synonym"
TITLE = "title:"  # before keys that stand in a title
AT_ONCE = 200  # editions in one transaction, while everything is made anew
# Letters that a text is searched by, and those of a title's other spellings; fifty printed pages
# have fewer. What stands behind them is not found. PostgreSQL takes a megabyte.
MOST_LETTERS, MOST_SPELLINGS = 200_000, 10_000
MOST_LEARNT = 3_000  # different words of an edition that misspelt ones are compared with
_ROWS = 10_000  # in one statement
# What is longer is no sentence. In pieces its words come again while the caches still have them.
_STRETCH = re.compile(r"\S.{0,1999}(?!\S)|\S{1,2000}", re.DOTALL)
_BLOCK = re.compile(r"</(?:p|h[2-4]|li|t[hdr]|caption|blockquote|div|summary|details)>|<br>")

_TABLES = {
    "sqlite": [
        # The tokenizer "ascii" parts at ASCII's blanks and signs alone, as our keys are parted.
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {TEXTS} "
        """USING fts5(words, entry UNINDEXED, tokenize = "ascii tokenchars ':'")""",
        f"CREATE TABLE IF NOT EXISTS {WORDS} (spelling text NOT NULL, form text NOT NULL, "
        "key text NOT NULL, PRIMARY KEY (spelling, form, key)) WITHOUT ROWID",
    ],
    "postgresql": [
        f"CREATE TABLE IF NOT EXISTS {TEXTS} "
        "(rowid bigint PRIMARY KEY, words tsvector NOT NULL, entry text NOT NULL)",
        # Without a list of what is pending, which every search would have to read.
        f"CREATE INDEX IF NOT EXISTS {TEXTS}_words ON {TEXTS} USING gin (words) "
        "WITH (fastupdate = off)",
        f'CREATE TABLE IF NOT EXISTS {WORDS} (spelling text COLLATE "C" NOT NULL, '
        'form text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, '
        "PRIMARY KEY (spelling, form, key))",
    ],
}
for _statements in _TABLES.values():
    _statements.append(
        f"CREATE TABLE IF NOT EXISTS {SYNONYMS} "
        "(number bigint PRIMARY KEY, typed text NOT NULL, meant text NOT NULL)"
    )


# Keeping it


def install(connection):
    """Make the tables that are missing, and index what they lack. Does nothing without editions."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if Edition._meta.db_table not in tables:
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in _TABLES[connection.vendor]:
                cursor.execute(statement)
    except DatabaseError as error:
        if "fts5" not in str(error):
            raise
        raise ImproperlyConfigured(
            "This Python’s SQLite was built without FTS5, in which the portal searches. Use the "
            "system’s own Python, or PostgreSQL."
        ) from error
    if not _is_of_this_recipe(connection):
        rebuild(connection)
    else:
        repair(connection)


def lacking(connection):
    """How many editions the index lacks; None where it is missing, or made by an older recipe."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if Edition._meta.db_table not in tables:
            return 0
        if not {TEXTS, WORDS, SYNONYMS} <= set(tables) or not _is_of_this_recipe(connection):
            return None
        cursor.execute(f"SELECT count(*) FROM treatments_edition WHERE {_NOT_IN_IT}")
        return cursor.fetchone()[0]


_NOT_IN_IT = f"id NOT IN (SELECT rowid FROM {TEXTS})"


def _is_of_this_recipe(connection):
    with connection.cursor() as cursor:
        # The one row of no spelling says by which recipe the words were made.
        cursor.execute(f"SELECT form FROM {WORDS} WHERE spelling = ''")
        return cursor.fetchall() == [(words.RECIPE,)]


def rebuild(connection, told=lambda done, of: None):
    """Index everything anew, while readers go on searching. `told` hears how far it is.

    Returns how many editions there are.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # The words of drafts thrown away go too; new ones come with the texts.
        cursor.execute(f"DELETE FROM {WORDS}")
    _forget_what_is_gone(connection)
    count = _index(connection, _editions(connection), told)
    write_synonyms(connection)
    with connection.cursor() as cursor:
        _add_words(cursor, [("", words.RECIPE, "")])
    return count


def repair(connection):
    """Index the editions that the index lacks, and forget those that are gone."""
    _forget_what_is_gone(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM treatments_edition WHERE {_NOT_IN_IT}")
        missing = [pk for (pk,) in cursor.fetchall()]
    _index(connection, missing)
    write_synonyms(connection)


def _editions(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM treatments_edition ORDER BY id")
        return [pk for (pk,) in cursor.fetchall()]


def _forget_what_is_gone(connection):
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {TEXTS} WHERE rowid NOT IN (SELECT id FROM treatments_edition)"
        )


def _index(connection, editions, told=lambda done, of: None):
    for begin in range(0, len(editions), AT_ONCE):
        chunk = editions[begin : begin + AT_ONCE]
        with transaction.atomic(using=connection.alias):
            _write(connection, chunk)
        told(begin + len(chunk), len(editions))
    return len(editions)


# What a text becomes


def entry_of(title, summary, body, tags=(), spellings=()):
    """The Entry of a text; `tags` are (name, slug), `spellings` other spellings of its title."""
    blocks = [summary, *map(richtext.plain, _BLOCK.split(body))]
    sentences = (sentence for block in blocks for sentence in words.sentences(block))
    stretches = (stretch for one in sentences for stretch in _STRETCH.findall(one))
    kept = list(_lines(stretches, MOST_LETTERS))
    return Entry(
        heading=title,
        title=_line(title),
        named=len(words.keys(title)),
        tags=[(name, slug, _line(name)) for name, slug in tags],
        spellings=[line for _, line in _lines(spellings, MOST_SPELLINGS)],
        body="\n".join(line for _, line in kept),
        shown="\n".join(sentence.replace("\n", " ") for sentence, _ in kept),
    )


def _lines(texts, room):
    """Pairs of a text and its line, until so many letters of the one or the other are used up."""
    for text in texts:
        text = text[:room]
        line = _line(text)
        if len(line) > room:
            line = line[:room].rpartition(" ")[0] + " "
        room -= max(len(text), len(line))
        yield text, line
        if room <= 0:
            return


def _line(text):
    """The keys of a text in order, then those of what hyphens tie in it, written in one."""
    return f" {' '.join([*words.keys(text), *words.joins(text)])} "


def _written(entry):
    """An entry as it is kept. Its long parts stand apart: JSON would be read letter by letter."""
    *head, body, shown = entry
    return "\n\n".join([json.dumps(head, ensure_ascii=False), body, shown])


def read(text):
    """The Entry that was kept."""
    head, body, shown = text.split("\n\n", 2)
    return Entry(*json.loads(head), body, shown)


def _write(connection, editions):
    """Index these editions, by their numbers."""
    entries = dict(_entries(connection.alias, editions))
    as_words = _vector if connection.vendor == "postgresql" else " ".join
    rows = [[pk, as_words(_words(entry)), _written(entry)] for pk, entry in entries.items()]
    mark = "%s::tsvector" if connection.vendor == "postgresql" else "%s"
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(editions))
        cursor.execute(f"DELETE FROM {TEXTS} WHERE rowid IN ({marks})", editions)
        cursor.executemany(
            f"INSERT INTO {TEXTS} (rowid, words, entry) VALUES (%s, {mark}, %s)", rows
        )
        _learn(cursor, entries.values())


def _words(entry):
    """All keys of an entry in order; those of its title once more, as words of a title."""
    return [*entry.all.split(), *(TITLE + key for key in entry.title.split())]


def _vector(keys):
    """Keys with their places, as PostgreSQL writes a tsvector; keys are letters and digits."""
    return " ".join(f"'{key}':{min(place, 16_383)}" for place, key in enumerate(keys, 1))


def _entries(alias, editions):
    found = Edition.objects.using(alias).filter(pk__in=editions)
    rows = list(
        found.values_list("pk", "title", "summary", "body", "page", "page__other_spellings")
    )
    tags = {}
    tagged = PageTag.objects.using(alias).filter(content_object__in={row[4] for row in rows})
    for page, name, slug in tagged.order_by("tag__name").values_list(
        "content_object", "tag__name", "tag__slug"
    ):
        tags.setdefault(page, []).append((name, slug))
    for pk, title, summary, body, page, spellings in rows:
        yield pk, entry_of(title, summary, body, tags.get(page, ()), spellings.splitlines())


def _learn(cursor, entries):
    """Remember the words of texts, so that misspelt ones can be understood.

    Each is written under some thirty spellings, so of one text no more than MOST_LEARNT are.
    """
    found = set()
    for entry in entries:
        own = {}  # in their order
        for text in (entry.heading, *(name for name, *_ in entry.tags), *entry.sentences):
            own |= dict.fromkeys(piece.word for piece in words.pieces(text))
            own |= dict.fromkeys(words.joined(text))
            if len(own) >= MOST_LEARNT:
                break
        found.update(itertools.islice(own, MOST_LEARNT))
    _add_forms(cursor, {form for word in found - words.STOP for form in _forms(word)})


def _forms(word):
    """{(form, key, slips)} of a folded word; a slip may have made it a letter longer."""
    slips = words.slips(len(word) + 1)
    return {(form, words.key(word), slips) for form in words.forms(word) if slips}


def _add_forms(cursor, forms):
    """Add what `_forms` gives under each spelling that leads to it; most is there already."""
    known = set()
    wanted = sorted({form for form, *_ in forms})
    for begin in range(0, len(wanted), 500):
        chunk = wanted[begin : begin + 500]
        marks = ", ".join(["%s"] * len(chunk))
        cursor.execute(
            f"SELECT form, key FROM {WORDS} WHERE spelling IN ({marks}) AND form IN ({marks})",
            [*(form[:7] for form in chunk), *chunk],
        )
        known.update(cursor.fetchall())
    new = [
        (spelling, form, key)
        for form, key, slips in forms
        if (form, key) not in known
        for spelling in words.shortened(form, slips)
    ]
    _add_words(cursor, new)


def _add_words(cursor, rows):
    # In one order everywhere: two who add the same words wait for each other, and never in a ring.
    rows = sorted(rows)
    if cursor.db.vendor == "sqlite":
        cursor.executemany(f"{_ADD} VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", rows)
        return
    for begin in range(0, len(rows), _ROWS):
        columns = [list(column) for column in zip(*rows[begin : begin + _ROWS], strict=True)]
        cursor.execute(
            f"{_ADD} SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) "
            "ON CONFLICT DO NOTHING",
            columns,
        )


_ADD = f"INSERT INTO {WORDS} (spelling, form, key)"


def write_synonyms(connection, number=None):
    """Take over the synonym of this number, or all of them, as they are now."""
    with connection.cursor() as cursor:
        if Synonym._meta.db_table not in connection.introspection.table_names(cursor):
            return
    chosen = Synonym.objects.using(connection.alias)
    chosen = chosen.filter(pk=number) if number else chosen
    rows, forms = [], set()
    for pk, typed, meaning in chosen.values_list("pk", "words", "meaning"):
        typed_keys, meant = " ".join(words.keys(typed)), " ".join(words.keys(meaning))
        if typed_keys and meant:
            rows.append((pk, typed_keys, meant))
            for piece in words.pieces(typed):
                forms |= _forms(piece.word)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        only, given = (" WHERE number = %s", [number]) if number else ("", [])
        cursor.execute(f"DELETE FROM {SYNONYMS}{only}", given)
        cursor.executemany(
            f"INSERT INTO {SYNONYMS} (number, typed, meant) VALUES (%s, %s, %s)", rows
        )
        _add_forms(cursor, forms)


# Following single changes, in their transaction


def write_pages(connection, pages):
    """Index the editions of these pages anew, by the pages' numbers."""
    editions = Edition.objects.using(connection.alias).filter(page__in=pages)
    _index(connection, list(editions.values_list("pk", flat=True)))


def write(connection, edition):
    _index(connection, [edition])


def remove(connection, edition):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TEXTS} WHERE rowid = %s", [edition])


# Asking it


def known(connection, spellings):
    """Rows (spelling, form, key) of these spellings, and (None, typed, meant) of all synonyms."""
    spellings = sorted(spellings)
    marks = ", ".join(["%s"] * len(spellings)) or "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT spelling, form, key FROM {WORDS} WHERE spelling IN ({marks}) "
            f"UNION ALL SELECT NULL, typed, meant FROM {SYNONYMS}",
            spellings,
        )
        return cursor.fetchall()


def expression(vendor, groups, *, prefix="", guesses=True, some=False):
    """What an edition has that has all these groups, or some, in the database's own words.

    `prefix` is TITLE where the words are to stand in the title; `guesses` says whether words that
    a misspelt one may have meant answer too. Keys are letters and digits, so
    nothing that somebody typed is read as an operator.
    """
    quote, both, either, beside = _OPERATORS[vendor]

    def alternative(one):
        keys = [f"{quote}{prefix}{key}{quote}" for key in one.keys]
        # The keys of a title stand behind all others once more, so they keep their order too.
        return f"({(beside if one.phrase else both).join(keys)})"

    parts = []
    for group in groups:
        asked = [one for one in group.alternatives if guesses or not one.guessed]
        parts.append(f"({either.join(dict.fromkeys(map(alternative, asked)))})")
    return (either if some else both).join(parts)


_OPERATORS = {"sqlite": ('"', " AND ", " OR ", " + "), "postgresql": ("'", " & ", " | ", " <-> ")}


# SQL of the numbers of the editions that match one parameter, an `expression`.
FOUND = {
    "sqlite": f"SELECT rowid AS id FROM {TEXTS} WHERE words MATCH %s",
    "postgresql": f"SELECT rowid AS id FROM {TEXTS} WHERE words @@ %s::tsquery",
}
