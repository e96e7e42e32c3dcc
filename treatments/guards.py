"""Rules that the database itself keeps, as triggers made from one list after each migration.

They stand in no migration: SQLite drops a table's triggers without a word when Django remakes
the table, and PostgreSQL refuses to alter columns that a trigger names.
"""

from dataclasses import dataclass

from treatments import audit_chain

# What may change in an approved edition: withdrawing it, once.
WITHDRAWAL = ("withdrawn_at", "withdrawn_by_id", "withdrawn_reason")
WORDS = ("overline", "title", "summary", "body", "provenance")
IDENTITY = ("id", "page_id", "language", "number", "origin", "author_id")


@dataclass(frozen=True)
class Guard:
    """Refuse `event` on `table` with `sentence` where `condition` holds of the row.

    In a condition, {differs} and {now} stand for what each database calls them.
    """

    name: str
    table: str
    event: str
    condition: str
    sentence: str
    needs: str = ""  # a column that the table lacks where migrations were taken back


def guards(edition_columns):
    """The list of rules; `edition_columns` are read from the database, so new ones are frozen."""
    content = [column for column in edition_columns if column not in WITHDRAWAL]
    yield from _pages()
    yield from _editions(content)
    yield from _second_person()
    yield from _kept_rows()
    yield from _remarks()
    yield from _images()


def _pages():
    yield Guard(
        "page_kind_kept",
        "treatments_page",
        "UPDATE",
        changed("kind"),
        "What kind of page this is never changes.",
    )
    same = "page.id = NEW.id OR page.kind = NEW.kind AND page.slug = NEW.slug"
    yield Guard(
        "page_not_replaced",
        "treatments_page",
        "INSERT",
        f"EXISTS (SELECT 1 FROM treatments_page page WHERE {same})",
        "There is a page at this address already.",
    )
    yield Guard(
        "page_not_pushed_out",
        "treatments_page",
        "UPDATE",
        f"{changed('id')} OR EXISTS (SELECT 1 FROM treatments_page page "
        "WHERE page.id <> OLD.id AND page.kind = NEW.kind AND page.slug = NEW.slug)",
        "There is a page at this address already.",
    )
    yield Guard(
        "page_kept",
        "treatments_page",
        "DELETE",
        "EXISTS (SELECT 1 FROM treatments_edition edition WHERE edition.page_id = OLD.id)",
        "A page that has a text is kept. Withdraw the text instead.",
    )
    for event in ("INSERT", "UPDATE"):
        yield Guard(
            f"page_under_topic_{event.lower()}",
            "treatments_page",
            event,
            "NEW.topic_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM treatments_page topic "
            "WHERE topic.id = NEW.topic_id AND topic.kind = 'topic')",
            "A treatment belongs to a topic, not to another page.",
        )
    for table in ("user", "reference"):
        yield Guard(
            f"{table}_number_kept",
            f"treatments_{table}",
            "UPDATE",
            changed("id"),
            "The number by which other rows point to this one never changes.",
        )
    yield Guard(
        "reference_key_kept",
        "treatments_reference",
        "UPDATE",
        changed("key"),
        "The key of a reference never changes: texts cite it by this key.",
    )


def _editions(content):
    yield Guard(
        "edition_identity_kept",
        "treatments_edition",
        "UPDATE",
        changed(*IDENTITY),
        "The page, language, number, origin and author of an edition never change.",
    )
    yield Guard(
        "edition_frozen",
        "treatments_edition",
        "UPDATE",
        f"OLD.state = 'approved' AND ({changed(*content)})",
        "What was approved never changes. Write a new edition.",
    )
    yield Guard(
        "edition_withdrawn_once",
        "treatments_edition",
        "UPDATE",
        f"OLD.withdrawn_at <= {{now}} AND ({changed(*WITHDRAWAL)})",
        "A withdrawn edition stays withdrawn. Write a new edition.",
    )
    yield Guard(
        # Cancelled, an edition never counted: backdating would bring an older text back.
        "edition_withdrawn_not_cancelled",
        "treatments_edition",
        "UPDATE",
        "NEW.withdrawn_at < NEW.publish_at AND NEW.publish_at <= {now}",
        "An edition whose time has come cannot be cancelled any more. Withdraw it.",
    )
    yield Guard(
        "edition_reviewed_words",
        "treatments_edition",
        "UPDATE",
        f"({changed(*WORDS)}) AND EXISTS "
        "(SELECT 1 FROM treatments_review review WHERE review.edition_id = OLD.id)",
        "These words have been reviewed and never change. Write a new edition.",
    )
    yield Guard(
        "edition_not_replaced",
        "treatments_edition",
        "INSERT",
        "EXISTS (SELECT 1 FROM treatments_edition other WHERE other.id = NEW.id "
        "OR other.page_id = NEW.page_id AND other.language = NEW.language "
        "AND (other.number = NEW.number OR other.state <> 'approved' AND NEW.state <> 'approved')) "
        "OR EXISTS (SELECT 1 FROM treatments_review review WHERE review.edition_id = NEW.id)",
        "This edition is there already; a page has one working edition at most.",
    )
    yield Guard(
        "edition_not_born_approved",
        "treatments_edition",
        "INSERT",
        "NEW.state = 'approved' AND NEW.origin <> 'imported'",
        "An edition begins as a draft; only a review approves it.",
    )
    yield Guard(
        "edition_imported_replaces_nothing",
        "treatments_edition",
        "INSERT",
        "NEW.origin = 'imported' AND EXISTS (SELECT 1 FROM treatments_edition other "
        "WHERE other.page_id = NEW.page_id AND other.language = NEW.language "
        "AND (other.origin = 'written' OR other.withdrawn_at IS NOT NULL OR EXISTS "
        "(SELECT 1 FROM treatments_review review WHERE review.edition_id = other.id)))",
        "Imported text does not replace what somebody here has written, reviewed or withdrawn.",
    )
    yield Guard(
        "edition_approved_by_review",
        "treatments_edition",
        "UPDATE",
        "NEW.state = 'approved' AND OLD.state <> 'approved' AND NOT EXISTS "
        "(SELECT 1 FROM treatments_review review WHERE review.edition_id = NEW.id "
        "AND review.reviewer_id = NEW.approver_id)",
        "Approving needs a review by the approver, with its date and the day it is due again.",
    )
    yield Guard(
        "edition_kept",
        "treatments_edition",
        "DELETE",
        "OLD.state = 'approved' OR EXISTS "
        "(SELECT 1 FROM treatments_review review WHERE review.edition_id = OLD.id)",
        "What was approved or reviewed is kept. Withdraw it instead.",
    )


def _second_person():
    sentence = "The approver of a text is none of those who wrote it."
    yield Guard(
        "edition_second_person",
        "treatments_edition",
        "UPDATE",
        "NEW.approver_id IS NOT NULL AND EXISTS (SELECT 1 FROM treatments_contributor wrote "
        "WHERE wrote.edition_id = NEW.id AND wrote.user_id = NEW.approver_id)",
        sentence,
    )
    yield Guard(
        "review_second_person",
        "treatments_review",
        "INSERT",
        "EXISTS (SELECT 1 FROM treatments_contributor wrote "
        "WHERE wrote.edition_id = NEW.edition_id AND wrote.user_id = NEW.reviewer_id) "
        "OR EXISTS (SELECT 1 FROM treatments_edition edition "
        "WHERE edition.id = NEW.edition_id AND edition.author_id = NEW.reviewer_id)",
        "The reviewer of a text is none of those who wrote it.",
    )
    yield Guard(
        "review_of_submitted",
        "treatments_review",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM treatments_edition edition "
        "WHERE edition.id = NEW.edition_id AND edition.state <> 'draft')",
        "A draft is sent to review before it is reviewed.",
    )
    yield Guard(
        "contributor_second_person",
        "treatments_contributor",
        "INSERT",
        "EXISTS (SELECT 1 FROM treatments_edition edition "
        "WHERE edition.id = NEW.edition_id AND edition.state = 'approved') "
        "OR EXISTS (SELECT 1 FROM treatments_review review "
        "WHERE review.edition_id = NEW.edition_id AND review.reviewer_id = NEW.user_id)",
        "Nobody is added to those who wrote a text after it was reviewed.",
    )


def _kept_rows():
    kept = "Those who wrote a text stay recorded for as long as it stands."
    standing = "EXISTS (SELECT 1 FROM treatments_edition edition WHERE edition.id = OLD.edition_id)"
    yield Guard("contributor_unchanged", "treatments_contributor", "UPDATE", "1 = 1", kept)
    yield Guard("contributor_kept", "treatments_contributor", "DELETE", standing, kept)
    yield Guard(
        "citation_stays_in_place",
        "treatments_citation",
        "UPDATE",
        changed("id", "edition_id"),
        "A citation belongs to one edition for good.",
    )
    # SQLite's REPLACE deletes what is in the way, past the guards of a connection that did not
    # switch recursive_triggers on. So what is in the way is looked for first.
    for table, also in (
        ("contributor", "kept.edition_id = NEW.edition_id AND kept.user_id = NEW.user_id"),
        (
            "review",
            "kept.edition_id = NEW.edition_id AND kept.reviewer_id = NEW.reviewer_id "
            "AND kept.reviewed_at = NEW.reviewed_at",
        ),
        (
            "citation",
            "kept.edition_id = NEW.edition_id AND "
            "(kept.reference_id = NEW.reference_id OR kept.position = NEW.position)",
        ),
        ("auditentry", ""),
        ("comment", ""),
        ("rating", ""),
    ):
        yield Guard(
            f"{table}_not_replaced",
            f"treatments_{table}",
            "INSERT",
            # An OR that never holds would have SQLite read the whole table.
            f"EXISTS (SELECT 1 FROM treatments_{table} kept WHERE kept.id = NEW.id"
            f"{also and f' OR {also}'})",
            "This row is there already and is not replaced.",
        )
    newest = "SELECT newest.{} FROM treatments_auditentry newest ORDER BY newest.id DESC LIMIT 1"
    yield Guard(
        "auditentry_chained",
        "treatments_auditentry",
        "INSERT",
        f"NEW.id <= COALESCE(({newest.format('id')}), 0) OR "
        f"NEW.previous {{differs}} COALESCE(({newest.format('digest')}), '{audit_chain.FIRST}')",
        "An entry of the audit record follows the newest that is there already.",
        needs="digest",
    )
    yield from _frozen_with_edition(
        "citation",
        ("edition_id", "reference_id", "position", "printed"),
        "The references of an approved edition never change.",
    )
    for word, table in (("review", "treatments_review"), ("audit", "treatments_auditentry")):
        sentence = f"The {word} record is only ever added to."
        for event in ("UPDATE", "DELETE"):
            yield Guard(f"{word}_{event.lower()}", table, event, "1 = 1", sentence)
    for table in (
        "edition",
        "contributor",
        "review",
        "citation",
        "auditentry",
        "comment",
        "rating",
    ):
        yield Guard(
            f"{table}_truncate",
            f"treatments_{table}",
            "TRUNCATE",
            "1 = 1",
            "This table is not emptied.",
        )


def _remarks():
    """What colleagues said stays as they said it; it goes with a draft that is discarded."""
    for table, words, sentence in (
        (
            "comment",
            changed("id", "edition_id", "author_id", "name", "text", "at", "sends_back"),
            "What somebody said stays as they said it. Write another comment.",
        ),
        ("rating", "1 = 1", "A rating never changes. Rate the text anew."),
    ):
        yield Guard(f"{table}_kept_as_written", f"treatments_{table}", "UPDATE", words, sentence)
        yield Guard(
            f"{table}_kept",
            f"treatments_{table}",
            "DELETE",
            "EXISTS (SELECT 1 FROM treatments_edition edition WHERE edition.id = OLD.edition_id)",
            "What somebody said about a text is kept for as long as the text stands.",
        )


def _images():
    proof = (
        "EXISTS (SELECT 1 FROM treatments_placement placement JOIN treatments_edition edition "
        "ON edition.id = placement.edition_id WHERE placement.image_id = OLD.{column} AND "
        "(edition.state = 'approved' OR EXISTS (SELECT 1 FROM treatments_review review "
        "WHERE review.edition_id = edition.id)))"
    )
    of_image, of_file = (proof.replace("{column}", column) for column in ("id", "image_id"))
    unchanging = "The pixels of a picture never change. Add the other one as a new picture."
    in_proof = "An approved text shows this picture, so it is kept."
    yield Guard("image_key_kept", "treatments_image", "UPDATE", changed("id", "key"), unchanging)
    yield Guard("image_kept", "treatments_image", "DELETE", of_image, in_proof)
    yield Guard("image_file_unchanged", "treatments_imagefile", "UPDATE", "1 = 1", unchanging)
    yield Guard("image_file_kept", "treatments_imagefile", "DELETE", of_file, in_proof)
    yield Guard(
        "image_file_added_late",
        "treatments_imagefile",
        "INSERT",
        of_file.replace("OLD", "NEW"),
        unchanging,
    )
    yield Guard(
        "placement_stays_in_place",
        "treatments_placement",
        "UPDATE",
        changed("id", "edition_id"),
        "A picture stands in one edition for good.",
    )
    yield from _frozen_with_edition(
        "placement",
        ("edition_id", "image_id", "position", "credit"),
        "The pictures of an approved edition never change.",
    )
    for table, also in (
        ("image", "kept.key = NEW.key"),
        ("imagefile", "kept.image_id = NEW.image_id AND kept.width = NEW.width"),
        (
            "placement",
            "kept.edition_id = NEW.edition_id AND "
            "(kept.image_id = NEW.image_id OR kept.position = NEW.position)",
        ),
    ):
        yield Guard(
            f"{table}_not_replaced",
            f"treatments_{table}",
            "INSERT",
            f"EXISTS (SELECT 1 FROM treatments_{table} kept WHERE kept.id = NEW.id OR {also})",
            "This row is there already and is not replaced.",
        )
        yield Guard(
            f"{table}_truncate",
            f"treatments_{table}",
            "TRUNCATE",
            "1 = 1",
            "This table is not emptied.",
        )


def _frozen_with_edition(word, columns, sentence):
    """Rows of an approved edition, which come with it: an imported one brings its own."""
    reviewed = "EXISTS (SELECT 1 FROM treatments_review WHERE edition_id = edition.id)"
    for event, row, also in (
        ("INSERT", "NEW", f"edition.origin <> 'imported' OR {reviewed}"),
        ("UPDATE", "OLD", changed(*columns)),
        ("DELETE", "OLD", "1 = 1"),
    ):
        yield Guard(
            f"{word}_frozen_{event.lower()}",
            f"treatments_{word}",
            event,
            f"EXISTS (SELECT 1 FROM treatments_edition edition WHERE edition.id = "
            f"{row}.edition_id AND edition.state = 'approved' AND ({also}))",
            sentence,
        )


def changed(*columns):
    """SQL, for either database, that holds where one of the columns gets another value."""
    return " OR ".join(f"NEW.{column} {{differs}} OLD.{column}" for column in columns)


def _in_words_of(vendor, condition):
    if vendor == "postgresql":  # its CURRENT_TIMESTAMP stands still within a transaction
        return condition.format(differs="IS DISTINCT FROM", now="clock_timestamp()")
    return condition.format(differs="IS NOT", now="CURRENT_TIMESTAMP")


def install(connection):
    """Make every guard anew on the tables that exist."""
    remove(connection)
    with connection.cursor() as cursor:
        for guard in _wanted(connection):
            for statement in _statements(connection.vendor, guard):
                cursor.execute(statement)


def remove(connection):
    """Drop every guard: before tables are remade, or a test database is emptied."""
    with connection.cursor() as cursor:
        for name, table in _found(connection, cursor):
            cursor.execute(
                f'DROP TRIGGER "{name}" ON "{table}"'
                if connection.vendor == "postgresql"
                else f'DROP TRIGGER "{name}"'
            )


def missing(connection):
    """Names of guards that the database lacks or has in an older wording, of existing tables."""
    with connection.cursor() as cursor:
        found = _found(connection, cursor)
    return [
        guard.name
        for guard in _wanted(connection)
        if found.get((_trigger(guard), guard.table)) != _stored(connection.vendor, guard)
    ]


def _trigger(guard):
    return f"guard_{guard.name}"


def _wanted(connection):
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if "treatments_edition" not in tables:
            return []
        columns = {
            table: _columns(connection, cursor, table)
            for table in ("treatments_edition", "treatments_auditentry")
        }
    return [
        guard
        for guard in guards(columns["treatments_edition"])
        if guard.table in tables
        and (not guard.needs or guard.needs in columns[guard.table])
        and (guard.event != "TRUNCATE" or connection.vendor == "postgresql")
    ]


def _columns(connection, cursor, table):
    described = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in described]


def _found(connection, cursor):
    """{(trigger, table): its text as the database keeps it}."""
    if connection.vendor == "postgresql":
        cursor.execute(
            "SELECT tgname, relname, prosrc FROM pg_trigger "
            "JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid "
            "WHERE tgname LIKE 'guard\\_%' AND NOT tgisinternal AND tgenabled <> 'D' "
            "AND pg_table_is_visible(tgrelid)"
        )
    else:
        cursor.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master "
            "WHERE type = 'trigger' AND name LIKE 'guard\\_%' ESCAPE '\\'"
        )
    return {(name, table): text for name, table, text in cursor.fetchall()}


def _stored(vendor, guard):
    return _body(guard) if vendor == "postgresql" else _statements(vendor, guard)[0]


def _body(guard):
    row = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(guard.event, "NEW")
    return (
        f"BEGIN IF {_in_words_of('postgresql', guard.condition)} THEN "
        f"RAISE EXCEPTION USING MESSAGE = '{guard.sentence}', "
        f"ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END"
    )


def _statements(vendor, guard):
    name = _trigger(guard)
    if vendor != "postgresql":
        return [
            f'CREATE TRIGGER "{name}" BEFORE {guard.event} ON "{guard.table}" '
            f"WHEN {_in_words_of(vendor, guard.condition)} "
            f"BEGIN SELECT RAISE(ABORT, '{guard.sentence}'); END"
        ]
    each = "STATEMENT" if guard.event == "TRUNCATE" else "ROW"
    return [
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$guard${_body(guard)}$guard$",
        f'CREATE TRIGGER "{name}" BEFORE {guard.event} ON "{guard.table}" '
        f'FOR EACH {each} EXECUTE FUNCTION "{name}"()',
    ]
