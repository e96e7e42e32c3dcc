"""The door: words in, the live texts that answer them out."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection, models
from django.db.models import Case, Expression, F, Value, When
from django.db.models.expressions import RawSQL
from django.utils import timezone

from treatments.models import Edition, Page, Review
from treatments.search import index, ranking

# How many editions the database hands over: of those with all words in the title, with all words,
# and, where fewer than FEW have all, with one of them.
TITLED, WHOLE, PARTLY, FEW = 20, 40, 10, 15
TOPICS = 3  # named where nothing is found

LONGEST = ranking.LONGEST
Part = ranking.Part


class Found(NamedTuple):
    """What the database hands over of an edition, in the order of `_columns`."""

    pk: int
    title: str
    summary: str
    body: str  # of a term alone: the rest of what is shown stands in the entry
    page: int
    kind: str
    slug: str
    other_spellings: str
    due_by: Any  # the day of its last review, as the database writes it, or None
    topic: str | None
    entry: str

    def edition(self):
        """The edition with its page, and with `due_by`; other columns are asked for when used."""
        page = _instance(Page, id=self.page, **{name: getattr(self, name) for name in _OF_PAGE})
        shown = {name: getattr(self, name) for name in _OF_EDITION}
        if self.kind == Page.Kind.TERM:
            shown["body"] = self.body
        edition = _instance(Edition, id=self.pk, page_id=self.page, **shown)
        edition.page = page
        edition.due_by = _DUE_BY.to_python(self.due_by)
        return edition


_OF_PAGE = ["kind", "slug", "other_spellings"]
_OF_EDITION = ["title", "summary"]
_DUE_BY = Review._meta.get_field("due_by")


def _instance(model, **shown):
    names = [one.attname for one in model._meta.concrete_fields if one.attname in shown]
    return model.from_db(connection.alias, names, [shown[name] for name in names])


@dataclass(frozen=True)
class Hit:
    """An edition that answers, with its page; `why` says where: "title", "tag", "text".

    `topic` is the live title of the page's topic, "" where there is none.
    """

    found: Found
    match: ranking.Match

    @functools.cached_property
    def edition(self) -> Edition:
        return self.found.edition()

    @property
    def topic(self) -> str:
        return self.found.topic or ""

    @property
    def why(self) -> tuple[str, ...]:
        return self.match.why

    @functools.cached_property
    def parts(self) -> list[Part]:
        """The sentence that matched, the matching words apart; empty where a text has none."""
        return ranking.shown(self.match)

    @property
    def sentence(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True)
class Tagged:
    name: str
    slug: str


@dataclass
class Answer:
    """All that is told of what somebody typed.

    `hits` are topics and treatments, the best first, and `more` says that there are more than
    those; `terms` are editions of glossary terms whose word was typed. `corrected` and `rest`
    are other searches to offer, "" where there is none; `missing` are words that no text has.
    `topics` are live topics to begin with.
    """

    hits: list[Hit] = field(default_factory=list)
    more: bool = False
    terms: list[Edition] = field(default_factory=list)
    tags: list[Tagged] = field(default_factory=list)
    corrected: str = ""
    missing: list[str] = field(default_factory=list)
    rest: str = ""
    topics: list[Edition] = field(default_factory=list)


def find(words, *, language, at=None, guessing=True):
    """The Hits of live topics and treatments, the best first. `at` is an aware datetime, or now.

    With `guessing` False only texts with the very words answer, inflected or not: no slip of the
    keyboard is mended, and no synonym stands in.
    """
    return answer(words, language=language, at=at, guessing=guessing).hits


def answer(typed, *, language, at=None, guessing=True):
    """The Answer to what somebody typed, whatever that is. Costs two queries at most."""
    groups = _understood(typed) if guessing else ranking.read(typed)
    rows = _ask(LIVE, groups, language=language, at=at or timezone.now())
    texts = [(row, index.read(row.entry)) for row in map(Found._make, rows)]
    ranked = ranking.rank(groups, texts, typed)
    hits = [Hit(row, match) for row, match in ranked.matches if row.kind != Page.Kind.TERM]
    return Answer(
        hits=hits[:WHOLE],
        more=len(hits) > WHOLE,
        terms=[
            row.edition()
            for row, match in ranked.matches
            if row.kind == Page.Kind.TERM and _is_named(match)
        ],
        tags=_tags(ranked),
        corrected=ranked.corrected,
        missing=ranked.missing,
        rest=ranked.rest,
        topics=[row.edition() for row, _ in texts if row.kind == Page.Kind.TOPIC][:TOPICS],
    )


def pages(typed, *, language):
    """The numbers of pages with an edition, of any state, that answers; the best first.

    For staff alone, who see drafts. Costs two queries at most.
    """
    groups = _understood(typed)
    if not groups:
        return []
    rows = _ask(STAFF, groups, language=language)
    texts = [(page, index.read(entry)) for page, entry in rows]
    ranked = ranking.rank(groups, texts, typed)
    return list(dict.fromkeys(page for page, _ in ranked.matches))


def _understood(typed):
    """The groups of what was typed with all that may answer them; empty where nothing can."""
    groups = ranking.read(typed)
    if groups:
        known = ranking.Known({}, [])
        for spelling, form, key in index.known(connection, ranking.spellings(groups)):
            if spelling is None:
                known.synonyms.append((tuple(form.split()), tuple(key.split())))
            else:
                known.forms.setdefault(spelling, []).append((form, key))
        ranking.widen(groups, known)
    return groups


# Asking the database


class Given(Expression):
    """A value that a query gets each time it is asked, by the name that stands for it.

    Django takes longer to write the query of a search than the database to answer it. So it is
    written once for all searches of one shape, and none of them is in it.
    """

    def __init__(self, name, output_field=None):
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


_AT, _LANGUAGE = Given("at", models.DateTimeField()), Given("language", models.CharField())


class Scope(NamedTuple):
    """Editions to search among, and what is told of them; `times` as many as patients see."""

    editions: Callable[[], models.QuerySet]
    told: Callable[[models.QuerySet, "_Condition"], models.QuerySet]
    times: int = 1


def _columns(editions, condition):
    """What a Found is made of."""
    of_term = When(page__kind=Page.Kind.TERM, then="body")
    body = Case(of_term, default=Value(""), output_field=models.TextField())
    return editions.with_review(_AT).values_list(
        *("pk", *_OF_EDITION),
        body,
        *("page", *(f"page__{name}" for name in _OF_PAGE)),
        F("due_by"),
        condition.title_of_topic(),
        _ENTRY,
    )


_ENTRY = RawSQL(f"SELECT entry FROM {index.TEXTS} WHERE rowid = treatments_edition.id", [])

LIVE = Scope(lambda: Edition.objects.live(_AT).filter(language=_LANGUAGE), _columns)
STAFF = Scope(
    lambda: Edition.objects.filter(language=_LANGUAGE),
    lambda editions, condition: editions.values_list("page", _ENTRY),
    times=10,  # the admin shows long lists
)


def _ask(scope, groups, **given):
    """Rows of editions that may answer the groups, and of the topics to begin with.

    Those with all words in the title come first, then those with all words, then those
    with each word: no more of each than one can read, whatever the number of texts.
    """
    expressions, limits = _expressions(groups) if groups else ([], [])
    sql, params = _written(connection.vendor, scope, tuple(limits))
    if "at" in given:
        given["at"] = _AT.output_field.get_db_prep_value(given["at"], connection)
    given |= dict(enumerate(expressions))
    asked = [given[one.name] if isinstance(one, Given) else one for one in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return cursor.fetchall()


def _expressions(groups):
    """What an edition may have, in the database's words, and how many that have it are looked at.

    The first is all words, anywhere.
    """
    write = functools.partial(index.expression, connection.vendor)
    wanted = [group for group in groups if not group.filler]
    asked = [(write(wanted), WHOLE + 1), (write(wanted, prefix=index.TITLE), TITLED)]
    if any(one.guessed for group in wanted for one in group.alternatives):
        asked.append((write(wanted, guesses=False), TITLED))
    if len(wanted) > 1:
        asked.append((write(wanted, prefix=index.TITLE, some=True), PARTLY))
        asked += [(write([group]), PARTLY) for group in wanted]
    return zip(*asked, strict=True)


@functools.lru_cache(maxsize=100)
def _written(vendor, scope, limits):
    """The query for as many expressions as there are limits, and its params, some of them Given."""
    condition = _Condition(scope.editions())
    topics, of_topics = condition.topics()
    if limits:
        ask = f"SELECT id FROM ({index.FOUND[vendor]}) AS found WHERE {condition.sql} LIMIT"
        # Where enough have all words, none is looked for that has only some. Each LIMIT is a
        # number: PostgreSQL takes a query whose limits it cannot foresee for a costly one, and
        # compiles it for 200 ms.
        fewer = f"WHERE (SELECT count(*) FROM whole) < {FEW * scope.times}"
        asks = [
            f"SELECT id FROM ({ask} {most * scope.times}) AS a{i} {fewer if most == PARTLY else ''}"
            for i, most in enumerate(limits[1:])
        ]
        topics = " UNION ".join(
            [
                f"WITH whole AS ({ask} {limits[0] * scope.times}) SELECT id FROM whole",
                *asks,
                f"SELECT id FROM ({topics}) AS topics",
            ]
        )
    given = [one for i in range(len(limits)) for one in (Given(i), *condition.params)]
    rows = Edition.objects.filter(pk__in=RawSQL(topics, [*given, *of_topics]))
    return scope.told(rows, condition).query.sql_with_params()


class _Condition:
    """That an edition is one to search among, for queries that call it `found`."""

    def __init__(self, editions):
        # As EXISTS, so that the database looks at no more editions than it hands over.
        chosen = editions.filter(pk=RawSQL("found.id", [])).values("pk")
        sql, self.params = chosen.query.sql_with_params()
        self.sql = f"EXISTS ({sql})"

    def topics(self):
        """SQL of the first topics' numbers, in their order, and its params."""
        return (
            "SELECT found.id FROM treatments_edition AS found JOIN treatments_page AS page "
            f"ON page.id = found.page_id AND page.kind = %s WHERE {self.sql} "
            f"ORDER BY page.position, page.id LIMIT {TOPICS}",
            [Page.Kind.TOPIC, *self.params],
        )

    def title_of_topic(self):
        """An expression for queries of editions with their pages: the title of the page's topic."""
        return RawSQL(
            "SELECT found.title FROM treatments_edition AS found "
            f"WHERE found.page_id = treatments_page.topic_id AND {self.sql} LIMIT 1",
            self.params,
        )


def _is_named(match):
    """Whether all words of the title, or of another spelling of it, were looked for."""
    lines = [match.entry.title, *match.entry.spellings]
    return any(line.split() and match.keys.issuperset(line.split()) for line in lines)


def _tags(ranked):
    """The tags, of the texts found, whose whole name was looked for."""
    found = {
        slug: Tagged(name, slug)
        for _, match in ranked.matches
        for name, slug, line in match.entry.tags
        if line.split() and match.keys.issuperset(line.split())
    }
    return sorted(found.values(), key=lambda tag: tag.name)
