#!/usr/bin/env bash
# The main job, end to end, on a local Traede: `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
rm -rf .demo && mkdir .demo
unset TRAEDE_APP_KEY TRAEDE_APP_IDENTIFIER RECONCILE_ENV

bold=$(printf '\033[1m') plain=$(printf '\033[0m')
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || bold='' plain=''
say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
run() { printf '%s$ reconcile %s%s\n' "$bold" "$*" "$plain"; "$bin/reconcile" --state sqlite:///.demo/state.db "$@"; }
fail() { echo "demo: $*" >&2; exit 1; }

say "A local Traede, and last season's catalog in it"
printf '{"suppliers": ["501", "502", "503", "510", "511", "520"]}' > .demo/account.json
"$bin/reconcile" sandbox --port 0 --control --load .demo/account.json > .demo/sandbox.log 2>&1 &
sandbox=$!
trap 'kill $sandbox 2>/dev/null || true' EXIT
for _ in $(seq 100); do grep -q 'http' .demo/sandbox.log && break; sleep 0.1; done
TRAEDE_URL=$(grep -oE 'http://[0-9.]+:[0-9]+' .demo/sandbox.log) || fail "the sandbox did not start"
export TRAEDE_URL TRAEDE_TOKEN=sandbox-token
"$bin/python" tests/sample/last_season.py catalog .demo/last-season
run --catalog .demo/last-season apply --yes

say "Somebody changes a price in the web page"
"$bin/python" - "$TRAEDE_URL" <<'EOF'
import json, sys, urllib.request
edit = {"kind": "variant", "key": "NJ-HBEAN-NVY", "action": "set",
        "fields": {"prices.SEK.sales_price": 99}}
urllib.request.urlopen(urllib.request.Request(
    sys.argv[1] + "/_sandbox/edit", json.dumps(edit).encode(),
    {"Content-Type": "application/json"}))
print(f"NJ-HBEAN-NVY: SEK wholesale is now 99.00 in Traede")
EOF

say "Today's catalog: check it"
run validate

say "What would change (the price edited in the web page is held)"
run plan --out .demo/plan.json

say "Apply exactly that plan"
run apply .demo/plan.json --yes

say "Plan again: nothing to do, the held price is still left alone"
run plan --detailed-exitcode || fail "there should be nothing left to do"
