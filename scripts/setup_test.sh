#!/usr/bin/env bash
# What the tests use besides the package itself: a real PostgreSQL, a real browser with fonts for every script.
set -eu
cd "$(dirname "$0")/.."
bash scripts/apt.sh postgresql chromium fonts-noto-core fonts-noto-cjk libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 openssh-server postfix opendkim strace gcc libc6-dev nats-server curl newsboat sfeed default-jre-headless
# Real translation engines: rules with dictionaries (GPL, only ever a process of its own), and one small model.
bash scripts/apt.sh apertium apertium-apy apertium-eng-spa apertium-es-pt apertium-fr-es apertium-ind-zlm
.venv/bin/python scripts/fetch_test_model.py
