"""How long a session lasts, and what becomes of a request that comes after it."""

import math
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from eduportal import auditing
from eduportal.security import ADMIN, is_for_staff

BEGAN = "signed_in_at"  # seconds since 1970
BACKGROUND = "X-Background"  # the header of a request that a clock in the page sent, not a person
STEPS = 100  # an end that would move by less than this part of the idle time is not written


class SessionStore(db.SessionStore):
    """Django's table of sessions; a row's `expire_date` is the end of its idle time, or of its day.

    One column is written with each request, not the session: what requests change in it at the
    same moment is not lost.
    """

    ends_at = None  # as the table has it

    def load(self):
        """The session's data; nothing where somebody signed in at a moment that nobody noted."""
        data = super().load()
        return data if BEGAN in data or SESSION_KEY not in data else {}

    def _get_session_from_db(self):
        found = super()._get_session_from_db()
        self.ends_at = found and found.expire_date
        return found

    def get_expiry_date(self, **kwargs):
        """The end to be saved. Saving alone does not move it."""
        return self.ends_at or self._latest_end()

    def begin(self):
        """Count from now, since somebody has signed in."""
        self[BEGAN] = timezone.now().timestamp()
        self.ends_at = None

    def prolong(self):
        """Begin the idle time anew, as far as the day allows."""
        self.get(BEGAN)  # reads the row, where there is one
        end, step = self._latest_end(), timedelta(seconds=settings.SESSION_COOKIE_AGE / STEPS)
        if self.ends_at and end - self.ends_at >= step:
            self.model.objects.filter(session_key=self.session_key).update(expire_date=end)
            self.ends_at = end

    @classmethod
    def clear_expired(cls):
        now = timezone.now()
        auditing.end_sessions(cls.get_model_class().objects.filter(expire_date__lt=now))

    @property
    def seconds_left(self):
        """Whole seconds until the session ends."""
        return math.ceil((self.get_expiry_date() - timezone.now()).total_seconds())

    @property
    def is_last(self):
        """Whether the end is that of the day, which nothing moves."""
        day = self._day_ends()
        return day is not None and self.get_expiry_date() >= day

    def _latest_end(self):
        idle = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        day = self._day_ends()
        return min(idle, day) if day else idle

    def _day_ends(self):
        if began := self.get(BEGAN):
            return datetime.fromtimestamp(began + settings.SESSION_LIFETIME, UTC)
        return None


def begin(sender, request, user, **kwargs):
    """Somebody has signed in: start their session's clock, and drop the rows of ended ones."""
    request.session.begin()
    request.session.clear_expired()


def activity(get_response):
    """Count each request to the staff's pages as activity, unless a clock in a page sent it."""

    def middleware(request):
        if is_for_staff(request) and BACKGROUND not in request.headers:
            request.session.prolong()
        return get_response(request)

    return middleware


def too_late(get_response):
    """Have the sign-in page say what became of a request whose session had ended."""

    def middleware(request):
        response = get_response(request)
        if _turned_away(request, response):
            response["Location"] = _sign_in_again(request)
        return response

    return middleware


def _turned_away(request, response):
    """Whether a request is sent to sign in that had a session, or that wanted something saved."""
    if response.status_code != 302 or urlsplit(response["Location"]).path != reverse("admin:login"):
        return False
    came = request.method == "POST" or settings.SESSION_COOKIE_NAME in request.COOKIES
    return came and not request.user.is_authenticated


def _sign_in_again(request):
    saving = request.method == "POST"
    back = _page_it_came_from(request) if saving else request.get_full_path()
    why = "unsaved" if saving else "ended"
    return f"{reverse('admin:login')}?{urlencode({'next': back, 'why': why})}"


def _page_it_came_from(request):
    """The page that a form was sent from: its own address may take no GET."""
    referer = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure())
    path = urlsplit(referer)._replace(scheme="", netloc="", fragment="").geturl() if own else ""
    return path if path.startswith(ADMIN) else reverse("admin:index")
