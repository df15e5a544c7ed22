"""The compose file: right by the schema of Compose, and right about the program."""

import json
from importlib import resources
from typing import Any

import pytest
from deploy.files import DEPLOY, PORT, ROOT, commands, documents, settings, variables
from jsonschema import ValidationError
from jsonschema.validators import validator_for

COMPOSE = documents(DEPLOY / "compose.yaml")[0]
OURS = ("migrate", "server")


def validate(document: dict[str, Any]) -> None:
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((vendored / "compose-spec.json").read_text())
    validator_for(schema)(schema).validate(document)


def test_it_is_what_compose_takes() -> None:
    validate(COMPOSE)


def test_faults_are_found() -> None:
    wrong = {**COMPOSE, "services": {"server": {"image": "x", "replicas": 3}}}
    with pytest.raises(ValidationError):
        validate(wrong)


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = COMPOSE["services"][name]
    return found


def test_there_are_three_servers_behind_one_name() -> None:
    assert service("server")["deploy"]["replicas"] == 3
    assert service("server")["expose"] == [str(PORT)]
    (published,) = service("server")["ports"]
    first, last = published.split(":")[1].split("-")
    assert published.startswith("127.0.0.1:")  # there is no authentication
    assert int(last) - int(first) == 2
    assert published.endswith(f":{PORT}")


def ours(name: str) -> dict[str, str]:
    environment = service(name)["environment"]
    return {key: value for key, value in environment.items() if key.startswith("ATTRIBUTION_")}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_of_the_program(name: str) -> None:
    (command,) = service(name)["command"]
    assert command in commands()
    assert set(ours(name)) <= set(variables(command))


def test_the_program_takes_the_settings() -> None:
    made = settings(ours("server"))
    assert made.store_url.startswith("postgresql://")
    assert not made.migrate


@pytest.mark.parametrize("name", OURS)
def test_each_runs_without_rights(name: str) -> None:
    assert service(name)["read_only"]
    assert service(name)["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service(name)["security_opt"]
    assert "user" not in service(name)  # the image's, which is not root


@pytest.mark.parametrize("name", OURS)
def test_each_is_built_from_what_there_is(name: str) -> None:
    build = service(name)["build"]
    context = (DEPLOY / build["context"]).resolve()
    assert context == ROOT
    assert (context / build["dockerfile"]).is_file()


def test_servers_wait_for_the_migration() -> None:
    waits = service("server")["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert service("migrate")["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert "restart" in service("migrate")
    assert service("migrate")["restart"] == "no"


def test_there_is_time_to_drain() -> None:
    grace = service("server")["stop_grace_period"]
    assert float(grace.removesuffix("s")) >= settings(ours("server")).drain_seconds + 5


def test_no_password_stands_in_the_file() -> None:
    for name in COMPOSE["services"]:
        for key, value in service(name)["environment"].items():
            if "PASSWORD" in key:
                assert value.startswith("${POSTGRES_PASSWORD:?")
    store = service("server")["environment"]["ATTRIBUTION_STORE"]
    assert ":" not in store.partition("//")[2]
