# What people run. Each target sets up what it needs; the contracts' WASM builds along (contracts/wasm).

CARGO ?= cargo

.PHONY: demo test build lint clean help

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/'

demo: build ## play every scenario on the embedded chain and check each payment to the wei
	target/debug/surety demo

test: ## run every test
	$(CARGO) test --workspace --locked

build: ## build surety with the contracts embedded
	$(CARGO) build --locked

lint: ## formatting and clippy, as reviewed
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

clean: ## remove what was built
	$(CARGO) clean
