# LifeCert: every task of a working day. `make` alone explains them.
# Needs Python 3.11 to 3.13 and make; everything else is installed under .venv and .build.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The first Python that will do; make PYTHON=/path/to/python3.13 chooses another.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	if $$p -c "$(SUPPORTED)" 2>/dev/null; then echo $$p; break; fi; done)
# Which environment of samconfig.toml `make deploy` deploys.
STAGE ?= dev

PY := .venv/bin/python
STAMPS := .build/stamps
IMAGE := .build/image
LOCKS := requirements/dev.txt layers/core/requirements.txt layers/tokens/requirements.txt layers/vision/requirements.txt
# What is in the folder MODELS, for closed networks, is taken from there.
ASSETS = $(if $(MODELS),MODELS="$(abspath $(MODELS))" )$(PY) layers/vision/assets.py
# Layers and functions are built for the Python that runs them here; Lambda has the same ones.
PYTHON_RUNTIME = python$(shell $(PY) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# -qq leaves pip's errors only: its complaints about undeclared extras of mediapipe are known (docs/adr/0001). Python
# compiles what it imports; pip would compile every file of every package, which takes twice as long as the rest.
PIP_FLAGS := -qq --no-compile --no-deps --require-hashes

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SAM_CLI_TELEMETRY := 0

##@ Run it
.PHONY: help demo dev token frames event holds night
demo dev token frames event holds night docker-check bench bench-image bench-peers profile probe duplicates-bench: \
	export PYTHONPATH := layers/core:layers/vision
help: ## this list
	@echo "LifeCert: make <target>"
	@awk -F ':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-20s  %s\n", $$1, $$2}' Makefile

demo: setup build ## the whole story on this machine: register, certify, lapse, hold, certify again (two minutes; four the first time)
	@$(PY) -m local.demo

# Shells set USER, and some HOST, by themselves: only what make was told counts.
told = $(if $(filter command,$(firstword $(origin $(1)))),$($(1)))
dev: setup build ## keep the stack running for the desk and for clients, with what to click and sample calls ([WEB_ORIGIN=origin] [HOST=address])
	@$(PY) -m local.dev $(if $(WEB_ORIGIN),--web-origin "$(WEB_ORIGIN)") $(if $(call told,HOST),--host "$(HOST)")

# Of a running make dev: the latest, or that of ENDPOINT.
OF = $(if $(ENDPOINT),--endpoint-url "$(ENDPOINT)")
token: .venv/.ready ## print a new sign-in token of a user of make dev (USER=clerk)
	@$(PY) -m local.dev.token $(OF) $(if $(call told,USER),"$(USER)")

frames: .venv/.ready ## draw new frames for a challenge (SESSION=id or STEPS=neutral,smile [PERSON=name] [OUT=folder])
	@test -n "$(SESSION)$(STEPS)" || { echo "usage: make frames SESSION=id | STEPS=neutral,smile [PERSON=name] [OUT=folder]"; exit 2; }
	@$(PY) -m local.dev.frames $(OF) $(if $(SESSION),--session "$(SESSION)") $(if $(STEPS),--steps "$(STEPS)") \
		$(if $(PERSON),--person "$(PERSON)") $(if $(OUT),--out "$(OUT)")

holds: .venv/.ready ## have somebody lapse, be told, and be proposed for a hold, for the desk of make dev
	@$(PY) -m local.dev.nights holds $(OF)

night: .venv/.ready ## let a night go by on the stack of make dev: its nightly run, and the next day
	@$(PY) -m local.dev.nights night $(OF)

event: .venv/.ready ## make events of a live session of make dev, for sam local, and print its commands
	@$(PY) -m local.dev.event $(OF)

##@ Test it
.PHONY: secrets test test-tools test-unit screenshots phone-time bench bench-image bench-scale bench-snapshots city bench-peers figures cost profile probe duplicates-bench calibrate causes \
	discards lights attacks imprints edits clips sheets pad cues processors margins state-chart reference check quick-check coverage mutants model load format-check lint types \
	dependencies audit template-lint openapi-lint clients
# Two workers: what they share, and in which order, is said in tests/conftest.py.
WORKERS ?= 2
EVERY_TEST = $(PY) -m pytest --numprocesses $(WORKERS) --dist loadgroup --no-loadscope-reorder
test: setup build $(IMAGE)/laid-out test-tools clients ## every test, on the built artefact and the local AWS (ARGS='-k name' picks, WORKERS=0 for one by one)
	@$(EVERY_TEST) $(ARGS)

# What some tests use and no wheel brings: a browser that shows the certificate's page, Java and npm for DynamoDB Local.
# Program and Debian package; without one the tests that need it are left out, and fail under CI=true.
TEST_TOOLS := chromium:chromium java:default-jre-headless node:nodejs npm:npm
test-tools: ## get Chromium, Java and npm for the tests, as root on Debian; else say how
	@lacking=; for tool in $(TEST_TOOLS); do \
		[ $${tool%:*} = chromium ] && { command -v chromium-browser || command -v google-chrome; } >/dev/null && continue; \
		command -v $${tool%:*} >/dev/null || lacking="$$lacking $${tool#*:}"; done; \
	[ -n "$$lacking" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && grep -qs '^ID=debian' /etc/os-release; then \
		echo "test-tools: installing$$lacking"; \
		export DEBIAN_FRONTEND=noninteractive; \
		{ apt-get update -qq && apt-get install -qq -y --no-install-recommends $$lacking; } >/dev/null && exit 0; fi; \
	echo "test-tools: some tests need$$lacking. On Debian: sudo apt-get install --no-install-recommends$$lacking"

test-unit: .venv/.ready ## the quick tests: no build, no network
	@$(PY) -m pytest tests/unit tests/architecture $(ARGS)

PHONE_PAGE := $(PY) -m pytest -q --numprocesses 0 tests/e2e/test_phone_page.py tests/e2e/test_phone_page_faults.py
screenshots: setup build test-tools ## take the pictures of the phone page and the desk anew: docs/img (Chromium; 6 minutes)
	@LIFECERT_SCREENSHOTS=docs/img/phone LIFECERT_DESK_SCREENSHOTS=docs/img/desk $(PHONE_PAGE) tests/e2e/test_desk.py tests/e2e/test_desk_checks.py

phone-time: setup build test-tools ## how long a person of eighty takes on the phone page, who reads and presses slowly
	@LIFECERT_EIGHTY=1 $(PHONE_PAGE) -k eighty

# What is measured, and what need not be, is in pyproject.toml.
coverage: setup build $(IMAGE)/laid-out test-tools clients ## every test, and then whether the product is covered: all of the domain, 95 % of the rest, branches too
	@$(EVERY_TEST) --cov --cov-report= $(ARGS)
	@echo "coverage of the domain"
	@$(PY) -m coverage report --include '*/lifecert/domain/*' --fail-under 100
	@echo "coverage of the rest of the product"
	@$(PY) -m coverage report --omit '*/lifecert/domain/*' --fail-under 95

mutants: .venv/.ready .build/mutation/.ready ## whether the tests of the rules notice when a rule is changed (5 minutes)
	@nice $(PY) -m lab.mutants $(ARGS)

model: export PYTHONPATH := layers/core:layers/vision
model: .venv/.ready ## every state that the year can come to, and whether all is right in it (ARGS='--scenario once': two minutes)
	@nice $(PY) -m tests.model $(ARGS)

.build/mutation/.ready: requirements/mutation.txt .venv/.ready
	@$(PY) -m venv --clear .build/mutation
	@.build/mutation/bin/python -m pip install $(PIP_FLAGS) -r $<
	@touch $@

bench: setup build ## cold start, warm verification, memory: table, JSON and picture in .build/bench (6 minutes)
	@$(PY) -m lab.speed --date "$$(date -u +%F)" $(ARGS)

bench-image: $(IMAGE)/laid-out ## the layers and the container image in turn: cold start, warm verification, memory (4 minutes)
	@$(PY) -m lab.speed.image --date "$$(date -u +%F)" $(ARGS)

bench-scale: export PYTHONPATH := layers/core
bench-scale: setup ## cost of a sweep in registers of ten thousand to a million people (Java, npm; 20 minutes)
	@$(PY) -m lab.scale --date "$$(date -u +%F)" $(ARGS)

bench-snapshots: export PYTHONPATH := .:layers/core
bench-snapshots: .venv/.ready ## what snapshots of a payer's feed take, with a million people (5 minutes, 2 GB on disk)
	@$(PY) -m lab.scale.snapshots $(ARGS)

city: export PYTHONPATH := layers/core:layers/vision
city: setup ## a made-up city is imported and lives a year, and its payers must agree to the day (ARGS='--people 2000 --living 200')
	@$(PY) -m lab.city $(ARGS)

bench-peers: setup build .build/peers/.ready ## beside dlib's pipeline, same photos, one core (DATA=manifest.csv adds labelled pairs)
	@$(PY) -m lab.speed.peers --date "$$(date -u +%F)" $(if $(DATA),--data "$(DATA)") $(ARGS)

# An environment of their own. One peer is no wheel: what builds it comes first, and builds it without asking for more.
.build/peers/.ready: requirements/peers.txt requirements/peers-build.txt .venv/.ready
	@echo "bench-peers: installing the peers (110 MB)"
	@$(PY) -m venv --clear .build/peers
	@.build/peers/bin/python -m pip install $(PIP_FLAGS) -r requirements/peers-build.txt
	@.build/peers/bin/python -m pip install $(PIP_FLAGS) --no-build-isolation -r requirements/peers.txt
	@touch $@

figures: export PYTHONPATH := layers/core:layers/vision
figures: .venv/.ready ## tables and pictures of the docs from docs/figures.json (TAKE="speed=.build/bench/bench.json" first)
	@$(PY) -m lab.figures $(TAKE)

cost: .venv/.ready ## what it costs to run: by verification, by year for 10 to 300 million people (ARGS='--prices mine.toml')
	@$(PY) -m lab.costs $(ARGS)

load: export PYTHONPATH := layers/core:layers/vision
load: setup build ## many phones at once on the local stack: latencies, no errors (ARGS='--phones 8 --certifications 80')
	@$(PY) -m lab.speed.load --date "$$(date -u +%F)" $(ARGS)

# What Python does from the start to the first decision (module import times), then where warm verifications spend it.
profile: setup build ## where the time of a cold start and of a warm verification goes
	@$(PY) -m lab.speed.profile

probe: setup build ## whether the time of an answer tells who is registered (ARGS='--pairs 1000')
	@$(PY) -m lab.speed.probing $(ARGS)

duplicates-bench: .venv/.ready ## time and memory of the search for one face among many (FACES=1000000)
	@OPENBLAS_NUM_THREADS=1 $(PY) -m lab.speed.gallery --faces $(or $(FACES),1000000)

calibrate: setup ## error rates and thresholds from labelled photos (DATA=manifest.csv or folder, OUT=folder, ARGS=...)
	@test -n "$(DATA)" -a -n "$(OUT)" || { echo "calibrate: name DATA= and OUT=, see docs/accuracy.md"; exit 2; }
	@lab/calibration/lifecert-calibrate "$(DATA)" "$(OUT)" $(ARGS)

causes: export PYTHONPATH := layers/core:layers/vision
causes: setup ## how often the true cause is named, on good photos spoilt in known ways (DATA=folder, ARGS=...)
	@test -n "$(DATA)" || { echo "causes: name DATA=, a folder of photos"; exit 2; }
	@$(PY) -m lab.attacks.causes "$(DATA)" $(ARGS)

discards: export PYTHONPATH := layers/core:layers/vision
discards: setup ## what each quality limit keeps away: error versus discard (DATA=folder of people with two photos each, OUT=folder)
	@test -n "$(DATA)" || { echo "discards: name DATA=, a folder of people"; exit 2; }
	@$(PY) -m lab.discards "$(DATA)" $(if $(OUT),--out "$(OUT)") $(ARGS)

lights: export PYTHONPATH := layers/core:layers/vision
lights: setup ## how honest sessions of bad light end (DATA=folder of people with five photos each, ARGS="--beside min_brightness=35")
	@test -n "$(DATA)" || { echo "lights: name DATA=, a folder of people"; exit 2; }
	@$(PY) -m lab.lights "$(DATA)" $(ARGS)

attacks: export PYTHONPATH := layers/core:layers/vision
attacks: setup ## how many computed attacks pass a whole verification (DATA=folder of people with two photos each, ARGS=...)
	@test -n "$(DATA)" || { echo "attacks: name DATA=, a folder of people"; exit 2; }
	@$(PY) -m lab.attacks.computed "$(DATA)" $(ARGS)

pad: export PYTHONPATH := layers/core:layers/vision
pad: setup ## what your own recordings of attacks get past (DATA=folder with live/, print/, screen/phone/, references/ ... [OUT=folder])
	@test -n "$(DATA)" || { echo "pad: name DATA=, a folder of recordings"; exit 2; }
	@$(PY) -m lab.attacks.kit "$(DATA)" $(if $(OUT),--out "$(OUT)")

cues: export PYTHONPATH := layers/core:layers/vision
cues: setup ## what cues without a model would add to the networks, on the same recordings (DATA=folder)
	@test -n "$(DATA)" || { echo "cues: name DATA=, a folder of recordings"; exit 2; }
	@$(PY) -m lab.attacks.cues "$(DATA)"

imprints: export PYTHONPATH := layers/core:layers/vision
imprints: setup ## how much of a face is left in what is stored to know copies by (DATA=folder of people with two photos each, ARGS=...)
	@test -n "$(DATA)" || { echo "imprints: name DATA=, a folder of people"; exit 2; }
	@$(PY) -m lab.attacks.imprints "$(DATA)" $(ARGS)

edits: export PYTHONPATH := layers/core:layers/vision
edits: setup ## which edits of a photo used before make it look new (DATA=folder of people, ARGS=...)
	@test -n "$(DATA)" || { echo "edits: name DATA=, a folder of people"; exit 2; }
	@$(PY) -m lab.attacks.edits "$(DATA)" $(ARGS)

clips: export PYTHONPATH := layers/core:layers/vision
clips: setup ## how sessions of real clips end, with steps done and not done (DATA=folder of clips with events.csv, ARGS=...)
	@test -n "$(DATA)" || { echo "clips: name DATA=, a folder of clips with events.csv"; exit 2; }
	@$(PY) -m lab.clips "$(DATA)" $(ARGS)

sheets: export PYTHONPATH := layers/core:layers/vision
sheets: setup ## which steps a photo on a computed sheet shows, flat or bent (DATA=folder of photos, ARGS=...)
	@test -n "$(DATA)" || { echo "sheets: name DATA=, a folder of photos"; exit 2; }
	@$(PY) -m lab.attacks.sheets "$(DATA)" $(ARGS)

state-chart: export PYTHONPATH := layers/core
state-chart: .venv/.ready ## draw the state chart in README and docs/design.md anew from the status table
	@$(PY) -m lab.state_chart

processors: export PYTHONPATH := layers/core:layers/vision
processors: setup ## how far numbers and decisions move between processors (DATA=folder of photos, ARGS=...; C compiler, binutils)
	@$(PY) -m lab.processors $(if $(DATA),"$(DATA)") $(ARGS)

margins: export PYTHONPATH := layers/core:layers/vision
margins: setup ## whether a test of the models sits nearer to a limit than three times what numbers move by
	@for times in 3 -3; do $(PY) -m pytest tests/vision -p tests.support.moved --moved=$$times $(ARGS); done

reference: .venv/.ready ## make docs/reference.md anew: parameters, limits of alarms, settings, out of the templates
	@$(PY) -m lab.reference

check: quick-check coverage ## whether a change may go in: what quick-check asks, every test, coverage

quick-check: format-check lint types secrets dependencies template-lint openapi-lint ## all that needs no test: format, lint, types, secrets, dependencies, templates, API

format-check: .venv/.ready ## whether the code has the format of `make format`
	@$(PY) -m ruff format --check .

lint: .venv/.ready ## look for mistakes in the code
	@$(PY) -m ruff check .

# By the form of known secrets. Random-looking text is left alone: locks and digests are full of it.
SECRETS := --disable-plugin HexHighEntropyString --disable-plugin Base64HighEntropyString --disable-plugin KeywordDetector
secrets: .venv/.ready ## look for keys, tokens and passwords among the files to be committed
	@.venv/bin/detect-secrets-hook $(SECRETS) $$(git ls-files | grep -vE '^(events|requirements)/|requirements.txt$$')

dependencies: .venv/.ready ## versions, hashes and licences of all that is installed, without a network
	@$(PY) -m ops.checks.dependencies

audit: .venv/.ready ## ask for published advisories about every locked version (needs a network)
	@$(PY) -m ops.checks.advisories $(ARGS)

types: .venv/.ready ## check the types
	@$(PY) -m mypy

template-lint: export AWS_DEFAULT_REGION ?= us-east-1
template-lint: .venv/.ready ## check the templates
	@.venv/bin/sam validate --lint --template template.yaml
	@.venv/bin/cfn-lint $(filter-out infra/openapi.yaml,$(wildcard infra/*.yaml))

# Tools for the API's description, in a folder of their own; no package of them runs anything when it is installed.
API_TOOLS := .build/openapi
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true
$(API_TOOLS)/.ready: $(wildcard requirements/openapi/*)
	@echo "installing what reads the API's description (83 MB, by npm)"
	@mkdir -p $(API_TOOLS)
	@cp $^ $(API_TOOLS)
	@cd $(API_TOOLS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >install.log || { cat install.log; exit 1; }
	@touch $@

# Redocly also says that it will want a newer Node.js one day.
REDOCLY = $(API_TOOLS)/node_modules/.bin/redocly
openapi-lint: $(if $(shell command -v npm),$(API_TOOLS)/.ready) ## check the API's description, by Redocly CLI and Spectral (npm; left out where there is none)
	@if ! command -v npm >/dev/null; then \
		echo "openapi-lint: left out, for there is no npm here. tests/unit/http/test_openapi.py holds the file to the code."; \
		[ "$${CI:-}" != true ]; exit; fi; \
	$(REDOCLY) lint --config $(API_TOOLS)/redocly.yaml infra/openapi.yaml 2>$(API_TOOLS)/redocly.log || \
		{ cat $(API_TOOLS)/redocly.log; exit 1; }; \
	$(API_TOOLS)/node_modules/.bin/spectral lint --quiet --ruleset $(API_TOOLS)/spectral.yaml --fail-severity hint infra/openapi.yaml

# What generates clients from the API's description, and what those clients need: environments of their own.
CLIENTS := .build/clients
$(CLIENTS)/env/.ready: requirements/clients.txt .venv/.ready
	@echo "clients: installing what generates the Python client"
	@$(PY) -m venv --clear $(CLIENTS)/env
	@$(CLIENTS)/env/bin/python -m pip install $(PIP_FLAGS) -r $<
# What is generated beside it can be imported.
	@$(CLIENTS)/env/bin/python -c 'import pathlib, site; \
		pathlib.Path(site.getsitepackages()[0], "generated.pth").write_text("$(CURDIR)/$(CLIENTS)/python\n")'
	@touch $@

$(CLIENTS)/typescript/.ready: clients/typescript/package.json clients/typescript/package-lock.json
	@echo "clients: installing what generates and compiles the TypeScript client (50 MB, by npm)"
	@mkdir -p $(CLIENTS)/typescript
	@cp $^ $(CLIENTS)/typescript
	@cd $(CLIENTS)/typescript && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >install.log || { cat install.log; exit 1; }
	@touch $@

# Python client and TypeScript client, each from nothing: what is not described any more is gone.
clients: $(CLIENTS)/env/.ready ## generate clients into .build/clients, compile their examples (Python, and TypeScript where there is npm) and check what the pages call
	@rm -rf $(CLIENTS)/python
	@mkdir -p $(CLIENTS)/python
	@PATH="$(CURDIR)/$(CLIENTS)/env/bin:$$PATH" openapi-python-client generate --path infra/openapi.yaml --meta none \
		--fail-on-warning --output-path $(CLIENTS)/python/lifecert_client >$(CLIENTS)/python.log 2>&1 || \
		{ cat $(CLIENTS)/python.log; exit 1; }
	@if ! command -v npm >/dev/null; then echo "clients: without npm there is no TypeScript client."; \
	elif ! $(MAKE) -s $(CLIENTS)/typescript/.ready; then rm -f $(CLIENTS)/typescript/.ready; \
		echo "clients: npm cannot fetch what the TypeScript client needs, so there is none."; \
	else $(MAKE) -s $(CLIENTS)/typescript/certify.js; fi

$(CLIENTS)/typescript/certify.js: FORCE $(CLIENTS)/typescript/.ready
	@cp clients/typescript/*.ts clients/typescript/tsconfig.json $(CLIENTS)/typescript
	@cd $(CLIENTS)/typescript && { node_modules/.bin/openapi-typescript "$(CURDIR)/infra/openapi.yaml" \
		--default-non-nullable false --output schema.d.ts >generate.log 2>&1 || { cat generate.log; exit 1; }; \
		node_modules/.bin/tsc; node_modules/.bin/tsc -p "$(CURDIR)/web"; }

format: .venv/.ready ## format the code and mend what can be mended
	@$(PY) -m ruff check --fix-only --quiet .
	@$(PY) -m ruff format .

##@ Build and deploy it
.PHONY: setup build build-all image docs size said-for-clerks deploy deploy-prod teardown docker-check
setup: .venv/.ready .build/runtime/.ready ## install everything: environment, models, portraits
	@$(ASSETS) layers/vision/models.json local/camera/portraits.json

.venv/.ready: $(LOCKS)
	@if ! "$(PYTHON)" -c "$(SUPPORTED)" 2>/dev/null; then \
		echo "LifeCert needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is none of them."; \
		echo "Name one: make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)"; exit 1; fi
	@if ! $(PY) -c "$(SUPPORTED)" 2>/dev/null; then \
		echo "setup: creating .venv with $$("$(PYTHON)" --version)"; \
		"$(PYTHON)" -m venv --clear .venv || \
		{ echo "Could not create .venv. On Debian and Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }; fi
	@echo "setup: installing tools and libraries, 100 or so (two minutes the first time)"; \
	$(PY) -m pip install $(filter-out -qq,$(PIP_FLAGS)) $(addprefix -r ,$(LOCKS)) 2>&1 | tee .venv/pip.log | { got=0; \
		while read -r does what; do case "$$does" in \
			Collecting) got=$$((got + 1)); if ! ((got % 20)); then echo "setup: $$got are here"; fi ;; \
			Installing) [[ $$what == build* ]] || echo "setup: all $$got are here, unpacking them" ;; esac; done; } \
	|| { tail -20 .venv/pip.log; exit 1; }
	@touch $@

# What functions see on this machine beside their layers: boto3, as in Lambda, and not even pip.
.build/runtime/.ready: requirements/runtime.txt .venv/.ready
	@echo "setup: creating the interpreter of the local functions"
	@$(PY) -m venv --clear --without-pip .build/runtime
	@$(PY) -m pip --python .build/runtime/bin/python install $(PIP_FLAGS) -r $<
	@touch $@

build: $(STAMPS)/sam ## build functions and layers with SAM, if anything changed

# The list of sources and models changes when one comes or goes, its members when one is edited: either way sam runs,
# and its own cache decides which layer is built anew. A model may come with MODELS, long after a build without it.
SOURCES = $(shell find template.yaml infra functions layers web -type f \
	-not -path '*/__pycache__/*' -not -path '*/models/*' 2>/dev/null | sort)
$(STAMPS)/sources: .venv/.ready FORCE
	@mkdir -p $(STAMPS)
	@$(ASSETS) layers/vision/models.json
	@echo "$(SOURCES)" $$(ls layers/vision/lifecert_vision/models) > $@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
.PHONY: FORCE
FORCE:

# $(call SAM_BUILD,runtime,folder): what SAM says is in folder-build.log, and shown when it fails.
SAM_BUILD = env -u MAKEFLAGS -u MAKELEVEL PATH="$(CURDIR)/.venv/bin:$$PATH" \
	PYTHON="$(CURDIR)/$(PY)" PYTHON_RUNTIME="$(1)" \
	.venv/bin/sam build --template template.yaml --build-dir $(2) --parallel \
	--cached --cache-dir .build/sam-cache/$(1) --parameter-overrides PythonRuntime=$(1) 2>&1 \
	| tee $(2)-build.log | { grep --line-buffered -E '^(Building layer|.* layer: |assets: )' || true; } \
	|| { cat $(2)-build.log; echo "build: sam build failed, see above"; exit 1; }

$(STAMPS)/sam $(STAMPS)/sam-%: export AWS_DEFAULT_REGION ?= us-east-1
$(STAMPS)/sam: .venv/.ready $(STAMPS)/sources $(SOURCES)
	@test -f template.yaml || { echo "build: no template.yaml here"; exit 1; }
	@echo "build: sam build for $(PYTHON_RUNTIME)"
# Dated from the start: what is edited while SAM builds is built next time.
	@rm -f $@; touch $@.begun
	@$(call SAM_BUILD,$(PYTHON_RUNTIME),.build/sam)
	@mv $@.begun $@

# A layer holds wheels and byte code of one version. With an interpreter beside it that has what Lambda has.
OTHERS = $(filter-out $(PYTHON_RUNTIME),$(shell for v in 3.11 3.12 3.13; do \
	if python$$v -c '' 2>/dev/null; then echo python$$v; fi; done))
build-all: build ## build for every supported Python found here, into .build/builds; then run what was built
	@for runtime in $(OTHERS); do $(MAKE) $(STAMPS)/sam-$$runtime; done
	@$(PY) -m pytest tests/artefact $(ARGS)

$(STAMPS)/sam-%: $(STAMPS)/sam requirements/runtime.txt
	@echo "build: sam build for $*"
	@$* -c '' 2>/dev/null || { echo "build: there is no $* here"; exit 1; }
	@$* -m venv --clear --without-pip .build/builds/$*/runtime
	@$(PY) -m pip --python .build/builds/$*/runtime/bin/python install $(PIP_FLAGS) -r requirements/runtime.txt
	@$(call SAM_BUILD,$*,.build/builds/$*/sam)
	@touch $@

# A container image beside the layers: an option (docs/adr/0070). RUNTIME=python3.13 for another Python than that of .venv.
# BASE names what it builds on: AWS's image of that runtime, by its name or by its digest.
BASE ?= public.ecr.aws/lambda/python:$(RUNTIME:python%=%)
TAG = lifecert-vision:$(RUNTIME)
image: $(IMAGE)/laid-out ## a container image with ONNX Runtime for the functions that look at photos: lint it, lay it out, run it; with Docker build it ([RUNTIME=python3.13] [BASE=image])
	@$(PY) -m pytest -q --numprocesses 0 tests/artefact/test_image.py $(ARGS)
	@if ! docker info >/dev/null 2>&1; then echo "image: no engine is running here: nothing but the folder was made"; \
	elif [ "$(RUNTIME)" = python3.11 ]; then \
		echo "image: MediaPipe cannot be loaded on Lambda's python3.11 (docs/adr/0001), so no image: make image RUNTIME=python3.13"; \
	else docker build --platform linux/amd64 --provenance=false --build-arg "BASE=$(BASE)" --tag $(TAG) $(IMAGE)/$(RUNTIME)/context && \
		echo "image: $(TAG)"; fi

$(IMAGE)/laid-out: setup build FORCE
	@$(MAKE) $(IMAGE)/$(or $(RUNTIME),python)/.ready

# What looks over the Dockerfile and multiplies the weights out: programs of their own, of which nothing is passed on.
$(IMAGE)/tools/.ready: requirements/image-tools.txt .venv/.ready
	@echo "image: installing what prepares it (50 MB)"
	@$(PY) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install $(PIP_FLAGS) -r $<
	@touch $@

$(IMAGE)/%/.ready: $(STAMPS)/sam $(IMAGE)/tools/.ready requirements/image.txt infra/image/Dockerfile $(wildcard ops/image/*.py)
	@[ "$*" = "$(PYTHON_RUNTIME)" ] || $(MAKE) $(STAMPS)/sam-$*
	@$(IMAGE)/tools/bin/hadolint infra/image/Dockerfile
	@rm -rf $(@D)
	@$(PY) -m pip install $(PIP_FLAGS) --only-binary :all: --implementation cp --python-version $(*:python%=%) \
		--platform manylinux_2_28_x86_64 --target $(@D)/onnxruntime -r requirements/image.txt
	@rm -rf $(@D)/onnxruntime/bin
# As the layers' byte code: the image is not written to, nothing there can be newer.
	@$(if $(filter $*,$(PYTHON_RUNTIME)),$(PY),$*) -m compileall -q -j 0 --invalidation-mode unchecked-hash \
		-s $(@D)/onnxruntime -p /opt/python $(@D)/onnxruntime
	@$(IMAGE)/tools/bin/python -m ops.image.weights \
		$(BUILT)/VisionLayer/python/lifecert_vision/models/face_recognition_sface_2021dec_int8bq.onnx \
		$(@D)/weights/face_recognition_sface_2021dec_fp32.onnx
	@$(PY) -m ops.image $(BUILT) $(@D) --base "$(BASE)" --tag $(TAG)
	@AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} .venv/bin/sam validate --lint --template $(BUILT)/image.yaml >$(@D)/lint.log 2>&1 || \
		{ cat $(@D)/lint.log; exit 1; }
	@touch $@

docs: .build/docs/api.html ## the API's reference as one page that calls nobody: .build/docs/api.html (npm)
	@echo "docs: $<"

.build/docs/api.html: infra/openapi.yaml $(wildcard requirements/openapi/*)
	@command -v npm >/dev/null || { echo "docs: npm is not here, and this needs it (Node.js 20.19 or newer)."; exit 3; }
	@$(MAKE) -s $(API_TOOLS)/.ready
	@$(REDOCLY) build-docs $< --inlineBundle --template $(API_TOOLS)/page.hbs --title LifeCert --output $@ \
		>$(API_TOOLS)/docs.log 2>&1 || { cat $(API_TOOLS)/docs.log; exit 1; }

size: build ## bytes of the built layers and functions, by component: table, JSON and picture in .build/bench
	@$(PY) -m lab.speed.sizes --date "$$(date -u +%F)"

# Given on the command line, parameters replace samconfig's instead of adding to them: hence they are read here.
PARAMETERS = import tomllib; s = tomllib.load(open("samconfig.toml", "rb"))["$(STAGE)"]["deploy"]["parameters"]; \
	p = s.get("parameter_overrides", []); print(p if isinstance(p, str) else " ".join(p))
RUNTIME ?= $(PYTHON_RUNTIME)
BUILT = .build/$(if $(filter $(RUNTIME),$(PYTHON_RUNTIME)),sam,builds/$(RUNTIME)/sam)
# A production must say where clerks without a district work, before anything is built; a campaign leaves it as it is.
said-for-clerks: .venv/.ready ## whether a production profile says where clerks without a district work (STAGE=prod)
	@[ "$(STAGE)" = campaign ] || case " $$($(PY) -c '$(PARAMETERS)') " in *" ClerksWithoutDistrict="*) ;; *" Stage=prod "*) \
		echo "deploy: the profile $(STAGE) of samconfig.toml must say ClerksWithoutDistrict=Everywhere or =Nowhere:"; \
		echo "whether clerks in no group district:<digits> work in every district (docs/operations.md, Districts)."; exit 1; esac

deploy: said-for-clerks setup build ## deploy to your AWS account (STAGE=dev, prod, national or campaign, RUNTIME=python3.13, GUIDED=1 asks for everything, REPOSITORY=address in ECR of a container image)
	@[ "$(RUNTIME)" != python3.11 ] || { echo "deploy: MediaPipe cannot be loaded on Lambda's python3.11 (docs/adr/0001)."; \
		echo "Name another that is installed here: make $(MAKECMDGOALS) RUNTIME=python3.13"; exit 1; }
	@[ "$(RUNTIME)" = "$(PYTHON_RUNTIME)" ] || $(MAKE) $(STAMPS)/sam-$(RUNTIME)
# With a repository those that look at photos are images of it (docs/operations.md, A container image).
	@$(if $(REPOSITORY),$(MAKE) image)
	@$(if $(REPOSITORY),docker image inspect $(TAG) >/dev/null)
	@.venv/bin/sam deploy --template $(BUILT)/$(if $(REPOSITORY),image,template).yaml $(if $(REPOSITORY),--image-repository "$(REPOSITORY)") --config-file "$(CURDIR)/samconfig.toml" $(if $(GUIDED),--guided) \
		--config-env $(STAGE) --parameter-overrides $$($(PY) -c '$(PARAMETERS)') PythonRuntime=$(RUNTIME) \
		Release=$$($(PY) -m ops.release $(BUILT) $$($(PY) -c '$(PARAMETERS)') \
			$(if $(REPOSITORY),image=$$(sha256sum requirements/image.txt infra/image/Dockerfile | tr -dc 0-9a-f)))

deploy-prod: STAGE := prod
deploy-prod: deploy ## the same with deletion protection, kept data, alarms, and verify_face brought in gradually

teardown: export PYTHONPATH := layers/core
teardown: .venv/.ready ## take a deployment down and keep its data (STACK=lifecert-dev; DATA=delete for all of a dev stack)
	@test -n "$(STACK)" || { echo "usage: make teardown STACK=lifecert-dev [DATA=delete]"; exit 2; }
	@$(PY) -m ops.teardown $(REACH) $(if $(filter delete,$(DATA)),--delete-data)

# What only Docker can show: the functions in Lambda's own images, against the local AWS, by an event of a live session.
FUNCTION ?= VerifyFace
docker-check: setup build ## build in Lambda's image and run a function in it ([FUNCTION=VerifyFace] [EVENT=events/...]; needs Docker)
	@docker info >/dev/null 2>&1 || { echo "docker-check: Docker is not here or not running, and this needs it."; \
		echo "Without it: make build-all runs the built functions under the same runtime interface client."; exit 3; }
	@.venv/bin/sam build --use-container --template template.yaml --build-dir .build/docker \
		--parameter-overrides PythonRuntime=python3.13
	@$(PY) -m local.dev.docker_check --build .build/docker --function "$(FUNCTION)" $(if $(EVENT),--event "$(EVENT)")

##@ Look into it (ENDPOINT=url in place of STACK asks the stack of make dev)
# STACK names the deployed stack (lifecert-dev). For that of make dev ENDPOINT is enough, as make dev prints it.
.PHONY: renew-templates rotate-person-secret index-payment-references place-cases rebuild-lists verify-ledger restore-drill export-record privacy-report verify-certificate \
	write-snapshots payer-client register-client publish-page
verify-ledger export-record privacy-report: export PYTHONPATH := layers/core
REACH = --stack "$(STACK)" $(if $(ENDPOINT),--endpoint-url "$(ENDPOINT)")

verify-ledger: .venv/.ready ## name every chain of the ledger that is broken or not as anchored (STACK=lifecert-dev [BENEFICIARY=id] [SINCE=day])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make verify-ledger STACK=lifecert-dev | ENDPOINT=url [BENEFICIARY=id] [SINCE=2027-03-01]"; exit 2; }
	@$(PY) -m ops.verify_ledger $(REACH) $(if $(BENEFICIARY),--beneficiary "$(BENEFICIARY)") $(if $(SINCE),--since "$(SINCE)")

renew-templates: export PYTHONPATH := layers/core:layers/vision
renew-templates: setup ## embed and protect stored templates anew (STACK=lifecert-dev [SECRET=1] [GALLERY=1])
	@test -n "$(STACK)$(ENDPOINT)" || \
		{ echo "usage: make renew-templates STACK=lifecert-dev | ENDPOINT=url [SECRET=1] [YES=1] [RATE=5] [GALLERY=1]"; exit 2; }
	@$(PY) -m ops.renew_templates $(REACH) $(if $(SECRET),--secret-version "$(SECRET)") $(if $(YES),--yes) \
		$(if $(RATE),--per-second "$(RATE)") $(if $(GALLERY),--gallery)

rotate-person-secret: export PYTHONPATH := layers/core
rotate-person-secret: .venv/.ready ## bring hashes of ID numbers up to the newest secret (STACK=lifecert-dev [RATE=50])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make rotate-person-secret STACK=lifecert-dev | ENDPOINT=url [RATE=50]"; exit 2; }
	@$(PY) -m ops.rotate_person_secret $(REACH) $(if $(RATE),--per-second "$(RATE)")

index-payment-references: export PYTHONPATH := layers/core
index-payment-references: .venv/.ready ## let people registered before be found by payment reference (STACK=lifecert-dev [RATE=50])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make index-payment-references STACK=lifecert-dev | ENDPOINT=url [RATE=50]"; exit 2; }
	@$(PY) -m ops.index_payment_references $(REACH) $(if $(RATE),--per-second "$(RATE)")

place-cases: export PYTHONPATH := layers/core
place-cases: .venv/.ready ## put cases and hold batches of before into the queues of their districts (STACK=lifecert-dev [RATE=50])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make place-cases STACK=lifecert-dev | ENDPOINT=url [RATE=50]"; exit 2; }
	@$(PY) -m ops.place_cases $(REACH) $(if $(RATE),--per-second "$(RATE)")

rebuild-lists: export PYTHONPATH := layers/core
rebuild-lists: .venv/.ready ## make the work lists anew of the register (STACK=lifecert-dev [RATE=100] [AFTER=id])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make rebuild-lists STACK=lifecert-dev | ENDPOINT=url [RATE=100] [AFTER=id]"; exit 2; }
	@$(PY) -m ops.rebuild_lists $(REACH) $(if $(RATE),--per-second "$(RATE)") $(if $(AFTER),--after "$(AFTER)")

restore-drill: export PYTHONPATH := layers/core
restore-drill: .venv/.ready ## restore register and ledger beside the real ones, verify, clean up (STACK=lifecert-dev [AT=time])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make restore-drill STACK=lifecert-dev | ENDPOINT=url [AT=2026-11-25T08:00:00+00:00]"; exit 2; }
	@$(PY) -m ops.restore_drill $(REACH) $(if $(AT),--at "$(AT)") $(if $(ENDPOINT),--by-copy)

export-record: .venv/.ready ## all that is stored about one person, for that person (STACK=lifecert-dev BENEFICIARY=id)
	@test -n "$(STACK)$(ENDPOINT)" -a -n "$(BENEFICIARY)" || \
		{ echo "usage: make export-record STACK=lifecert-dev | ENDPOINT=url BENEFICIARY=id > record.json"; exit 2; }
	@$(PY) -m ops.export_record $(REACH) --beneficiary "$(BENEFICIARY)"

publish-page: export PYTHONPATH := layers/core
publish-page: .venv/.ready ## put the phone page where CloudFront finds it (STACK=lifecert-dev; after each deploy with PageFrom=CloudFront)
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make publish-page STACK=lifecert-dev | ENDPOINT=url"; exit 2; }
	@$(PY) -m ops.publish_page $(REACH)

payer-client: export PYTHONPATH := layers/core
payer-client: .venv/.ready ## a client for a payer's program, or the clients there are (STACK=lifecert-dev [PAYER=fund] [REMOVE=id])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make payer-client STACK=lifecert-dev | ENDPOINT=url [PAYER=code] [REMOVE=client]"; exit 2; }
	@$(PY) -m ops.payer_client $(REACH) $(if $(PAYER),--payer "$(PAYER)") $(if $(REMOVE),--remove "$(REMOVE)")

register-client: export PYTHONPATH := layers/core
register-client: .venv/.ready ## a client for a civil registry's program, or the clients there are (STACK=lifecert-dev [SOURCE=code] [REMOVE=id])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make register-client STACK=lifecert-dev | ENDPOINT=url [SOURCE=code] [REMOVE=client]"; exit 2; }
	@$(PY) -m ops.register_client $(REACH) $(if $(SOURCE),--source "$(SOURCE)") $(if $(REMOVE),--remove "$(REMOVE)")

write-snapshots: export PYTHONPATH := layers/core
write-snapshots: .venv/.ready ## a snapshot of each payer's feed, now (STACK=lifecert-dev [PAYER=fund])
	@test -n "$(STACK)$(ENDPOINT)" || { echo "usage: make write-snapshots STACK=lifecert-dev | ENDPOINT=url [PAYER=code]"; exit 2; }
	@$(PY) -m ops.write_snapshots $(REACH) $(if $(PAYER),--payer "$(PAYER)")

privacy-report: .venv/.ready ## what is stored about one person, and until when (STACK=lifecert-dev BENEFICIARY=id)
	@test -n "$(STACK)$(ENDPOINT)" -a -n "$(BENEFICIARY)" || \
		{ echo "usage: make privacy-report STACK=lifecert-dev | ENDPOINT=url BENEFICIARY=id"; exit 2; }
	@$(PY) -m ops.export_record $(REACH) --beneficiary "$(BENEFICIARY)" --summary

verify-certificate: export PYTHONPATH := clients/verifier
# The keys of a make dev stand in its folder.
verify-certificate: JWKS ?= $(if $(ENDPOINT),.build/dev/$(subst :,-,$(patsubst 127.0.0.1:%,%,$(ENDPOINT:http://%=%)))/jwks.json)
verify-certificate: .venv/.ready ## check a certificate offline (CERTIFICATE=file JWKS=file [ON=2027-03-01])
	@test -n "$(CERTIFICATE)" -a -n "$(JWKS)" || \
		{ echo "usage: make verify-certificate CERTIFICATE=file JWKS=file | ENDPOINT=url [ON=2027-03-01]"; exit 2; }
	@$(PY) -m lifecert_verify "$(CERTIFICATE)" --jwks "$(JWKS)" $(if $(ON),--on "$(ON)")

##@ Keep it
.PHONY: lock clean district-names
district-names: .venv/.ready ## write the names of districts anew, from the package that ops/district_names.json pins
	@$(ASSETS) ops/district_names.json
	@$(PY) -m ops.district_names

# uv is wanted here alone, so it lives in an environment of its own. Order matters: the others follow dev.txt.
UV := .build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-header --no-annotate
IN_LAMBDA := botocore jmespath urllib3 python-dateutil six
lock: .venv/.ready ## compile the hash-pinned requirements from their .in files (UPGRADE=1 takes newer versions)
	@test -x .build/uv/bin/uv || { $(PY) -m venv .build/uv && .build/uv/bin/python -m pip install -qq uv==0.13.9; }
	@$(UV) $(if $(UPGRADE),--upgrade) -o requirements/dev.txt requirements/dev.in
	@$(UV) $(if $(UPGRADE),--upgrade) -o requirements/runtime.txt requirements/runtime.in
	@$(UV) $(if $(UPGRADE),--upgrade) --no-deps -o requirements/image.txt requirements/image.in
	@$(UV) $(if $(UPGRADE),--upgrade) -o requirements/image-tools.txt requirements/image-tools.in
	@$(UV) $(if $(UPGRADE),--upgrade) -o requirements/mutation.txt requirements/mutation.in
	@$(UV) $(if $(UPGRADE),--upgrade) -o requirements/clients.txt requirements/clients.in
	@$(UV) $(if $(UPGRADE),--upgrade) --no-deps -o requirements/peers-build.txt requirements/peers-build.in
	@$(UV) $(if $(UPGRADE),--upgrade) --no-deps -o requirements/peers.txt requirements/peers.in
	@$(UV) $(if $(UPGRADE),--upgrade) $(addprefix --no-emit-package ,$(IN_LAMBDA)) \
		-o layers/core/requirements.txt layers/core/requirements.in
	@$(UV) $(if $(UPGRADE),--upgrade) -o layers/tokens/requirements.txt layers/tokens/requirements.in
	@$(UV) $(if $(UPGRADE),--upgrade) --no-deps -o layers/vision/requirements.txt layers/vision/requirements.in

clean: ## remove all that setup and build made (.venv, .build, models, caches)
	@rm -rf .venv .build .mypy_cache .ruff_cache .pytest_cache layers/vision/lifecert_vision/models
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
