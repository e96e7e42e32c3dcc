"""`manage.py serve`: from nothing to a running portal, again and again."""

import contextlib
import errno
import fcntl
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import ConnectionHandler, OperationalError, connection
from django.test import override_settings
from taggit.models import Tag

from eduportal import environment, server
from eduportal.management.commands import serve
from treatments.models import Page

User = get_user_model()
GOOD = "quiet harbour lamp 42"
READY = "The portal is ready: "


class Start:
    """A start of the portal as somebody types it, in a session of its own like a terminal's."""

    def __init__(self, data_dir, command=("manage.py", "serve"), **written):
        self.port = free_port()
        environment = {"DATA_DIR": str(data_dir), "PORT": str(self.port), **written}
        began = time.monotonic()
        self.process = subprocess.Popen(
            command if command[0] == "make" else [sys.executable, *command],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith(READY):
                break
        self.seconds = time.monotonic() - began

    @property
    def said(self):
        return "\n".join(self.lines)

    def status(self, address):
        visit = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            visit.request("GET", address)
            return visit.getresponse().status
        finally:
            visit.close()

    def stop(self, how=os.kill, sign=signal.SIGTERM):
        """End it; whatever it still says is added to its lines."""
        how(self.process.pid, sign)
        rest, _ = self.process.communicate(timeout=20)
        self.lines += rest.splitlines()
        return self.process.returncode


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """A first start, and a second one on what was backed up meanwhile; what was seen of both."""
    data = tmp_path_factory.mktemp("installation") / "data"
    data.mkdir(mode=0o755)
    administrator = {"DJANGO_SUPERUSER_USERNAME": "ana", "DJANGO_SUPERUSER_PASSWORD": GOOD}
    seen = SimpleNamespace(first=Start(data, **administrator))
    seen.pages = {
        address: seen.first.status(address)
        for address in (
            "/",
            "/livez",
            "/readyz",
            "/topics/cancer-pain/?q=fentanyl",
            "/gone/?q=fentanyl",
        )
    }
    backed_up = back_up(data / "db.sqlite3")
    seen.first.code = seen.first.stop()
    seen.stopped = {path: path.stat().st_mode for path in data.rglob("*") if path.is_file()}
    seen.copy = shutil.copy(data / "db.sqlite3", data.parent / "copy.sqlite3")
    shutil.copy(backed_up, data / "db.sqlite3")
    seen.second = Start(data, **{**administrator, "DJANGO_SUPERUSER_PASSWORD": "short"})
    seen.restored = seen.second.status("/topics/cancer-pain/"), seen.second.status("/readyz")
    seen.second.code = seen.second.stop(os.killpg, signal.SIGINT)
    seen.killed = Start(data)
    seen.killed.stop(sign=signal.SIGKILL)
    seen.data = data
    return seen


def back_up(database):
    """What `.backup` of Debian's sqlite3 does while the portal runs."""
    path = database.parent.parent / "backup.sqlite3"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return path


def test_the_first_start_says_what_it_does_and_ends_with_the_address(twice):
    sentences = [line for line in twice.first.lines if not line.startswith("{")]
    assert sentences[1:7] == [
        "Preparing the database …",
        "Loading the texts …",
        "Created the administrator ana.",
        "Collecting static files …",
        "Starting the server; Ctrl-C stops it.",
        f"{READY}http://127.0.0.1:{twice.first.port}/",
    ]


def test_what_the_first_start_did_is_in_the_log_as_json(twice):
    told = [json.loads(line) for line in twice.first.lines if line.startswith("{")]
    assert [(entry["action"], entry["place"].partition(",")[0]) for entry in told] == [
        ("load fixture", "command line: serve"),
        ("add person", "command line: serve"),
    ]


def test_the_first_start_serves_the_texts(twice):
    assert twice.pages == {
        "/": 200,
        "/livez": 200,
        "/readyz": 200,
        "/topics/cancer-pain/?q=fentanyl": 200,
        "/gone/?q=fentanyl": 404,
    }


def test_nothing_that_was_asked_for_is_written_down(twice):
    assert "Not Found: /gone/" in twice.first.said
    assert "fentanyl" not in twice.first.said


def test_the_second_start_repeats_nothing(twice):
    assert "…" not in twice.second.said
    assert twice.second.lines[-2].startswith(READY)


def test_a_restored_backup_serves_the_texts(twice):
    assert twice.restored == (200, 200)


def test_after_a_clean_stop_the_database_is_one_whole_file(twice):
    assert [path.name for path in twice.stopped if "sqlite3" in path.name] == ["db.sqlite3"]
    with closing(sqlite3.connect(twice.copy)) as database:
        users = database.execute("SELECT username FROM treatments_user").fetchall()
        assert users == [("ana",)]
        assert database.execute("SELECT count(*) FROM treatments_page").fetchone()[0] > 0


def test_what_is_kept_is_the_owners_alone_even_in_an_open_folder(twice):
    assert twice.data.stat().st_mode & 0o777 == 0o755
    modes = {path.name: mode & 0o077 for path, mode in twice.stopped.items()}
    kept = ("db.sqlite3", "secret_key", "serve.lock", "static.digest")
    assert {name: modes[name] for name in kept} == dict.fromkeys(kept, 0)


def test_the_administrator_is_created_once(twice):
    assert "Created the administrator ana." in twice.first.lines
    assert "administrator" not in twice.second.said


def test_nobody_is_invited_where_somebody_can_sign_in(twice):
    assert "/admin/invitation/" not in twice.first.said


@pytest.mark.parametrize("which", ["first", "second"])
def test_a_signal_ends_it_cleanly(which, twice):
    start = getattr(twice, which)
    assert start.code == 0
    assert start.lines[-1] == "The portal has stopped."
    assert "Traceback" not in start.said
    assert "ERROR" not in start.said


@pytest.fixture(scope="module")
def made(tmp_path_factory, twice):
    """`make serve` without an administrator, ended by SIGTERM to make alone."""
    data = tmp_path_factory.mktemp("made")
    for name in ("static", "static.digest"):
        os.symlink(twice.data / name, data / name)  # collecting them takes seconds
    # The virtual environment that runs these tests stands for the one make would make.
    recipe = ("make", "--assume-old=.venv/runtime", "serve", f"RUN={sys.executable}")
    start = Start(data, recipe)
    start.code = start.stop()
    return start


def test_under_make_a_signal_ends_it_cleanly(made):
    assert made.code in (0, 2, -signal.SIGTERM)
    assert "The portal has stopped." in made.lines
    assert "Traceback" not in made.said
    with pytest.raises(ConnectionRefusedError):
        made.status("/livez")


def test_an_invitation_is_printed_where_nobody_can_sign_in(made):
    link = rf"http://127\.0\.0\.1:{made.port}/admin/invitation/\w+/[\w-]+/"
    assert [line for line in made.lines if re.fullmatch(link, line)]


def test_a_killed_portal_leaves_the_port_free(twice):
    assert serve.refuse_taken_port("127.0.0.1", twice.killed.port) is None  # or it raises


def test_wrong_settings_are_refused_in_plain_sentences(tmp_path):
    start = Start(tmp_path, TIME_ZONE="Mars/Base", DEBUG="perhaps")
    assert start.stop(lambda *args: None) == 1
    assert start.lines == [
        "DEBUG is 'perhaps'. Write yes or no.",
        "TIME_ZONE is 'Mars/Base', which is no time zone. Write for example Europe/Zurich.",
    ]


def test_a_taken_port_is_refused_by_its_name():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(ImproperlyConfigured, match=r"^PORT \d+ is taken"):
            serve.refuse_taken_port(*listener.getsockname())


def test_an_address_of_another_machine_is_refused_by_its_name():
    with pytest.raises(ImproperlyConfigured, match=r"^HOST 192\.0\.2\.1 cannot be listened at"):
        serve.refuse_taken_port("192.0.2.1", free_port())


def command():
    return serve.Command(stdout=StringIO())


def administrator(**written):
    names = ("USERNAME", "PASSWORD", "EMAIL")
    found = {"USERNAME": "ana", "PASSWORD": GOOD, "EMAIL": "", **written}
    return override_settings(**{f"DJANGO_SUPERUSER_{name}": found[name] for name in names})


@pytest.mark.django_db
def test_an_administrators_password_is_never_reset():
    User.objects.create_user("Ana", password=GOOD, is_active=False)
    with administrator(PASSWORD="another lamp 4242"):
        command().create_administrator()
    kept = User.objects.get()
    assert kept.check_password(GOOD)
    assert (kept.is_active, kept.is_superuser) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ({"PASSWORD": "ana"}, "DJANGO_SUPERUSER_PASSWORD"),
        ({"PASSWORD": "1234567890123"}, "DJANGO_SUPERUSER_PASSWORD"),
        ({"USERNAME": "ana maria"}, "DJANGO_SUPERUSER_USERNAME"),
        ({"EMAIL": f"ana@{'a.' * 130}org"}, "DJANGO_SUPERUSER_EMAIL"),
    ],
)
def test_an_administrator_that_will_not_do_is_refused_by_the_setting(written, name):
    with administrator(**written), pytest.raises(ImproperlyConfigured, match=f"^{name} is refused"):
        command().create_administrator()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_texts_are_never_loaded_over_what_a_hospital_has():
    Tag.objects.create(name="our own")
    command().load_texts()
    assert not Page.objects.exists()


@pytest.mark.django_db
def test_a_database_that_is_ready_is_not_migrated():
    asked = command()
    asked.migrate()
    assert asked.stdout.getvalue() == ""


def test_a_database_that_cannot_be_used_is_named():
    refused = pytest.raises(ImproperlyConfigured, match="the database cannot be used: disk full$")
    with refused, serve.database_sentences():
        raise OperationalError("disk full\nmore of it")


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["a" * 70, "portal?pool=true"])
def test_an_address_that_django_refuses_is_named(wrong):
    parsed = environment.database(f"postgresql://portal@db.example.org/{wrong}")
    with pytest.raises(ImproperlyConfigured, match="^DATABASE_URL cannot be used: "):
        serve.connect(ConnectionHandler({"default": parsed})["default"])


@pytest.mark.parametrize(
    ("other", "advice"), [(0, "is write-protected: type: chmod"), (1, "belongs to another user: ")]
)
def test_a_database_that_this_user_may_not_write_is_refused(other, advice, tmp_path, monkeypatch):
    (tmp_path / "db.sqlite3-wal").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + other)
    with pytest.raises(ImproperlyConfigured, match=f"^DATA_DIR .*/db.sqlite3-wal {advice}"):
        serve.refuse_files_of_others(tmp_path / "db.sqlite3")


def test_a_damaged_database_is_refused(tmp_path):
    path = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE page (text)")
        made.execute("INSERT INTO page VALUES (?)", ["words " * 5000])
        made.commit()
    with open(path, "r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 4096)
    with closing(sqlite3.connect(path)) as opened:
        database = SimpleNamespace(vendor="sqlite", cursor=lambda: closing(opened.cursor()))
        with pytest.raises(ImproperlyConfigured, match=r"^DATA_DIR .* damaged: .*Restoring"):
            serve.refuse_damage(database)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "serve.lock").mkdir()
    refused = pytest.raises(ImproperlyConfigured, match=r"^DATA_DIR .*serve\.lock: Is a directory")
    settings_here = override_settings(DATA_DIR=tmp_path)
    with settings_here, refused, serve.folder_sentences(), serve.one_at_a_time():
        pass


def test_a_full_disk_is_named(tmp_path):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    refused = pytest.raises(ImproperlyConfigured, match="^DATA_DIR .*: No space left on device")
    with refused, serve.folder_sentences():
        raise full


@pytest.mark.django_db
def test_two_starts_take_turns(tmp_path):
    with override_settings(DATA_DIR=tmp_path), serve.one_at_a_time():
        with open(tmp_path / "serve.lock") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert advisory_locks() == (1 if connection.vendor == "postgresql" else 0)
    assert advisory_locks() == 0


def advisory_locks():
    """How many nodes hold the turn."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        return cursor.fetchone()[0]


@pytest.fixture
def static(tmp_path):
    """Static files of its own, collected as an installation does."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "page.css").write_text("p { margin: 0 }")
    with override_settings(
        DATA_DIR=tmp_path,
        STATIC_ROOT=tmp_path / "static",
        STATICFILES_DIRS=[tmp_path / "source"],
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        STORAGES={
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
        },
    ):
        yield tmp_path


def collected():
    """What collecting says now."""
    asked = command()
    asked.collect_static_files()
    return asked.stdout.getvalue()


def test_static_files_are_collected_once_and_again_when_one_changed(static):
    assert [bool(collected()), bool(collected())] == [True, False]
    (static / "source" / "page.css").write_text("p { margin: 1px }")
    assert collected()


def test_static_files_that_were_deleted_are_collected_again(static):
    collected()
    for path in sorted(static.glob("static/**/*"), reverse=True):
        path.unlink()
    (static / "static").rmdir()
    assert collected()


def test_a_broken_reference_stops_the_start_with_its_name(static):
    (static / "source" / "page.css").write_text("p { background: url(gone.png) }")
    for _ in range(2):
        with pytest.raises(ImproperlyConfigured, match=r"gone\.png"):
            collected()


def test_a_server_at_every_address_is_reached_at_this_one():
    assert [server.reachable(host) for host in ("0.0.0.0", "::", "192.0.2.1")] == [
        "127.0.0.1",
        "::1",
        "192.0.2.1",
    ]


def test_a_server_that_is_not_there_does_not_answer():
    assert not server.answers("127.0.0.1", free_port())


def test_a_server_that_never_answers_is_stopped_with_a_sentence(monkeypatch, capsys):
    signals, silent = [], threading.Event()
    monkeypatch.setattr(server, "PATIENCE", 0.1)
    monkeypatch.setattr(os, "kill", lambda *sent: signals.append(sent))
    port = free_port()
    server.announce("127.0.0.1", port, "http://127.0.0.1", silent)
    assert capsys.readouterr().out.startswith(f"Nothing answers at HOST 127.0.0.1, PORT {port}.")
    assert signals == [(os.getpid(), signal.SIGTERM)]
    assert silent.is_set()


def test_a_database_that_went_away_is_not_made_anew(tmp_path, capsys):
    server.put_away(str(tmp_path / "db.sqlite3"))
    assert "unable to open" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


# Leaflets


@pytest.fixture
def portal(tmp_path):
    started = Start(tmp_path / "data")
    yield started
    if started.process.poll() is None:
        started.stop()


LEAFLETS = [
    f"/treatments/{slug}/leaflet.pdf?paper={paper}"
    for slug in ("opioids", "drug-pump", "neuroablation", "neurolytic-blocks")
    for paper in ("a4", "letter")
]


@pytest.mark.leaflets
def test_pages_are_answered_while_leaflets_are_made(portal):
    with ThreadPoolExecutor(len(LEAFLETS)) as people:
        asked = [people.submit(portal.status, address) for address in LEAFLETS]
        wait_for(lambda: renderers(portal))
        assert portal.status("/") == 200
        assert not all(one.done() for one in asked)
        assert {one.result() for one in asked} <= {200, 503}
    assert 200 in {one.result() for one in asked}
    assert portal.status("/treatments/opioids/leaflet.pdf") == 200


@pytest.mark.leaflets
def test_a_killed_portal_leaves_no_rendering_behind(portal):
    def ask(address):
        with contextlib.suppress(OSError, http.client.HTTPException):
            portal.status(address)

    with ThreadPoolExecutor(2) as people:
        people.map(ask, LEAFLETS[:2])
        wait_for(lambda: renderers(portal))
        under_way = renderers(portal)
        portal.stop(os.killpg, signal.SIGKILL)
    wait_for(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in under_way))


def renderers(portal):
    """The processes below the portal that make leaflets."""
    listed = subprocess.run(
        ["ps", "-s", str(portal.process.pid), "-o", "pid=,args="],
        capture_output=True,
        text=True,
        check=False,
    )
    return [line.split()[0] for line in listed.stdout.splitlines() if "leaflets.renderer" in line]


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_start_without_pango_says_what_to_install(monkeypatch):
    monkeypatch.setattr(serve.printing, "is_installed", lambda: False)
    asked = command()
    asked.say_what_leaflets_need()
    assert "apt-get install libpango-1.0-0" in asked.stdout.getvalue()
