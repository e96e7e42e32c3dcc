"""Where somebody who found a hole in the portal may tell the hospital: RFC 9116."""

import datetime

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

# The RFC asks for less than a year. As long as the portal runs, the setting is what holds.
HOLDS = datetime.timedelta(days=300)


@require_safe
def serve(request):
    """Contact, end of validity and language, as `Field: value` lines; 404 without a contact."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    ends = timezone.now().astimezone(datetime.UTC).replace(hour=0, minute=0, second=0) + HOLDS
    lines = [
        f"Contact: {contact if contact.startswith('https://') else f'mailto:{contact}'}",
        f"Expires: {ends:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    ]
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain")
