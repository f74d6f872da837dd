# What people run. Each target sets up what it needs; the contracts' WASM builds along (contracts/wasm).

CARGO ?= cargo

.PHONY: demo test build lint cast clean help cargo-stylus bench figure-4 bench-devnet fuzz-devnet fuzz-contracts cache-manager model deny twins gas reproducible mutants

TOOLS = $(CURDIR)/target/tools
# Run by targets below, each built by itself: none may lean on features that only the whole workspace turns on.
PROGRAMS = surety-model surety-plays surety-fuzz surety-bench surety-engine-bench
SECONDS ?= 60
ACTIONS ?= 1000000

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/'

demo: build ## play every scenario on the embedded chain and check each payment to the wei
	target/debug/surety demo

test: ## run every test
	$(CARGO) test --workspace --locked

build: ## build surety with the contracts embedded
	$(CARGO) build --locked

lint: ## formatting and clippy, as reviewed
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	for program in $(PROGRAMS); do $(CARGO) check --locked -p $$program || exit 1; done

cargo-stylus: build ## run the real cargo-stylus against the chain: installs it, takes minutes
	$(CARGO) install cargo-stylus --locked --version '^0.10' --root $(TOOLS)
	PATH="$(TOOLS)/bin:$$PATH" devnet/tests/cargo-stylus.sh target/debug/surety escrow contracts/stylus/owned

bench: ## measure the engine beside other crates and the processor's limit; LARGE=100000000 adds a tree of that many leaves
	$(CARGO) run --profile fast --locked -p surety-engine-bench -- $(if $(LARGE),--large $(LARGE))

figure-4: ## draw the second paper's Figure 4 again, in docs: powers computed directly, or delegated and verified
	$(CARGO) run --profile fast --locked -p surety-engine-bench -- --figure docs

bench-devnet: ## measure the chain, beside anvil from the npm registry
	$(CARGO) build --profile fast --locked -p surety -p surety-bench
	npm install --no-save --prefix $(TOOLS) @foundry-rs/anvil@1.7.1
	npm install --no-save --prefix devnet/contracts
	npm run bench --prefix devnet/contracts
	target/fast/surety-bench --surety target/fast/surety --contracts target/bench --anvil $$(ls $(TOOLS)/node_modules/@foundry-rs/anvil-*/bin/anvil)

fuzz-devnet: ## send the chain made-up programs and requests, SECONDS=60 of each
	$(CARGO) run --locked -p surety-fuzz -- programs --seconds $(SECONDS)
	$(CARGO) run --locked -p surety-fuzz -- requests --seconds $(SECONDS)
	$(CARGO) run --locked --manifest-path fuzz/smith/Cargo.toml -- --seconds $(SECONDS)

fuzz-contracts: ## play made-up jobs against a reference of the protocol, ACTIONS=1000000 natively and a hundredth as WASM
	$(CARGO) run --locked -p surety-plays -- --actions $(ACTIONS)
	$(CARGO) run --locked -p surety-plays -- --actions $$(($(ACTIONS) / 100)) --differential --forms 1

twins: ## compile the escrow's Solidity twins, to measure against
	npm install --no-save --prefix devnet/contracts
	npm run twins --prefix devnet/contracts

gas: build twins ## measure the gas of every call, beside the papers' and Solidity's
	target/debug/surety gas --twins target/bench

model: ## play larger jobs in every way to the end, and print the states; takes a quarter of an hour
	$(CARGO) run --profile fast --locked -p surety-model

deny: ## check licences and sources of everything that is linked in, then advisories (their list comes from GitHub); installs cargo-deny
	$(CARGO) install cargo-deny --locked --root $(TOOLS)
	$(TOOLS)/bin/cargo-deny check licenses bans sources
	$(TOOLS)/bin/cargo-deny check advisories

reproducible: ## build the contracts twice from nothing, in two folders, and compare every byte; takes minutes
	rm -rf target/reproduce
	for build in first second; do CARGO_TARGET_DIR=target/reproduce/$$build $(CARGO) build --locked -p surety-wasm || exit 1; done
	for contract in escrow referee collusion predicate; do \
		cmp target/reproduce/first/debug/build/surety-wasm-*/out/$$contract.wasm target/reproduce/second/debug/build/surety-wasm-*/out/$$contract.wasm || exit 1; \
	done
	sha256sum target/reproduce/first/debug/build/surety-wasm-*/out/*.wasm

mutants: ## change protocol and contracts in every way, one at a time, and list what no test notices; SHARD=0/8 for an eighth
	$(CARGO) install cargo-mutants --locked --root $(TOOLS)
	$(TOOLS)/bin/cargo-mutants mutants --workspace -o target $(if $(SHARD),--shard $(SHARD))

cache-manager: ## compile devnet/contracts/CacheManager.sol, and fail if the chain holds something else
	npm install --no-save --prefix devnet/contracts
	npm run cache-manager --prefix devnet/contracts
	git diff --exit-code devnet/src/node/cache_manager.hex

cast: build ## carry one job out with cast alone, as docs/CAST.md has it (needs npm)
	tests/cast/run.sh target/debug/surety

clean: ## remove what was built
	$(CARGO) clean
