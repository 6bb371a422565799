"""What a person at a terminal sees: no secrets that they did not insist on, and a list to choose from."""

import codecs
import os
import pty
import select
import time

from conftest import REGENT

# For a machine that is busy with other things: who waits that long has failed.
PATIENCE_SECONDS = 60


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, machine, *arguments: str):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execve(REGENT, [REGENT, *arguments], machine.environment | {"TERM": "xterm"})
        self.shown = ""
        # A character may come in two pieces.
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def wait_for(self, text: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while text not in self.shown:
            assert time.monotonic() < end, f"no {text!r} in {self.shown!r}"
            self.read(0.2)

    def read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        if not ready:
            return True
        try:
            piece = os.read(self.terminal, 4096)
        except OSError:
            return False
        self.shown += self.decoder.decode(piece)
        return bool(piece)

    def types(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def end(self) -> int:
        while self.read(PATIENCE_SECONDS):
            pass
        _, status = os.waitpid(self.process, 0)
        os.close(self.terminal)
        return os.waitstatus_to_exitcode(status)


def test_secrets_are_not_printed_onto_a_terminal(machine, broker):
    for arguments in [("creds", "audit"), ("env", "audit")]:
        terminal = Terminal(machine, *arguments)
        assert terminal.end() == 1
        assert "secrets are not printed onto a terminal" in terminal.shown
        assert "regent exec audit" in terminal.shown or "regent env audit" in terminal.shown
    assert broker.sessions == [], "nothing was issued for it"
    terminal = Terminal(machine, "creds", "audit", "--show")
    assert terminal.end() == 0
    assert "secret_access_key" in terminal.shown


def test_a_connector_is_chosen_by_typing_some_of_it(machine, broker):
    terminal = Terminal(machine)
    terminal.wait_for("1/1")
    terminal.types("zz")
    terminal.wait_for("0/1")
    terminal.types("\x15adt")
    terminal.wait_for("> adt")
    terminal.types("\r")
    terminal.wait_for("a shell with the credentials of audit")
    terminal.types('echo "key:$AWS_ACCESS_KEY_ID"; stty -a | grep -c "isig icanon"; exit 5\n')
    assert terminal.end() == 5
    assert "key:ASIA" in terminal.shown
    assert len(broker.sessions) == 1


def test_leaving_the_choice_leaves_the_terminal_as_it_was(machine, broker):
    for key in ["\x1b", "\x03"]:
        terminal = Terminal(machine)
        terminal.wait_for("1/1")
        terminal.types(key)
        assert terminal.end() == 0
    assert broker.sessions == []
