"""The secret key of an installation that was given none."""

import contextlib
import os
import tempfile
from pathlib import Path

from eduportal.environment import Wrong, secret


def kept_in(path: Path) -> str:
    """The key in the file, made first where there is none; processes that start at once agree.

    The file is readable by its owner alone. Raises Wrong where it cannot be read or holds no key.
    """
    try:
        with contextlib.suppress(FileExistsError):
            if not path.exists():
                _make(path)
        return secret(path.read_text(encoding="ascii"))
    except OSError as error:
        raise Wrong(f"cannot be kept in {path}: {error.strerror}. Let this user read it.") from None
    except ValueError:
        raise Wrong(
            f"in {path} is damaged. Delete that file and start again: a new key is made, "
            "and everyone signs in anew."
        ) from None


def _make(path: Path) -> None:
    """Write a whole new key beside the file, then give it the name unless another was first."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret_key-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(32).hex())
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        os.unlink(draft)
