"""The image: its Dockerfile linted, and what it is made of put together in a folder and run.

There is no container engine here, so the steps are played: what COPY takes, the wheels that RUN
builds of it, and those packages alone that requirements/service.txt pins.
"""

import fnmatch
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import grpc
import pytest
from deploy.files import DEPLOY, PORT, ROOT, USER, commands, variables
from support.calls import Caller, finished, set_the_scene
from support.postgres import free_port

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
IGNORED = (DEPLOY / "Dockerfile.dockerignore").read_text()
# Instructions with what follows them; a line that ends in a backslash goes on.
STEPS = re.findall(r"^([A-Z]+) (.+)$", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)


def given(instruction: str) -> list[str]:
    return [rest for name, rest in STEPS if name == instruction]


def test_it_passes_the_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    found = subprocess.run(
        [linter, "--failure-threshold=style", DEPLOY / "Dockerfile"], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout


def test_it_runs_as_nobody_in_particular_what_the_program_has() -> None:
    assert given("USER") == [f"{USER}:{USER}"]
    assert given("ENTRYPOINT") == ['["attribution-service"]']
    (command,) = given("CMD")
    assert command.strip('[]"') in commands()
    assert given("EXPOSE") == [str(PORT)]
    assert given("STOPSIGNAL") == ["SIGTERM"]


def test_its_variables_are_those_of_the_program() -> None:
    named = set(re.findall(r"\b(ATTRIBUTION_[A-Z_]+)=", " ".join(given("ENV"))))
    assert named == {"ATTRIBUTION_ADDRESS", "ATTRIBUTION_STORE", "ATTRIBUTION_LOG_FORMAT"}
    assert named <= set(variables("serve"))


def test_what_it_installs_is_pinned_by_hash() -> None:
    for run in given("RUN"):
        for install in re.findall(r"pip install ([^&]+)", run):
            assert "--require-hashes" in install or "--no-index" in install, install


def test_the_pins_of_the_image_are_those_that_are_tested() -> None:
    tested, shipped = pins("dev.txt"), pins("service.txt")
    assert shipped.items() <= tested.items()
    assert "pytest" not in shipped
    assert pins("build.txt").items() <= tested.items()


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", text, re.MULTILINE))


def context(folder: Path) -> None:
    """What the builder is sent: the tracked files that .dockerignore lets through."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if sent(name) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)


def sent(name: str) -> bool:
    """By the last rule that fits the file or a folder around it."""
    chosen = True
    paths = [name, *(str(parent) for parent in Path(name).parents if str(parent) != ".")]
    for rule in IGNORED.splitlines():
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!").removeprefix("**/")
        last = [Path(path).name if "**/" in rule else path for path in paths]
        if any(fnmatch.fnmatch(path, pattern) for path in last):
            chosen = rule.startswith("!")
    return chosen


def test_only_what_is_needed_is_sent() -> None:
    assert sent("service/attribution_service/app.py")
    assert sent("requirements/service.txt")
    for name in ("requirements/dev.txt", "tests/conftest.py", "docs/x.md", "deploy/.env", "a.db"):
        assert not sent(name)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of packages as the image has it."""
    made = tmp_path_factory.mktemp("image")
    context(made / "context")
    source, packages = made / "source", made / "packages"
    for copy in given("COPY"):
        *names, where = copy.split()
        if names[0].startswith("--from"):
            continue
        for name in names:
            found = made / "context" / name
            target = source / where / found.name if where.endswith("/") else source / where
            target.parent.mkdir(parents=True, exist_ok=True)
            if found.is_dir():
                shutil.copytree(found, target, dirs_exist_ok=True)
            else:
                shutil.copyfile(found, target)
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(made / "wheels")]
    subprocess.run(
        [sys.executable, "-m", "pip", *build, "--quiet", "--no-index", ".", "./clients/python"],
        cwd=source, check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )  # fmt: skip
    for wheel in (made / "wheels").glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(packages)
    for name in pins("service.txt"):
        link(name, packages)
    return packages


def link(name: str, packages: Path) -> None:
    """Give the folder one pinned package, as it is installed here."""
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return  # for other systems
    for file in found.files or ():
        if ".." not in file.parts and file.suffix != ".pyc":
            target = packages / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(Path(str(file.locate())))


def environment(image: Path, data: Path) -> dict[str, str]:
    """What the image sets, with the paths of this test and a port of our own."""
    return {
        "PYTHONPATH": str(image),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",
        "PATH": "/usr/bin",
        "ATTRIBUTION_STORE": f"sqlite:///{data / 'attribution.db'}",
        "ATTRIBUTION_ADDRESS": f"0.0.0.0:{free_port()}",
        "ATTRIBUTION_LOG_FORMAT": "json",
    }


# Without the packages of this environment.
PROGRAM = (sys.executable, "-S", "-c", "from attribution_service.cli import main; main()")
HEALTH = (sys.executable, "-S", "-c", "from attribution_service.health import main; main()")


def test_it_holds_all_that_a_server_needs_and_writes_to_its_store_alone(
    image: Path, tmp_path: Path
) -> None:
    variables = environment(image, tmp_path)
    before = sorted(image.rglob("*"))
    process = subprocess.Popen([*PROGRAM, "serve"], env=variables, cwd="/")
    address = variables["ATTRIBUTION_ADDRESS"].replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    call = Caller(address)
    try:
        grpc.channel_ready_future(call.channel).result(timeout=60)
        set_the_scene(call)
        assert call("Evaluate", finished("e1", "ada"))["conversions"]
        for name in ("", "liveness", "attribution.v1.AttributionService"):
            asked = subprocess.run(
                [*HEALTH, "--service", name], env=variables, capture_output=True, text=True
            )
            assert (asked.returncode, asked.stdout) == (0, f"{address}: SERVING\n")
    finally:
        call.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert sorted(image.rglob("*")) == before
    assert {path.name for path in tmp_path.iterdir()} == {"attribution.db", "attribution.db.lock"}
    asked = subprocess.run(
        [*HEALTH, "--timeout", "0.2"], env=variables, capture_output=True, text=True
    )
    assert asked.returncode == 1
    assert asked.stderr == f"{address}: DEADLINE_EXCEEDED\n"


@pytest.mark.parametrize(
    "module", ["psycopg", "psycopg_binary", "tzdata", "attribution_client", "attribution_dsl"]
)
def test_it_has_what_is_loaded_later(image: Path, module: str) -> None:
    subprocess.run(
        [sys.executable, "-S", "-c", f"import {'psycopg, ' if '_' in module else ''}{module}"],
        env={"PYTHONPATH": str(image), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
    )
