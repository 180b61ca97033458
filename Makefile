# The one front door. `make run` and `make test` set up a fresh Debian 12 or Ubuntu by themselves (scripts/setup).
#
#   make run            the server on http://127.0.0.1:3000/
#   make run-queue      the same, with streams on a RabbitMQ of its own
#   make run-broadcast  that, and examples/api_server.py: broadcast and watch on http://127.0.0.1:4000/
#   make build          .venv with everything `make run` needs
#   make test           every test
#   make lint           every lint
#   make fmt            formats Rust, Python and the page
#   make bench          cost of a packet and of an operation
#   make fuzz           one parser under a fuzzer: TARGET=name SECONDS=60
#   make wheel          dist/*.whl
#   make constraints    newest Python pins
#   make clean          back to the clone
#
# .cache/ holds one stamp a finished step: what is done and unchanged is not done again.

SHELL := /bin/bash -o pipefail
.DELETE_ON_ERROR:
.SECONDARY:

export PATH := $(CURDIR)/.cache/bin:$(CURDIR)/.venv/bin:$(PATH):$(HOME)/.cargo/bin
export VIRTUAL_ENV := $(CURDIR)/.venv
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

PYTHON_CODE := python server tests examples benches scripts
RUST_CODE := Cargo.toml Cargo.lock $(shell find rust -name '*.rs' -o -name Cargo.toml)
PAGE_CODE := $(wildcard server/web/*.js server/web/src/*)
# Network namespaces are root's; nothing that root owns is left in the tree.
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo env "PATH=$(PATH)" PYTHONDONTWRITEBYTECODE=1)
WHEELS ?= dist
PROFILE ?= release
SECONDS ?= 60

.PHONY: help run run-queue run-broadcast build test test-rust test-page test-python lint lint-rust lint-python \
	lint-page lint-text fmt bench bench-packet bench-queue fuzz wheel constraints clean

help:
	@sed -n '1,/^$$/s/^# \?//p' Makefile

run: build
	exec sfu-server

run-queue: build .cache/system-queue
	exec scripts/private_broker.py sfu-server

run-broadcast: build .cache/system-queue
	exec scripts/private_broker.py bash -c \
		'sfu-server & python examples/api_server.py & trap "kill \$$(jobs -p)" INT TERM; wait; wait'

build: .cache/installed-release .cache/page

# --- Tests

test: test-rust test-page test-python

# The extension module has no tests in Rust, and maturin builds it for those in Python.
test-rust: .cache/python-build
	cargo test --workspace --exclude sfu-python --locked

test-page: .cache/page
	cd server/web && npm test

test-python: .cache/installed-dev .cache/page .cache/oracle .cache/amqplib .cache/python-test
	pytest --ignore=tests/network
	$(AS_ROOT) pytest -p no:cacheprovider tests/network

# --- Lints

lint: lint-text lint-rust lint-python lint-page

lint-rust: .cache/python-lint
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked
	cargo deny --locked check bans licenses sources

lint-python: .cache/installed-dev .cache/python-test .cache/python-lint
	ruff check
	ruff format --check
	mypy $(wildcard $(PYTHON_CODE))
	python -m mypy.stubtest sfu._core
	basedpyright

lint-page: .cache/page
	cd server/web && npm run lint

lint-text: .cache/python-lint
	typos
	shellcheck scripts/setup scripts/constraints .ci/run

fmt: .cache/python-lint .cache/page
	cargo fmt --all
	ruff check --fix-only
	ruff format
	cd server/web && npm run fmt

# --- Measurements and fuzzing

bench: bench-packet bench-queue

bench-packet: .cache/python-build
	cargo run --release --locked --package sfu-bench

bench-queue: .cache/installed-release .cache/python-test
	python -m benches.queue

fuzz: .cache/system-fuzz
	mkdir -p fuzz/corpus/$(TARGET) fuzz/artifacts
	cd fuzz && cargo run --release --locked --bin $(TARGET) -- corpus/$(TARGET) seeds/$(TARGET) \
		-artifact_prefix=artifacts/ -max_total_time=$(SECONDS)

# --- Wheels

wheel: .cache/page
	maturin build --profile $(PROFILE) --locked --out $(WHEELS)
	cd server && hatchling build -t wheel -d $(abspath $(WHEELS))

# --- Set-up

.cache/system-%: scripts/setup Cargo.toml
	scripts/setup $*
	touch $@

.cache/python-%: .cache/system-% pyproject.toml constraints.txt
	pip install --quiet --group $*
	touch $@

.cache/system-test .cache/system-lint .cache/system-fuzz: .cache/python-build

# Both distributions, editable. One profile is installed at a time, so its stamp goes when the other comes.
.cache/installed-%: $(RUST_CODE) pyproject.toml server/pyproject.toml .cache/python-build
	rm -f .cache/installed-*
	maturin develop --profile $* --locked
	pip install --quiet --no-build-isolation --editable server
	touch $@

.cache/page-packages: server/web/package.json server/web/package-lock.json .cache/python-build
	cd server/web && npm ci --no-fund --no-audit --loglevel=error
	touch $@

.cache/page: $(PAGE_CODE) .cache/page-packages
	cd server/web && npm run build
	touch $@

.cache/oracle: tests/ortc/oracle/package-lock.json .cache/python-build
	cd tests/ortc/oracle && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	touch $@

.cache/amqplib: tests/queue/amqplib/package-lock.json .cache/python-build
	cd tests/queue/amqplib && npm ci --no-fund --no-audit --loglevel=error
	touch $@

constraints: .cache/python-build
	scripts/constraints

clean:
	rm -rf .cache .venv dist target server/sfu_server/static examples/broadcast/lib
	rm -rf {server/web,tests/ortc/oracle,tests/queue/amqplib}/node_modules
	rm -f python/sfu/_core.*.so
