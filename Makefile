PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check
LEAFLET_PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
TEST_PACKAGES := $(if $(filter no,$(BROWSER)),,chromium fonts-dejavu-core) \
  $(if $(filter no,$(LEAFLETS)),,poppler-utils $(LEAFLET_PACKAGES))

.PHONY: serve test invite lint format check debian-packages

serve: $(VENV)/runtime ## make everything ready and serve the portal
	@[ "$$(id -u)" -ne 0 ] || .ci/debian-packages $(LEAFLET_PACKAGES)
	@exec $(RUN) manage.py serve

invite: $(VENV)/runtime ## print a link for one more administrator
	@exec $(RUN) manage.py invite

test: $(VENV)/development debian-packages ## run every test
	@$(RUN) -m pytest

check: $(VENV)/runtime ## say what is wrong with the settings
	@$(RUN) manage.py check

lint: $(VENV)/development ## say what is wrong with the code's form
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(VENV)/bin/djade --check --target-version 5.2 $$(find templates -name '*.html')
	$(VENV)/bin/lint-imports

format: $(VENV)/development ## mend the code's form
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .
	$(VENV)/bin/djade --target-version 5.2 $$(find templates -name '*.html')

# The stamps: what they name is installed whole, so that nothing is installed twice.

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Python 3.11 or newer is needed: install it, or write PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Python's venv module is missing: as root, type: apt-get install python3-venv"; exit 1; }
	@echo 'Making $(VENV) …'
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/runtime: requirements.txt $(VENV)/made
	@echo 'Installing what the portal needs …'
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/development: requirements-dev.txt $(VENV)/runtime
	@echo 'Installing what the tests need …'
	@$(PIP) -r requirements-dev.txt
	@touch $@

debian-packages:
	@.ci/debian-packages $(TEST_PACKAGES)
