"""AWS's own clients, unmodified, with credentials that come through the command line in each of the ways they know."""

import subprocess
from datetime import datetime, timedelta, timezone

from conftest import REGENT

WHO = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]
WHO_IN_PYTHON = """
import boto3
session = boto3.Session()
print(session.client('sts').get_caller_identity()['Arn'])
print(len(session.client('iam').list_roles()['Roles']) > 0)
"""
# The same client twice, as a program that runs for long.
TWICE_IN_PYTHON = """
import boto3
client = boto3.client('sts')
print(client.get_caller_identity()['Arn'])
print(client.get_caller_identity()['Arn'])
"""


def test_a_profile_by_credential_process(machine, broker):
    assert "1 profiles in" in machine.regent("config", "sync")
    # The server's token is in the environment of the whole process; the profile itself names nothing secret.
    arn = machine.run(*WHO, "--profile", "audit").strip()
    assert arn == broker.sessions[0]
    assert machine.python(WHO_IN_PYTHON, AWS_PROFILE="audit") == f"{arn}\nTrue\n"
    assert len(broker.sessions) == 1, "both share what is cached"


def test_a_login_that_is_needed_is_told_by_the_client(machine):
    machine.regent("config", "sync")
    refusal = machine.run(*WHO, "--profile", "audit", status=255, REGENT_TOKEN="")
    assert "nobody is signed in" in refusal and "regent login" in refusal


def test_a_command_with_the_session_in_its_environment(machine, broker):
    assert machine.regent("exec", "audit", "--", *WHO).strip() == broker.sessions[0]
    assert machine.python(WHO_IN_PYTHON, REGENT, "exec", "audit", "--") == f"{broker.sessions[0]}\nTrue\n"


def test_a_command_that_runs_for_long_gets_new_sessions(machine, broker):
    arn = machine.regent("exec", "audit", "--refresh", "--", *WHO).strip()
    assert arn == broker.sessions[0]
    machine.run("rm", "-r", f"{machine.home}/.cache")
    # Sessions that end within minutes: clients ask for another before each use.
    soon = datetime.now(timezone.utc) + timedelta(seconds=90)
    broker.expiration = soon.strftime("%Y-%m-%dT%H:%M:%SZ")
    before = len(broker.sessions)
    said = machine.python(TWICE_IN_PYTHON, REGENT, "exec", "audit", "--refresh", "--").split()
    assert said[0] in broker.sessions and said[1] in broker.sessions
    assert said[0] != said[1], "the second call has a session of its own"
    assert len(broker.sessions) > before + 1


def test_an_endpoint_that_stands_alone(machine, broker):
    agent = subprocess.Popen([REGENT, "agent", "audit"], env=machine.environment, stdout=subprocess.PIPE, text=True)
    try:
        variables = dict(agent.stdout.readline().removeprefix("export ").strip().split("=", 1) for _ in range(2))
        where = {"AWS_ENDPOINT_URL": broker.endpoint, **variables}
        assert machine.run(*WHO, **where).strip() == broker.sessions[0]
        assert machine.python(WHO_IN_PYTHON, **where) == f"{broker.sessions[0]}\nTrue\n"
        (machine.home / "guess").write_text("a-guess")
        guess = where | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(machine.home / "guess")}
        refusal = machine.run(*WHO, status=255, **guess)
        assert "401" in refusal or "Unauthorized" in refusal
    finally:
        agent.terminate()
        assert agent.wait(60) == 0


def test_a_shell_takes_the_session_in_and_out(machine, broker):
    script = f"""
        eval "$(regent env audit --shell bash)"
        {" ".join(WHO)}
        eval "$(regent unset)"
        env | grep -c -e ^AWS_ACCESS -e ^AWS_SECRET -e ^AWS_SESSION -e ^AWS_ENDPOINT || true
    """
    assert machine.run("bash", "-euc", script).split() == [broker.sessions[0], "0"]


def test_files_that_others_read(machine, broker):
    ini = machine.regent("creds", "audit", "--format", "ini", "--profile", "kept")
    (machine.home / "credentials").write_text(ini)
    where = {"AWS_SHARED_CREDENTIALS_FILE": str(machine.home / "credentials"), "AWS_ENDPOINT_URL": broker.endpoint}
    assert machine.run(*WHO, "--profile", "kept", **where).strip() == broker.sessions[0]
