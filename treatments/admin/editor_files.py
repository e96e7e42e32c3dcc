"""Which files of the editor are served: those that its configuration loads, no other."""

from fnmatch import fnmatchcase

from django.contrib.staticfiles.finders import AppDirectoriesFinder

PACKAGE = "ckeditor/"
LOADED = [
    "ckeditor/ckeditor-init.js",
    "ckeditor/ckeditor.css",
    "ckeditor/fixups.js",
    *(
        f"ckeditor/ckeditor/{name}"
        for name in (
            "LICENSE.md",
            "ckeditor.js",
            "lang/en.js",
            "plugins/icons*.png",
            "plugins/a11yhelp/dialogs/a11yhelp.js",
            "plugins/a11yhelp/dialogs/lang/en.js",
            "plugins/clipboard/dialogs/paste.js",
            "plugins/dialog/styles/dialog.css",
            "plugins/divarea/plugin.js",
            "plugins/magicline/images/*",
            "plugins/pastefrom*/filter/default.js",
            "plugins/pastetools/filter/*.js",
            "plugins/table/dialogs/table.js",
            "plugins/tableselection/styles/tableselection.css",
            "plugins/tabletools/dialogs/tableCell.js",
            "skins/moono-lisa/dialog.css",
            "skins/moono-lisa/editor*.css",
            "skins/moono-lisa/icons*.png",
            "skins/moono-lisa/images/*",
        )
    ),
]


def is_loaded(path):
    """Whether a static file, by its address below STATIC_URL, is anybody else's or needed."""
    path = path.replace("\\", "/")
    return not path.startswith(PACKAGE) or any(fnmatchcase(path, name) for name in LOADED)


class AppFiles(AppDirectoriesFinder):
    """The static files of the apps; of the editor's 1,257 only those above."""

    def list(self, ignore_patterns):
        return (found for found in super().list(ignore_patterns) if is_loaded(found[0]))

    def find(self, path, **kwargs):
        return super().find(path, **kwargs) if is_loaded(path) else []
