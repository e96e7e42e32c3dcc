"""The door: words in, the live texts that answer them out."""

import functools
from dataclasses import dataclass, field

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from treatments.models import Edition, Page
from treatments.search import index, ranking

# How many editions the database hands over: of those with all words in the title, with all words,
# and, where fewer than FEW have all, with one of them.
TITLED, WHOLE, PARTLY, FEW = 20, 40, 10, 15
TOPICS = 3  # named where nothing is found
STAFF = 10  # times as many for the admin, which shows long lists

SHOWN = [
    *("number", "language", "title", "summary", "origin"),
    *("page__kind", "page__slug", "page__treatment_kind"),
]
LONGEST = ranking.LONGEST
Part = ranking.Part


@dataclass(frozen=True)
class Hit:
    """An edition that answers, with its page; `why` says where: "title", "tag", "text".

    `topic` is the live title of the page's topic, "" where there is none.
    """

    edition: Edition
    match: ranking.Match
    topic: str = ""

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
    at = at or timezone.now()
    live = Among(Edition.objects.live(at).filter(language=language))
    groups = _understood(typed) if guessing else ranking.read(typed)
    rows = live.answering(groups) if groups else live.topics()
    rows = rows.with_review(at).select_related("page").only(*SHOWN)
    rows = rows.annotate(entry=_ENTRY, topic_title=live.title_of_topic())
    texts = [(edition, index.from_json(edition.entry)) for edition in rows]
    ranked = ranking.rank(groups, texts, typed)
    hits = [
        Hit(edition, match, edition.topic_title or "")
        for edition, match in ranked.matches
        if edition.page.kind != Page.Kind.TERM
    ]
    return Answer(
        hits=hits[:WHOLE],
        more=len(hits) > WHOLE,
        terms=[
            edition
            for edition, match in ranked.matches
            if edition.page.kind == Page.Kind.TERM and _is_named(match)
        ],
        tags=_tags(ranked),
        corrected=ranked.corrected,
        missing=ranked.missing,
        rest=ranked.rest,
        topics=[edition for edition, _ in texts if edition.page.kind == Page.Kind.TOPIC][:TOPICS],
    )


def pages(typed, *, language):
    """The numbers of pages with an edition, of any state, that answers; the best first.

    For staff alone, who see drafts. Costs two queries at most.
    """
    groups = _understood(typed)
    if not groups:
        return []
    editions = Among(Edition.objects.filter(language=language))
    rows = editions.answering(groups, times=STAFF)
    found = rows.annotate(entry=_ENTRY).values_list("page", "entry")
    texts = [(page, index.from_json(entry)) for page, entry in found]
    ranked = ranking.rank(groups, texts, typed)
    return list(dict.fromkeys(page for page, _ in ranked.matches))


_ENTRY = RawSQL(f"SELECT entry FROM {index.TEXTS} WHERE rowid = treatments_edition.id", [])


def _understood(typed):
    """The groups of what was typed with all that may answer them; empty where nothing can."""
    groups = ranking.read(typed)
    if groups:
        found = index.known(connection, ranking.spellings(groups))
        known = ranking.Known(
            forms=[(form, key) for form, key, is_synonym in found if not is_synonym],
            synonyms=[
                (tuple(typed.split()), tuple(meant.split()))
                for typed, meant, is_synonym in found
                if is_synonym
            ],
        )
        ranking.widen(groups, known)
    return groups


class Among:
    """Editions to search among, as a condition that is written once and asked often.

    To write it takes Django longer than the database takes to answer it.
    """

    def __init__(self, editions):
        # As EXISTS, so that the database looks at no more editions than it hands over.
        chosen = editions.filter(pk=RawSQL("found.id", [])).values("pk")
        sql, self.params = chosen.query.sql_with_params()
        self.condition = f"EXISTS ({sql})"

    def answering(self, groups, times=1):
        """Editions that may answer the groups, and the topics to begin with.

        Those with all words in the title come first, then those with all words, then those
        with each word: no more of each than one can read, whatever the number of texts.
        """
        vendor = connection.vendor
        wanted = [group for group in groups if not group.filler]
        whole, *asked = [
            (index.expression(vendor, wanted), WHOLE + 1),
            (index.expression(vendor, wanted, prefix=index.TITLE), TITLED),
        ]
        if any(one.guessed for group in wanted for one in group.alternatives):
            asked.append((index.expression(vendor, wanted, guesses=False), TITLED))
        if len(wanted) > 1:
            asked.append((index.expression(vendor, wanted, prefix=index.TITLE, some=True), PARTLY))
            asked += [(index.expression(vendor, [group]), PARTLY) for group in wanted]
        ask = f"SELECT id FROM ({index.FOUND[vendor]}) AS found WHERE {self.condition} LIMIT"
        # Where enough have all words, none is looked for that has only some. Each LIMIT is a
        # number: PostgreSQL takes a query whose limits it cannot foresee for a costly one, and
        # compiles it for 200 ms.
        fewer = f"WHERE (SELECT count(*) FROM whole) < {FEW * times}"
        asks = [
            f"SELECT id FROM ({ask} {most * times}) AS a{i} {fewer if most == PARTLY else ''}"
            for i, (_, most) in enumerate(asked)
        ]
        topics, of_topics = self._topics()
        union = " UNION ".join(
            [
                f"WITH whole AS ({ask} {whole[1] * times}) SELECT id FROM whole",
                *asks,
                f"SELECT id FROM ({topics}) AS topics",
            ]
        )
        given = [value for text, _ in (whole, *asked) for value in (text, *self.params)]
        return Edition.objects.filter(pk__in=RawSQL(union, [*given, *of_topics]))

    def topics(self):
        """The first topics, in their order."""
        return Edition.objects.filter(pk__in=RawSQL(*self._topics()))

    def _topics(self):
        return (
            "SELECT found.id FROM treatments_edition AS found JOIN treatments_page AS page "
            f"ON page.id = found.page_id AND page.kind = %s WHERE {self.condition} "
            f"ORDER BY page.position, page.id LIMIT {TOPICS}",
            [Page.Kind.TOPIC, *self.params],
        )

    def title_of_topic(self):
        """An expression for queries of editions with their pages: the title of the page's topic."""
        return RawSQL(
            "SELECT found.title FROM treatments_edition AS found "
            f"WHERE found.page_id = treatments_page.topic_id AND {self.condition} LIMIT 1",
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
