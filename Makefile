# Every habit of this project is a target; `make` lists them. What a target needs and the machine lacks is installed
# first, and said.

SHELL := /bin/bash -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check bench gen document fuzz deps size fmt unit conformance review clean-data

export CARGO_TERM_COLOR ?= auto
TOOLS := .tools
VENV := $(TOOLS)/venv
CARGO_PROFILE ?= dev
# where cargo puts what it builds for a profile
OUT := target/$(if $(filter dev,$(CARGO_PROFILE)),debug,$(CARGO_PROFILE))

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  \033[1m%-13s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(TOOLS)/cargo $(TOOLS)/console ## build Regent and start it on 127.0.0.1:4599 with an embedded store in .data/
	cargo build --release --package regent
	exec target/release/regent serve $(ARGS)

test: unit conformance ## everything CI runs: unit, documentation, both stores, real clients

unit: $(TOOLS)/nextest $(TOOLS)/postgresql $(TOOLS)/console ## unit, integration and documentation tests, the store's contract on both databases
	npm --prefix console test --silent
	INSTA_UPDATE=no cargo nextest run --workspace --cargo-profile $(CARGO_PROFILE)
	cargo test --doc --workspace --profile $(CARGO_PROFILE) --quiet

conformance: $(TOOLS)/cargo $(TOOLS)/awscli $(TOOLS)/node $(TOOLS)/console $(TOOLS)/chromium $(VENV)/conformance ## real clients against the built binary
	cargo build --package regent --profile $(CARGO_PROFILE)
	REGENT=$(CURDIR)/$(OUT)/regent PATH=$(CURDIR)/$(VENV)/bin:$$PATH conformance/run $(ARGS)

check: $(TOOLS)/cargo $(TOOLS)/console $(VENV)/typos deps size ## format, lints, spelling, generated code, dependencies, sizes
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --profile $(CARGO_PROFILE) -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps --document-private-items --profile $(CARGO_PROFILE) --quiet
	$(VENV)/bin/typos
	cargo run --quiet --package xtask --profile $(CARGO_PROFILE) -- codegen --check
	npm --prefix console run --silent check

deps: $(TOOLS)/cargo ## which crate may use which, banned crates, licences
	cargo run --quiet --package xtask --profile $(CARGO_PROFILE) -- deps

size: ## files that have grown too long
	@scripts/size

bench: $(TOOLS)/cargo $(TOOLS)/postgresql $(TOOLS)/valgrind ## one table of ratios, measured side by side in one run
	bench/run $(ARGS)

gen: $(TOOLS)/cargo $(TOOLS)/node $(VENV)/pip ## fetch the pinned models and data, regenerate what is generated from them
	PATH=$(CURDIR)/$(VENV)/bin:$$PATH cargo run --quiet --package xtask -- models
	PATH=$(CURDIR)/$(VENV)/bin:$$PATH cargo run --quiet --package xtask -- managed-policies
	PATH=$(CURDIR)/$(VENV)/bin:$$PATH cargo run --quiet --package xtask -- catalogue
	cargo run --quiet --package xtask -- codegen

document: $(TOOLS)/nextest ## write the API's description, console/openapi.json, anew from the code
	REGENT_WRITE_DOCUMENT=1 cargo nextest run --package regent --cargo-profile $(CARGO_PROFILE) -E 'test(checked_in_document)'

fuzz: $(TOOLS)/cargo-fuzz ## sixty seconds for every parser of a stranger's bytes (NAME= one, SECONDS= longer)
	fuzz/run $(NAME)

fmt: $(TOOLS)/cargo ## format the code
	cargo fmt --all

review: $(TOOLS)/insta ## look at changed snapshots, one by one
	cargo insta review

clean-data: ## remove the embedded store that `make run` made
	rm -rf .data

# ── what the targets need ────────────────────────────────────────────────────────────────────────────────────────

$(TOOLS):
	@mkdir -p $@

$(TOOLS)/cargo: | $(TOOLS)
	@command -v cargo >/dev/null || { echo 'cargo is missing: install Rust 1.95 or later (https://rustup.rs)'; exit 1; }
	@command -v cc >/dev/null || { echo 'installing a C compiler'; $(APT) update >/dev/null; $(APT) install gcc libc6-dev >/dev/null; }
	@touch $@

$(TOOLS)/nextest: $(TOOLS)/cargo
	@cargo nextest --version >/dev/null 2>&1 || { echo 'installing cargo-nextest'; cargo install --locked cargo-nextest; }
	@touch $@

$(TOOLS)/insta: $(TOOLS)/cargo
	@cargo insta --version >/dev/null 2>&1 || { echo 'installing cargo-insta'; cargo install --locked cargo-insta; }
	@touch $@

$(TOOLS)/cargo-fuzz: $(TOOLS)/cargo
	@cargo fuzz --version >/dev/null 2>&1 || { echo 'installing cargo-fuzz'; cargo install --locked cargo-fuzz; }
	@touch $@

SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
APT = DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get -qq -y --no-install-recommends

# $(call debian,command or file pattern to look for,packages)
define debian
	@compgen -G '$(1)' >/dev/null || command -v $(1) >/dev/null || { echo 'installing $(2)'; $(APT) update >/dev/null; $(APT) install $(2) >/dev/null; }
	@touch $@
endef

$(TOOLS)/postgresql: | $(TOOLS)
	$(call debian,/usr/lib/postgresql/*/bin/initdb,postgresql)

$(TOOLS)/valgrind: | $(TOOLS)
	$(call debian,valgrind,valgrind)

$(TOOLS)/awscli: | $(TOOLS)
	$(call debian,/usr/bin/aws,awscli)

$(TOOLS)/node: | $(TOOLS)
	$(call debian,npm,nodejs npm)

$(TOOLS)/chromium: | $(TOOLS)
	$(call debian,/usr/bin/chromium,chromium)

# The console is built anew when something it is made of has changed.
CONSOLE := $(shell git ls-files console 2>/dev/null)

$(TOOLS)/console: $(CONSOLE) | $(TOOLS)/node
	@console/build
	@touch $@

$(TOOLS)/python: | $(TOOLS)
	@python3 -c 'import ensurepip' 2>/dev/null || { echo 'installing python3-venv'; $(APT) update >/dev/null; $(APT) install python3 python3-venv >/dev/null; }
	@touch $@

$(VENV)/pip: $(TOOLS)/python
	@[ -x $(VENV)/bin/pip ] || python3 -m venv $(VENV)
	@touch $@

$(VENV)/typos: $(VENV)/pip
	@echo 'installing typos'; $(VENV)/bin/pip install --quiet --disable-pip-version-check typos==1.52.0
	@touch $@

$(VENV)/conformance: $(VENV)/pip conformance/requirements.txt
	@echo 'installing the Python clients'; $(VENV)/bin/pip install --quiet --disable-pip-version-check -r conformance/requirements.txt
	@touch $@
