"""The four storeys: imports go down only, and never from inside a function."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
STOREYS = ("server", "web", "rooms", "school")


def test_imports_go_down_only() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_module_imports_inside_a_function() -> None:
    inside = [
        f"{path.relative_to(ROOT)}:{statement.lineno}"
        for storey in STOREYS
        for path in (ROOT / storey).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in ast.walk(function)
        if isinstance(statement, ast.Import | ast.ImportFrom)
    ]
    assert inside == []
