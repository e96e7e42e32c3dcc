"""What pages say of leaflets."""

from django import template

from treatments.leaflets import printing

register = template.Library()


@register.simple_tag
def leaflets_are_made():
    """Whether this machine can make leaflets, so that pages may offer them."""
    return printing.is_installed()
