"""What any template may say of the installation, without a context processor.

The 500 page is rendered without a context, so these are tags.
"""

from django import template
from django.conf import settings
from django.utils.safestring import mark_safe

from eduportal import inlined as inlined_files

register = template.Library()
LONG_NAME, LONG_BESIDE_LOGO = 28, 14  # characters: about a line of a phone


@register.simple_tag
def inlined(path):
    """A file of static/: `<script>{% inlined "site/page.js" %}</script>`, no space around it."""
    found = inlined_files.text(path)  # our own file, refused where it could end the element
    return mark_safe(found)  # noqa: S308


@register.simple_tag
def stylesheet():
    """The pages' stylesheet as composed at start, for `<style>{% stylesheet %}</style>`."""
    return mark_safe(settings.STYLESHEET)  # noqa: S308 – our own file, in checked colours


@register.simple_tag
def file_policy():
    """The Content Security Policy of what leaves the site as one file, for its `<meta>`."""
    return settings.SECURE_CSP_FILE


@register.simple_tag
def icon():
    """The portal's icon as an address, for `<link rel="icon">`."""
    return inlined_files.icon("root/favicon.svg")


@register.simple_tag
def hospital_name():
    return settings.HOSPITAL_NAME


@register.simple_tag
def hospital_logo():
    """Logo: `digest`, `width` and `height` in points; None without one."""
    return settings.HOSPITAL_LOGO


@register.simple_tag
def name_is_long():
    """Whether the name needs smaller letters to leave the page its screen."""
    return len(settings.HOSPITAL_NAME) > (LONG_BESIDE_LOGO if settings.HOSPITAL_LOGO else LONG_NAME)


@register.simple_tag
def phone_lines():
    """[PhoneLine]: `label`, `number` as people write it, `link` that dials."""
    return settings.PHONE_LINES


@register.simple_tag
def feedback_address():
    return settings.FEEDBACK_ADDRESS


@register.simple_tag
def feedback_link():
    """The address of a link to the feedback address, or nothing."""
    address = settings.FEEDBACK_ADDRESS
    return f"mailto:{address}" if "@" in address and ":" not in address else address


@register.simple_tag
def site_url():
    """The portal's own origin, without a last slash."""
    return settings.SITE_URL
