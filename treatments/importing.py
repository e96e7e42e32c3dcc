"""The rows that a source document becomes, made without a database."""

import html
import json
import re
from collections import Counter

from django.core import serializers
from django.core.exceptions import ValidationError
from taggit.models import Tag

from treatments import citations, code_systems, disclaimer, richtext, source_text
from treatments.models import (
    Citation,
    Code,
    DistinctiveWord,
    Edition,
    Page,
    PageTag,
    Reference,
    Synonym,
)
from treatments.models.editions import SHIPPED_LANGUAGES
from treatments.source_text import collapsed, notes, reference_keys, slug

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# The order in which rows can be loaded, and in which dumpdata writes them.
MODELS = (Tag, Reference, Page, PageTag, Code, Edition, Citation, Synonym, DistinctiveWord)


class Refused(ValueError):
    """A file cannot be read at all; the message names it and says what to mend."""


class Fixture:
    """The rows that a document becomes, or the problems that keep it from becoming any.

    `source` is the path of the text; its notes stand in a TOML file of the same name beside it.
    """

    def __init__(self, source):
        self.source = source
        self.beside = source.with_suffix(".toml")
        self.problems = []
        self.notices = []
        self.notes = _notes(self.beside)
        self.document = source_text.parse(_text(source), **self.notes.for_parsing())
        self.problems += map(self._at, self.document.problems)
        self.notices += map(self._at, self.document.notices)
        self.treatments = [self._treatment_note(section) for section in self.document.sections]
        self._check_notes()
        if not self.problems:
            self.rows = self._rows()
            self._check_rows()

    def _at(self, problem):
        return f"{self.source}:{problem.line}: {problem.sentence}"

    def _problem(self, line, sentence):
        self.problems.append(self._at(source_text.Problem(line, sentence)))

    def _fault(self, sentence):
        self.problems.append(f"{self.beside}: {sentence}")

    def file_name(self):
        return f"{self._topic_slug().replace('-', '_')}.json"

    def summary(self):
        counts = Counter(row._meta.model_name for row in self.rows)
        return ", ".join(f"{count} {name}" for name, count in counts.items())

    def text(self):
        """The rows as dumpdata writes them."""
        return serializers.serialize(
            "json",
            self.rows,
            indent=2,
            use_natural_foreign_keys=True,
            use_natural_primary_keys=True,
        )

    def check_neighbours(self, output):
        """Loading must not write over the pages and references of the fixtures beside it."""
        ours = {_identity(row): row["fields"] for row in json.loads(self.text())}
        for path in sorted(output.parent.glob("*.json")):
            if path.resolve() == output.resolve():
                continue
            for row in _fixture_rows(path):
                identity = _identity(row)
                if identity and ours.get(identity, row["fields"]) != row["fields"]:
                    self._fault(
                        f"The {identity[1]} “{identity[-1]}” stands in {path.name} too, and "
                        "differs: loading would write over it. Choose another slug or key."
                    )

    def _topic_slug(self):
        return self.notes.topic.slug or slug(self.document.heading.text)

    def _treatment_note(self, section):
        """The note of a section: the entry with its line, else the one with its heading."""
        named = [n for n in self.notes.treatments if collapsed(n.heading) == section.heading]
        found = [n for n in named if n.line == section.line] or [n for n in named if not n.line]
        if found:
            return found[0]
        return notes.TreatmentNote(heading=section.heading, line=section.line)

    def _treatment_slug(self, note):
        return note.slug or slug(note.heading)

    def _check_notes(self):
        for section, note in zip(self.document.sections, self.treatments, strict=True):
            self._check_kind(section, note)
        for note in self.notes.treatments:
            if not any(note is used for used in self.treatments):
                self._fault(self._unused(note))
        for note, count in Counter(self.treatments).items():
            if count > 1:
                self._fault(
                    f"“{note.heading}” stands {count} times in the text: write an entry with its "
                    "line for each."
                )
        self._check_references()
        for note in self.notes.terms:
            self._check_term(note)
        for note in self.notes.synonyms:
            self._check_synonym(note)
        self._check_distinctive_words()
        self._check_codes()
        self._check_words()
        self._notice_disclaimer()

    def _unused(self, note):
        at = f" in line {note.line}" if note.line else ""
        if any(note.heading == used.heading and note.line == used.line for used in self.treatments):
            return f"“{note.heading}” has two entries under [[treatments]]. Keep one."
        return f"“{note.heading}” is no heading of the text{at}."

    def _check_kind(self, section, note):
        if note.kind not in Page.TreatmentKind.values:
            kinds = ", ".join(f'"{kind}"' for kind in Page.TreatmentKind.values)
            has = f"the kind “{note.kind}” is not known" if note.kind else "a kind is missing"
            self._problem(
                section.line,
                f"“{section.heading}”: {has}. Under [[treatments]] in {self.beside.name}, with "
                f'heading = "{section.heading}", write kind = one of {kinds}.',
            )

    def _check_references(self):
        count = len(self.document.references)
        for number, times in Counter(note.number for note in self.notes.references).items():
            if not 1 <= number <= count:
                self._fault(f"[[references]] number = {number}: the text has {count} references.")
            if times > 1:
                self._fault(f"[[references]] number = {number} stands {times} times.")

    def _check_term(self, note):
        """The word and its meaning are the document's own, and stand in one paragraph."""
        paragraphs = self.document.paragraphs()
        first = next((p for p in paragraphs if source_text.holds(p, note.word)), None)
        if first is None:
            self._fault(f"[[terms]] word = “{note.word}”: no paragraph of the text has this word.")
        elif not self._explained(note):
            self._problem(
                first.line,
                f"“{note.word}”: no paragraph with this word has the words “{note.meaning}”, which "
                f"{self.beside.name} gives for its meaning. Give the text’s own words.",
            )

    def _check_synonym(self, note):
        """What is found by another word is called so by the document itself."""
        if not self._says(note.meaning):
            self._fault(
                f"[[synonyms]] words = “{note.words}”: no heading and no paragraph of the text has "
                f"the words “{note.meaning}”, which are given for their meaning."
            )

    def _check_distinctive_words(self):
        for words in self.notes.distinctive_words:
            if not self._says(words):
                self._fault(
                    f"distinctive_words: no heading and no paragraph of the text has “{words}”."
                )

    def _says(self, words):
        """Whether a heading or a paragraph of the text has these words, written so."""
        headings = [section.heading for section in self.document.sections]
        if self.document.heading:
            headings.append(self.document.heading.text)
        return any(words in collapsed(heading) for heading in headings) or any(
            source_text.holds(paragraph, words) for paragraph in self.document.paragraphs()
        )

    def _check_codes(self):
        for note in [self.notes.topic, *self.notes.treatments]:
            for code in note.codes:
                if code.system not in Code.System.values:
                    continue  # which is told with the columns
                try:
                    written = code_systems.canonical(code.system, code.code)
                except code_systems.Misshapen as misshapen:
                    self._fault(f"{code.system} {code.code}: {misshapen.sentence}")
                else:
                    if written != code.code:
                        self._fault(f"{code.system} {code.code}: write it as {written}.")

    def _explained(self, note):
        """The first paragraph that holds the word and its meaning, None where none does."""
        found = self.document.paragraphs()
        explained = (p for p in found if source_text.explains(p, note.word, note.meaning))
        return next(explained, None)

    def _term_slug(self, note):
        return note.slug or slug(note.word)

    def _check_words(self):
        slugs = [self._treatment_slug(note) for note in self.treatments]
        slugs += [self._term_slug(note) for note in self.notes.terms]
        if self.document.heading:
            slugs.append(self._topic_slug())
        for text in dict.fromkeys([*slugs, *self._keys()]):
            if not SLUG.fullmatch(text):
                self._fault(f"“{text}” is no slug: lower-case letters, digits and hyphens.")
        tags = self._tags()
        for name, times in Counter(slug(tag) for tag in tags).items():
            if times > 1 or not name:
                self._fault(f"Tags that differ in spelling only, or without letters: “{name}”.")
        if self.notes.language not in SHIPPED_LANGUAGES:
            self._fault(f"language has to be one of {', '.join(SHIPPED_LANGUAGES)}.")

    def _notice_disclaimer(self):
        found = self.document.disclaimer
        if found and found.text != disclaimer.words():
            sentence = (
                "This disclaimer is not in the fixture, and differs from the one that the portal "
                "shows on every page. Compare the two."
            )
            self.notices.append(self._at(source_text.Problem(found.line, sentence)))

    def _rows(self):
        tags = {name: Tag(name=name, slug=slug(name)) for name in self._tags()}
        references = self._references()
        pages = self._pages()
        editions = self._editions(pages, references)
        terms = self._terms()
        of_pages = [self.notes.topic, *self.treatments, *self.notes.terms]
        with_codes = [self.notes.topic, *self.treatments]
        cited = {reference.key: reference for reference in references}
        return [
            *tags.values(),
            *references,
            *pages,
            *terms,
            *(
                PageTag(content_object=page, tag=tags[name])
                for page, note in zip([*pages, *terms], of_pages, strict=True)
                for name in note.tags
            ),
            *(
                Code(page=page, system=code.system, code=code.code)
                for page, note in zip(pages, with_codes, strict=True)
                for code in note.codes
            ),
            *editions,
            *map(self._meaning, terms, self.notes.terms),
            *(citation for edition in editions for citation in _citations(edition, cited)),
            *(Synonym(words=note.words, meaning=note.meaning) for note in self.notes.synonyms),
            *(DistinctiveWord(words=words) for words in self.notes.distinctive_words),
        ]

    def _tags(self):
        of_pages = [self.notes.topic, *self.treatments, *self.notes.terms]
        return sorted({name for note in of_pages for name in note.tags})

    def _keys(self):
        """The key of each reference, in order: as the notes say, else derived."""
        chosen = {note.number: note.key for note in self.notes.references if note.key}
        derived = reference_keys(self.document.references)
        return [chosen.get(number, key) for number, key in enumerate(derived, 1)]

    def _references(self):
        remarks = {note.number: note.note for note in self.notes.references}
        return [
            Reference(
                key=key,
                source_text=source.text,
                authors=source.authors,
                title=source.title,
                journal=source.journal,
                year=source.year,
                volume=source.volume,
                issue=source.issue,
                pages=source.pages,
                note=remarks.get(source.number, ""),
            )
            for source, key in zip(self.document.references, self._keys(), strict=True)
        ]

    def _pages(self):
        topic = Page(kind=Page.Kind.TOPIC, slug=self._topic_slug())
        treatments = [
            Page(
                kind=Page.Kind.TREATMENT,
                slug=self._treatment_slug(note),
                topic=topic,
                position=position,
                treatment_kind=note.kind,
            )
            for position, note in enumerate(self.treatments, 1)
        ]
        return [topic, *treatments]

    def _terms(self):
        return [
            Page(
                kind=Page.Kind.TERM,
                slug=self._term_slug(note),
                other_spellings="\n".join(note.spellings),
            )
            for note in self.notes.terms
        ]

    def _meaning(self, term, note):
        return Edition(
            **self._imported(term, self._explained(note).line),
            title=note.word,
            summary=note.meaning,
        )

    def _editions(self, pages, references):
        document = self.document
        topic, *treatments = pages
        first = self._edition(topic, document.heading, document.introduction, references)
        first.overline = "\n".join(line.text for line in document.navigation)
        heading = document.references_heading
        if heading and heading.restored:
            first.note += f" {self._restored(heading)}"
        return [first] + [
            self._edition(
                page,
                source_text.Line(section.line, section.heading, section.restored),
                section.paragraphs,
                references,
            )
            for page, section in zip(treatments, document.sections, strict=True)
        ]

    def _edition(self, page, heading, paragraphs, references):
        edition = Edition(
            **self._imported(page, heading.line),
            title=heading.text,
            body="\n".join(_html(paragraph, references) for paragraph in paragraphs),
        )
        if heading.restored:
            edition.note += f" {self._restored(heading)}"
        return edition

    def _imported(self, page, line):
        """What all editions of this document have in common, and the line where one begins."""
        return {
            "page": page,
            "language": self.notes.language,
            "number": 1,
            "state": Edition.State.APPROVED,
            "origin": Edition.Origin.IMPORTED,
            "note": f"Imported from {self.source.name}, line {line}.",
            "provenance": self.notes.provenance,
            "publish_at": Edition.ALWAYS,
        }

    def _restored(self, heading):
        because = next(n.because for n in self.notes.restored if n.line == heading.line)
        return f"The text lacks the heading “{heading.text}”; it was restored because {because}."

    def _check_rows(self):
        """Rows are unlike, fit their columns, and hold what the cleaner would make of them."""
        keys = Counter((row._meta.verbose_name, *row.natural_key()) for row in self.rows)
        for (name, *key), times in keys.items():
            if times > 1:
                self._fault(f"{times} rows would be the same {name}: {', '.join(map(str, key))}.")
        for row in self.rows:
            relations = [field.name for field in row._meta.fields if field.is_relation]
            try:
                row.clean_fields(exclude=relations)
            except ValidationError as error:
                for name, sentences in error.message_dict.items():
                    self._fault(f"{row._meta.verbose_name} “{row}”, {name}: {sentences[0]}")
            if isinstance(row, Edition) and richtext.clean(row.body) != row.body:
                self._fault(f"The text of “{row.title}” does not pass the cleaner unchanged.")


def _identity(row):
    """What loading recognises a page, reference or tag by; None for other rows."""
    fields = row["fields"]
    if row["model"] == "treatments.page":
        return row["model"], fields["kind"], fields["slug"]
    if row["model"] == "treatments.reference":
        return row["model"], "reference", fields["key"]
    if row["model"] == "taggit.tag":
        return row["model"], "tag", fields["slug"]
    return None


def _fixture_rows(path):
    """The rows of a JSON file; none where it is no fixture."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    rows = found if isinstance(found, list) else []
    return [row for row in rows if isinstance(row, dict) and {"model", "fields"} <= row.keys()]


def _text(path):
    try:
        return source_text.decode(path.read_bytes())
    except source_text.Unreadable as error:
        raise Refused(f"{path}:{error.line}: {error}") from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None


def _notes(path):
    try:
        return notes.read(_text(path))
    except notes.Refused as refused:
        sentences = (f"{path}: {sentence}" for sentence in refused.sentences)
        raise Refused("\n".join(sentences)) from None


def _html(paragraph, references):
    """A paragraph as the editor would store it; neighbouring numbers are neighbouring markers."""
    return f"<p>{''.join(_part(part, references) for part in paragraph.parts)}</p>"


def _part(part, references):
    if isinstance(part, str):
        return html.escape(part, quote=False)
    cited = [references[number - 1] for number in part.numbers]
    return "".join(citations.marker(reference.key, reference.label()) for reference in cited)


def _citations(edition, references):
    return [
        Citation(
            edition=edition,
            reference=references[key],
            position=position,
            printed=references[key].printed(),
        )
        for position, key in enumerate(citations.keys(edition.body), 1)
    ]
