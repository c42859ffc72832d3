"""A room is entered by its doors."""

from __future__ import annotations

import grimp
import pytest

ROOMS = ("rulebook", "registry", "ledger", "claims", "renewal", "tradein")
DOORS = {"services", "queries", "models"}
FACES = ("huanxin.web", "huanxin.api", "huanxin.cli")
DOORS_FOR_FACES = DOORS | {"urls", "api", "jobs", "cli"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("huanxin", cache_dir=None)


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_entered_by_services_queries_or_models(graph: grimp.ImportGraph, room: str) -> None:
    package = f"huanxin.{room}"
    wrong = []
    for inside in graph.find_descendants(package):
        for outside in graph.find_modules_that_directly_import(inside):
            if _is_in(outside, package):
                continue
            doors = DOORS_FOR_FACES if outside.startswith(FACES) else DOORS
            if inside.rsplit(".", 1)[1] not in doors:
                wrong.append(
                    f"{outside} imports {inside}: call services or queries of {package} (add it there)"
                )
    assert not wrong, "\n".join(wrong)


def test_policy_is_entered_by_its_front_door(graph: grimp.ImportGraph) -> None:
    wrong = [
        f"{outside} imports {inside}: import it from huanxin.policy, and name it in __all__ there"
        for inside in graph.find_descendants("huanxin.policy")
        for outside in graph.find_modules_that_directly_import(inside)
        if not _is_in(outside, "huanxin.policy")
        and not (outside == "huanxin.cli" and inside == "huanxin.policy.cli")
    ]
    assert not wrong, "\n".join(wrong)
