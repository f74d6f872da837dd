#!/bin/sh
# Runs the commands of the real cargo-stylus against a fresh `surety devnet` and fails if one of them does not do what it
# should.
#
#   devnet/tests/cargo-stylus.sh SURETY PROJECT [CONSTRUCTOR_PROJECT]
#
# SURETY is the program, PROJECT the folder of a contract without a constructor, CONSTRUCTOR_PROJECT of one whose
# constructor takes a uint256. cargo-stylus must be installed.
set -eu

surety=$(realpath "$1")
project=$(realpath "$2")
constructor=${3:+$(realpath "$3")}
port=${PORT:-28547}
url=http://127.0.0.1:$port
# The published key of Nitro's development account.
key=0xb6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659
if [ ! -d "$(rustc --print target-libdir --target wasm32-unknown-unknown)" ]; then
    # Without rustup's target: Debian's compiler, which building surety has installed, and std built along.
    host=$(rustc -vV | sed -n 's/^host: //p')
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$(rustc --print sysroot)/lib/rustlib/$host/bin/rust-lld"
    export RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort PATH="/usr/bin:$PATH"
fi
folder=$(mktemp -d)
export NO_COLOR=1

"$surety" devnet --port "$port" > "$folder/devnet.log" 2>&1 &
devnet=$!
trap 'kill $devnet; rm -rf "$folder"' EXIT

# Prints a command and its output without colours, timestamps and lists of files; fails with it.
run() {
    printf '\n$ cargo stylus %s\n' "$*" | sed "s/$key/KEY/"
    status=0
    cargo stylus "$@" > "$folder/out" 2>&1 || status=$?
    sed -e 's/\x1b\[[0-9;]*m//g' -e 's/^[0-9TZ:.-]* *INFO *\[[a-z_:]*\] //' -e '/^File used for deployment hash/d' \
        "$folder/out" | tee "$folder/last"
    return $status
}

# The same, but the command must fail and say this.
refused() {
    expected=$1
    shift
    if run "$@"; then
        echo "expected a failure with: $expected" >&2
        return 1
    fi
    grep -q -- "$expected" "$folder/last"
}

says() {
    grep -q -- "$1" "$folder/last" || {
        echo "expected: $1" >&2
        return 1
    }
}

rpc() {
    curl -sf -H 'content-type: application/json' \
        -d "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\",\"params\":$2}" "$url"
}

until rpc eth_chainId '[]' > /dev/null; do sleep 0.1; done

cd "$project"
run get-initcode --output "$folder/initcode"
run check --endpoint "$url"
run deploy --endpoint "$url" --private-key $key --no-verify --no-activate
address=$(grep 'deployed code at address' "$folder/last" | grep -o '0x[0-9a-fA-F]\{40\}')
run activate --endpoint "$url" --private-key $key --address "$address" --estimate-gas
run activate --endpoint "$url" --private-key $key --address "$address"
refused ProgramUpToDate activate --endpoint "$url" --private-key $key --address "$address"
run deploy --endpoint "$url" --private-key $key --no-verify
run cache status --endpoint "$url" --address "$address"
says 'is not yet cached'
run cache suggest-bid --endpoint "$url" "$address"
run cache bid --endpoint "$url" --private-key $key "$address" 1000
run cache status --endpoint "$url" --address "$address"
says 'is cached'
refused 'already cached' cache bid --endpoint "$url" --private-key $key "$address" 1000

run simulate --endpoint "$url" --to "$address" --data 0x
run simulate --endpoint "$url" --to "$address" --data 0x --use-native-tracer
call=$(rpc eth_sendTransaction "[{\"from\":\"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\",\"to\":\"$address\",\"gas\":\"0x4c4b40\"}]" |
    grep -o '0x[0-9a-f]\{64\}')
run trace --endpoint "$url" --tx "$call"
run trace --endpoint "$url" --tx "$call" --use-native-tracer

if [ -n "$constructor" ]; then
    cd "$constructor"
    run check --endpoint "$url"
    run deploy --endpoint "$url" --private-key $key --no-verify --constructor-args 42
fi
printf '\nall commands did what they should\n'
