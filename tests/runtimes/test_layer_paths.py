"""Where each runtime finds what layers bring."""

from __future__ import annotations

import pytest

from kernel_runtime.runtimes.layer_paths import path_variables, placed, python_import_paths


@pytest.mark.parametrize(
    ("runtime", "variables"),
    [
        ("python3.13", {"PYTHONPATH": "/var/runtime"}),
        (
            "nodejs24.x",
            {"NODE_PATH": "/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task"},
        ),
        (
            "ruby3.4",
            {
                "GEM_HOME": "/var/runtime",
                "GEM_PATH": "/var/task/vendor/bundle/ruby/3.4.0:/opt/ruby/gems/3.4.0:/var/runtime",
                "RUBYLIB": "/var/task:/var/runtime/lib:/opt/ruby/lib",
            },
        ),
        ("java21", {}),
        ("provided.al2023", {}),
        ("dotnet10", {}),
    ],
)
def test_the_variables_of_a_runtime(runtime: str, variables: dict[str, str]) -> None:
    assert path_variables(runtime) == variables


def test_the_folders_of_python() -> None:
    assert python_import_paths("3.13") == ["/opt/python/lib/python3.13/site-packages", "/opt/python"]


def test_where_there_are_no_namespaces_the_folders_are_the_real_ones() -> None:
    assert placed("/usr/bin:/opt/bin:/var/task/bin:/optional", "/code", "/layers") == "/usr/bin:/layers/bin:/code/bin:/optional"
    assert placed("/var/task:/opt/lib:/var/tasks", "/code", "") == "/code:/var/tasks"
    assert placed("/opt/conda/bin:/opt/python/3.13/bin", "/code", "/layers") == "/opt/conda/bin:/opt/python/3.13/bin"
    every = [*path_variables("nodejs24.x").values(), *path_variables("ruby3.4").values(), *python_import_paths("3.13")]
    assert "/opt" not in placed(":".join(every), "/code", "/layers")
