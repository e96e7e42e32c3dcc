"""Make everything ready that is not, then serve the portal."""

import contextlib
import errno
import fcntl
import hashlib
import os
import socket
import sys

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, IntegrityError, connection, connections
from taggit.models import Tag

from eduportal import invitation
from eduportal.health import unapplied
from treatments import guards, permitting, search
from treatments.leaflets import printing
from treatments.models import Page, Reference, audited

FIXTURE = "cancer_pain"
TURN = 7_205_160_114  # any number: nodes that start at once on one PostgreSQL wait by it
SUPERUSER = ("DJANGO_SUPERUSER_USERNAME", "DJANGO_SUPERUSER_PASSWORD", "DJANGO_SUPERUSER_EMAIL")


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def handle(self, *args, **options):
        os.umask(0o077)  # what is kept is the portal's user's alone; the server inherits this
        self.say(f"Settings: {settings.SITE_URL}, data in {settings.DATA_DIR}")
        self.check()
        refuse_taken_port(settings.HOST, settings.PORT)
        refuse_files_of_others(sqlite_file())
        with folder_sentences(), database_sentences(), one_at_a_time():
            refuse_damage(connection)
            self.migrate()
            self.check(tags=["database"], databases=["default"])
            self.load_texts()
            self.create_administrator()
            self.collect_static_files()
            self.invite()
        self.say_what_leaflets_need()
        self.say("Starting the server; Ctrl-C stops it.")
        run_server()

    def say(self, sentence):
        self.stdout.write(sentence)
        self.stdout.flush()

    def migrate(self):
        """Migrate where a migration is unapplied; mend the guards, and the index of the search."""
        whole = not guards.missing(connection) and search.lacking(connection) == 0
        if unapplied(connection) or not whole:
            self.say("Preparing the database …")
            call_command("migrate", skip_checks=True, interactive=False, verbosity=0)

    def load_texts(self):
        if not any(model.objects.exists() for model in (Page, Reference, Tag)):
            self.say("Loading the texts …")
            call_command("loaddata", FIXTURE, verbosity=0)
            call_command("readability_report", quiet=True, verbosity=0)

    def create_administrator(self):
        """Create the account of DJANGO_SUPERUSER_* unless its name is taken; change nothing."""
        User = get_user_model()
        name = settings.DJANGO_SUPERUSER_USERNAME
        if name and not User.objects.filter(username__iexact=name).exists():
            user = valid_administrator()
            with contextlib.suppress(IntegrityError):
                with audited():
                    user.save()
                    permitting.record_person(user=user, by=None)
                self.say(f"Created the administrator {name}.")

    def collect_static_files(self):
        digest = digest_of_sources()
        kept = settings.DATA_DIR / "static.digest"
        if settings.STATIC_ROOT.is_dir() and kept.exists() and kept.read_text() == digest:
            return
        self.say("Collecting static files …")
        kept.unlink(missing_ok=True)
        try:
            call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
        except ValueError as missing:  # a stylesheet names a file that is not there
            raise ImproperlyConfigured(f"Static files: {missing}") from missing
        kept.write_text(digest)

    def say_what_leaflets_need(self):
        if not printing.is_installed():
            self.say(f"Leaflets need Pango; as root, type: apt-get install {printing.PACKAGES}")

    def invite(self):
        if not invitation.staff_who_can_sign_in().exists():
            self.say("Nobody can sign in yet.")
            call_command("invite", stdout=self.stdout)


def refuse_taken_port(host, port):
    """Raise ImproperlyConfigured where a program listens already: granian would share the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            raise ImproperlyConfigured(_unbound(error, host, port)) from error


def _unbound(error, host, port):
    if error.errno == errno.EADDRINUSE:
        return f"PORT {port} is taken by another program. Stop that one, or write another PORT."
    if error.errno == errno.EACCES:
        return f"PORT {port} needs root. Write a PORT above 1023."
    return f"HOST {host} cannot be listened at: {error.strerror}. Write an address of this machine."


def sqlite_file():
    """The path of SQLite's file; None with PostgreSQL."""
    return None if settings.DATABASE_GIVEN else settings.DATABASES["default"]["NAME"]


def refuse_files_of_others(database):
    """Raise ImproperlyConfigured where this user may not write SQLite's files."""
    paths = [f"{database}{ending}" for ending in ("", "-wal", "-shm")] if database else []
    for path in filter(os.path.exists, paths):
        if not os.access(path, os.R_OK | os.W_OK):
            raise ImproperlyConfigured(f"DATA_DIR {path} {_unwritable(path)}")


def _unwritable(path):
    if os.stat(path).st_uid == os.geteuid():
        return f"is write-protected: type: chmod u+rw {path}"
    change = f"chown -R {os.geteuid()} {settings.DATA_DIR}"
    return f"belongs to another user: as root, type: {change}"


def refuse_damage(database):
    """Raise ImproperlyConfigured where SQLite finds its own file damaged."""
    if database.vendor != "sqlite":
        return
    with database.cursor() as cursor:
        said = " ".join(cursor.execute("PRAGMA quick_check(1)").fetchone()[0].split())
    if said != "ok":
        raise ImproperlyConfigured(
            f"DATA_DIR {settings.DATA_DIR}: the database is damaged: {said}. "
            "Put a backup in its place, as docs/operating.md says under “Restoring”."
        )


@contextlib.contextmanager
def folder_sentences():
    """Turn what the system says of a file into one sentence that names the setting."""
    try:
        yield
    except OSError as error:
        found = f"{error.filename}: " if error.filename else ""
        raise ImproperlyConfigured(
            f"DATA_DIR {settings.DATA_DIR}: {found}{error.strerror or error}. "
            "Let the portal's user write there, and see that the disk has room."
        ) from error


@contextlib.contextmanager
def database_sentences():
    """Turn what a database driver says into one sentence that names the setting."""
    try:
        yield
    except DatabaseError as error:
        said = str(error).strip().splitlines()[0]
        name = "DATABASE_URL" if settings.DATABASE_GIVEN else f"DATA_DIR {settings.DATA_DIR}"
        raise ImproperlyConfigured(f"{name}: the database cannot be used: {said}") from error


@contextlib.contextmanager
def one_at_a_time():
    """Wait while another start prepares the same folder or the same database."""
    with open(settings.DATA_DIR / "serve.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connect(connection)
        with _turn_of_nodes():
            yield


def connect(database):
    """Open the connection, or raise ImproperlyConfigured with the setting's name."""
    try:
        database.ensure_connection()
    except ImproperlyConfigured as error:  # Django's own sentence names no setting
        raise ImproperlyConfigured(f"DATABASE_URL cannot be used: {error}") from error


@contextlib.contextmanager
def _turn_of_nodes():
    if connection.vendor != "postgresql":
        yield
        return
    # A connection of its own keeps the lock: loaddata closes the usual one.
    with contextlib.closing(connection.copy()) as own, own.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
        yield


def valid_administrator():
    """The administrator of DJANGO_SUPERUSER_*, not saved; ImproperlyConfigured by setting."""
    name, password, email = (getattr(settings, setting) for setting in SUPERUSER)
    user = get_user_model()(username=name, email=email, is_staff=True, is_superuser=True)
    user.set_password(password)
    try:
        user.clean_fields()
    except ValidationError as error:
        wrong = error.message_dict.items()
        lines = [_refusal(f"DJANGO_SUPERUSER_{field.upper()}", said) for field, said in wrong]
        raise ImproperlyConfigured("\n".join(lines)) from error
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ImproperlyConfigured(_refusal("DJANGO_SUPERUSER_PASSWORD", error.messages)) from error
    return user


def _refusal(name, sentences):
    return f"{name} is refused. {' '.join(sentences)}"


def digest_of_sources():
    """A digest of the files that collectstatic would read: path, size and time of change."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda found: found[0]):
            found = os.stat(storage.path(path))
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def run_server():
    """Become the server. It needs no password of an administrator."""
    connections.close_all()
    for name in SUPERUSER:
        os.environ.pop(name, None)
    os.chdir(settings.BASE_DIR)
    sys.stdout.flush()
    module = ["-m", "eduportal.server", settings.HOST, str(settings.PORT), settings.SITE_URL]
    module.append(str(sqlite_file() or ""))
    os.execv(sys.executable, [sys.executable, *module])  # noqa: S606 – no shell is wanted
