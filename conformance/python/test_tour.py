"""The runner of documents itself: what it lets pass and what it does not."""

import subprocess
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parent.parent / "tour"

# Scripts, each with the answer that the document shows, if it shows one.
Steps = list[tuple[str, str | None]]


def walk(folder: Path, steps: Steps) -> int:
    """Writes a document with these steps and tells the status with which the tour of it ends."""
    parts = ["```sh\nexit 3 # has no mark, so it does not count\n```"]
    for script, answer in steps:
        parts.append(f"<!-- tour -->\n```sh\n{script}\n```")
        if answer is not None:
            parts.append(f"```text\n{answer}\n```")
    document = folder / "document.md"
    document.write_text("\n\n".join(parts), encoding="utf-8")
    return subprocess.run([PROGRAM, document], stdout=subprocess.DEVNULL).returncode


@pytest.mark.parametrize(
    "steps",
    [
        [("echo one; echo two", "one\ntwo")],
        [("echo one; echo; echo two", "one\ntwo"), ("true", None)],
        [("echo key AKIAX secret", "key … secret")],
        [("printf '%s\\n' a b c d", "a\n…\nd")],
        [("printf '%s\\n' a d", "a\n…\nd")],
        [("cd /; X=1; f() { echo $X$PWD; }", None), ("f", "1/")],
        [("echo refused >&2; false", "refused")],
        [("cat", "")],
    ],
)
def test_what_behaves_as_written_passes(tmp_path: Path, steps: Steps) -> None:
    assert walk(tmp_path, steps) == 0


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [("false", None)],
        [("true", None), ("false", None)],
        [("exit 0", None)],
        [("echo one", "two")],
        [("echo one; echo two", "one")],
        [("echo one", "")],
        [("printf 'a\\nb\\n'", "a…b")],
        [("echo abc", "a.c")],
    ],
)
def test_what_does_not_behave_as_written_fails(tmp_path: Path, steps: Steps) -> None:
    assert walk(tmp_path, steps) == 1
