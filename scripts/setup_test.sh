#!/usr/bin/env bash
# What the tests use besides the package itself: a real PostgreSQL, a real browser with fonts for every script.
set -eu
cd "$(dirname "$0")/.."
bash scripts/apt.sh postgresql chromium fonts-noto-core fonts-noto-cjk openssh-server postfix opendkim strace gcc libc6-dev
