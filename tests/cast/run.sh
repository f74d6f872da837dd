#!/usr/bin/env bash
# Runs every `sh` block of docs/CAST.md against a fresh `surety devnet`, with cast from the npm registry.
# Usage: tests/cast/run.sh path/to/surety
set -euo pipefail
surety=$(realpath "$1")
cd "$(dirname "$0")"
npm install --silent --no-audit --no-fund
export PATH="$PWD/node_modules/.bin:$PATH"
work=$(mktemp -d)
"$surety" devnet > "$work/devnet.log" 2>&1 &
devnet=$!
trap 'kill $devnet; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    cast chain-id --rpc-url http://127.0.0.1:8547 > /dev/null 2>&1 && break
    sleep 0.1
done
SURETY_PRIVATE_KEY=0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80 SURETY_CONFIG="$work/networks.toml" "$surety" deploy > "$work/deploy"
cat "$work/deploy"
{
    echo 'set -euo pipefail'
    grep '^export' "$work/deploy"
    sed -n '/^```sh$/,/^```$/p' ../../docs/CAST.md | grep -v '^```'
    # Paid; Closed; +1 each.
    echo '[[ $JOB_STATE == "(9, "* && $CASE == "(5, "* && $WORKER_SCORE == "(1, "* && $REFEREE_SCORE == "(1, "* ]]'
} > "$work/job.sh"
bash "$work/job.sh"
echo "one whole job with cast alone: as docs/CAST.md says"
