"""The manifests: right by Kubernetes' own schemas, and right about the program."""

from typing import Any

import kubernetes_validate
import pytest
import yaml
from attribution_service.config import DEFAULT_DRAIN_SECONDS
from attribution_service.transport.rpcs import SERVICES
from attribution_service.transport.server import LIVENESS
from deploy.files import (
    DEPLOY,
    PORT,
    USER,
    commands,
    documents,
    manifest,
    manifests,
    settings,
    variables,
)

VERSIONS = ("1.31", kubernetes_validate.latest_version())
WORKLOADS = ("Deployment", "Job")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "document", [document for _, document in manifests()], ids=[name for name, _ in manifests()]
)
def test_each_is_what_kubernetes_takes(document: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(document, version, strict=True)


def test_faults_are_found() -> None:
    wrong = yaml.safe_load(yaml.safe_dump(manifest("Deployment")))
    wrong["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]["grpc"]["nobody"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def pod(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = manifest(kind)["spec"]["template"]["spec"]
    return found


def container(kind: str) -> dict[str, Any]:
    (found,) = pod(kind)["containers"]
    return dict(found)


def config() -> dict[str, str]:
    return dict(manifest("ConfigMap")["data"])


def test_kustomize_has_all_but_the_secret_and_the_job() -> None:
    (listed,) = documents(DEPLOY / "kubernetes" / "kustomization.yaml")
    files = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")}
    rest = {"kustomization.yaml", "secret.example.yaml", "migrate-job.yaml"}
    assert set(listed["resources"]) == files - rest


def test_every_setting_is_one_of_the_program() -> None:
    assert set(config()) <= set(variables("serve"))
    assert set(manifest("Secret")["stringData"]) == {"ATTRIBUTION_STORE"}
    made = settings({**config(), **manifest("Secret")["stringData"]})
    assert made.store_url.startswith("postgresql://")
    assert not made.migrate


@pytest.mark.parametrize("kind", WORKLOADS)
def test_each_runs_a_command_that_there_is(kind: str) -> None:
    assert container(kind)["args"][0] in commands()


@pytest.mark.parametrize("kind", WORKLOADS)
def test_each_takes_its_settings_from_what_there_is(kind: str) -> None:
    known = {
        "configMapRef": manifest("ConfigMap")["metadata"]["name"],
        "secretRef": manifest("Secret")["metadata"]["name"],
    }
    for source in container(kind)["envFrom"]:
        ((way, named),) = source.items()
        assert named["name"] == known[way]
    assert {"secretRef": {"name": known["secretRef"]}} in container(kind)["envFrom"]


def test_ports() -> None:
    (port,) = container("Deployment")["ports"]
    (served,) = manifest("Service")["spec"]["ports"]
    assert config()["ATTRIBUTION_ADDRESS"] == f"0.0.0.0:{port['containerPort']}"
    assert (served["port"], served["targetPort"]) == (port["containerPort"], port["name"])
    assert port["containerPort"] == PORT


@pytest.mark.parametrize(
    ("probe", "service"),
    [("startupProbe", LIVENESS), ("livenessProbe", LIVENESS), ("readinessProbe", "")],
)
def test_probes_ask_for_names_that_health_knows(probe: str, service: str) -> None:
    asked = container("Deployment")[probe]["grpc"]
    assert asked["port"] == PORT
    assert asked.get("service", "") == service
    assert service in ("", LIVENESS, *SERVICES)


def test_there_is_time_to_drain() -> None:
    drain = settings(config()).drain_seconds
    before = container("Deployment")["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert drain >= DEFAULT_DRAIN_SECONDS
    assert pod("Deployment")["terminationGracePeriodSeconds"] >= before + drain + 5


@pytest.mark.parametrize("kind", WORKLOADS)
def test_each_runs_without_rights(kind: str) -> None:
    of_pod, of_container = pod(kind)["securityContext"], container(kind)["securityContext"]
    assert of_pod["runAsNonRoot"]
    assert of_pod["runAsUser"] == USER
    assert of_pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert of_container == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod(kind)["automountServiceAccountToken"] is False
    assert container(kind)["resources"]["limits"]["memory"]


def test_pods_are_those_that_are_selected() -> None:
    labels = manifest("Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        manifest("Deployment")["spec"]["selector"]["matchLabels"],
        manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        manifest("Service")["spec"]["selector"],
        *(
            each["labelSelector"]["matchLabels"]
            for each in pod("Deployment")["topologySpreadConstraints"]
        ),
    ]
    job = manifest("Job")["spec"]["template"]["metadata"]["labels"]
    for selector in selectors:
        assert selector.items() <= labels.items()
        assert not selector.items() <= job.items()


def test_a_rollout_and_a_drained_node_leave_servers_for_the_callers() -> None:
    assert manifest("Deployment")["spec"]["replicas"] == 3
    rolling = manifest("Deployment")["spec"]["strategy"]["rollingUpdate"]
    assert rolling == {"maxSurge": 1, "maxUnavailable": 0}
    assert manifest("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


def test_the_name_leads_to_every_server_by_itself() -> None:
    service = manifest("Service")["spec"]
    assert service["clusterIP"] == "None"
    assert not service.get("publishNotReadyAddresses", False)


def test_images_are_those_of_this_version() -> None:
    (kustomization,) = documents(DEPLOY / "kubernetes" / "kustomization.yaml")
    (image,) = kustomization["images"]
    for kind in WORKLOADS:
        assert container(kind)["image"] == f"{image['name']}:{image['newTag']}"
