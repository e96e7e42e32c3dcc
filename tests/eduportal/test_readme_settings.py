"""The README names each setting that the portal knows, and no other."""

import re

from django.conf import settings

from tests.eduportal.installation import settings_of


def test_the_readme_names_each_setting_and_no_other(tmp_path):
    readme = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\|\s*`([A-Z_]+)`", readme, re.MULTILINE))
    assert named == settings_of(tmp_path)["env"].known
