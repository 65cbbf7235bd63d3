#!/bin/sh
# Makes or repairs .venv from requirements.lock; says nothing and takes no time when it is whole.
set -eu
cd "$(dirname "$0")/../.."
stamp=.venv/complete
wanted=$(cksum <requirements.lock)

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && .venv/bin/python -c "" 2>/dev/null; then
    exit 0
fi

python=${PYTHON:-}
if [ -z "$python" ]; then
    for name in python3.11 python3.12 python3.13 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$name
            break
        fi
    done
fi
if [ -z "$python" ]; then
    echo "Weitask needs Python 3.11 or newer; install it, or name one: make PYTHON=/path/to/python3.11" >&2
    exit 1
fi

rm -f "$stamp"
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    printf '· virtual environment … '
    if ! "$python" -m venv --clear .venv >/dev/null 2>&1; then
        echo "failed"
        echo "$python cannot make a virtual environment; on Debian install the package python3-venv." >&2
        exit 1
    fi
    echo "made"
fi

printf '· Python packages of requirements.lock … '
started=$(date +%s)
# The lock is whole, so nothing is resolved: a newer release of a package never changes or breaks the set-up.
if ! said=$(.venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check --no-deps \
    --require-hashes --requirement requirements.lock 2>&1 && .venv/bin/python -m pip check 2>&1); then
    echo "failed"
    echo "$said" | tail -n 15 >&2
    exit 1
fi
echo "$wanted" >"$stamp"
echo "$(($(date +%s) - started)) s"
