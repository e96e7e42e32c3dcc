"""The key that an installation without one makes for itself."""

from multiprocessing import get_context

import pytest

from eduportal import secret_key
from eduportal.environment import Wrong


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "secret_key"
    first = secret_key.kept_in(path)
    assert secret_key.kept_in(path) == first
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_installations_have_two_keys(tmp_path):
    assert secret_key.kept_in(tmp_path / "one") != secret_key.kept_in(tmp_path / "two")


def test_processes_that_start_at_once_agree_on_the_key(tmp_path):
    with get_context("fork").Pool(4) as pool:
        keys = pool.map(secret_key.kept_in, [tmp_path / "secret_key"] * 8)
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("damaged", [b"", b"short", b"\xff\xfe" * 40])
def test_a_damaged_key_is_named_and_not_replaced(damaged, tmp_path):
    path = tmp_path / "secret_key"
    path.write_bytes(damaged)
    with pytest.raises(Wrong, match="Delete that file"):
        secret_key.kept_in(path)
    assert path.read_bytes() == damaged
