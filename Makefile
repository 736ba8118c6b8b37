# SPDX-License-Identifier: Apache-2.0
#
# yidi - everything is found by wildcard: a new .c file needs no line here.
#
#   make                the daemons and yidictl, in build/bin
#   make check          all tests; its last line is the count
#   make check-order T='*saves*'    tests/*/order_test alone, and of it what matches T
#   make sanitize       the same tests under AddressSanitizer and UBSan, in build-asan
#   make lint           what the compiler does not see: layers, purity, bounds, layout
#   make soak           the long forms of tests, simulator and benches; writes tests/EVIDENCE.md
#   make docs           writes deploy/CODES.md from the tables of codes, deploy/API.md from proto/
#   make diagrams       draws the machines into build/diagrams, and writes them into ARCHITECTURE.md
#   make screenshots    a picture of every page of the consoles, in build/screenshots
#   make demo bench simulate format install clean
#
#   BUILD=dir           build elsewhere; two makes at once need two dirs
#   SKIP='a.c b.c'      leave these sources out, while they do not compile yet
#   KINDS='unit'        which of unit, contract, process, browser `make check` runs
#   WERROR=1  CI=true   warnings are errors (as in check, lint and sanitize)
#   V=1                 show commands
#
# Generated code is found by -I$(BUILD): #include "proto/message.pb-c.h", "domain/divisions.inc".

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
KINDS ?= unit contract process browser
T ?=
TEST_TIMEOUT_S ?= 300

CFLAGS ?= -O2 -g
warnings = -Wall -Wextra -Wpedantic -Wshadow
ifneq ($(filter 1 true,$(WERROR) $(CI))$(filter check check-% lint sanitize,$(MAKECMDGOALS)),)
warnings += -Werror
endif
ifdef SANITIZE
hardening = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
linking = $(hardening)
else
hardening = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
linking = -pie -Wl,-z,relro,-z,now
endif
compile = $(CC) -std=c11 -D_GNU_SOURCE -I. -I$(BUILD) -MMD -MP $(warnings) $(CFLAGS) $(hardening) \
	$(CPPFLAGS)
link = $(CC) $(CFLAGS) $(linking) $(LDFLAGS)
libraries = -lczmq -lzmq -lmicrohttpd -lprotobuf-c -llmdb -lcrypto -ljansson -ljpeg -lqrencode -lsodium -lm -lpthread
protoc = $(if $(shell command -v protoc-c),protoc-c,protoc)

ifndef V
quiet = @printf '  %-6s %s\n' $(1) $(patsubst $(CURDIR)/%,%,$@);
endif

# Sources by layer, lowest first: common/core, common/domain, common/io, then the nodes.
sources = $(filter-out $(SKIP),$(wildcard $(1)))
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(call sources,$(1)))

nodes := acceptance-node registry-node production-node
core_objects := $(call objects,common/core/*.c)
domain_objects := $(call objects,common/domain/*.c)
io_objects := $(call objects,common/io/*.c)
node_core_objects := $(call objects,$(nodes:%=%/core/*.c))
node_objects := $(filter-out %/main.o,$(call objects,$(nodes:%=%/*.c)))
pure_objects := $(core_objects) $(domain_objects) $(node_core_objects)

proto_sources := $(wildcard proto/*.proto)
proto_headers := $(proto_sources:%.proto=$(BUILD)/%.pb-c.h)
proto_objects := $(proto_sources:%.proto=$(BUILD)/%.pb-c.o)
bounds_awk := $(wildcard common/io/wire-bounds.awk)
proto_objects += $(bounds_awk:%=$(BUILD)/proto/wire_bounds.o)

# Archives, so that a program takes of them what it needs; the second one is for the tests.
common := $(BUILD)/libyidi-common.a
for_tests := $(BUILD)/libyidi-for-tests.a
yidictl_objects := $(filter-out %/main.o,$(call objects,deploy/yidictl/*.c))

programs := $(patsubst %/main.c,$(BUILD)/bin/%,$(call sources,$(nodes:%=%/main.c)))
programs += $(patsubst deploy/%/main.c,$(BUILD)/bin/%,$(call sources,deploy/yidictl/main.c))
tests_of = $(patsubst %.c,$(BUILD)/%,$(call sources,tests/$(1)/*_test.c))
test_programs := $(foreach kind,unit contract process,$(call tests_of,$(kind)))
test_lib_objects := $(call objects,tests/lib/*.c deploy/demo/photo_maker.c)
benches := $(patsubst tests/%.c,$(BUILD)/%,$(call sources,tests/bench/*_bench.c))
bench_lib_objects := $(filter-out %_bench.o,$(call objects,tests/bench/*.c))
diagrams := $(BUILD)/tests/diagrams/diagrams
preloads := $(patsubst %,$(BUILD)/preload/%.so,power_loss clock_step slow_disk)

all: $(programs) $(common)

deps:
	deploy/install-deps
	deploy/install-deps tests
	deploy/install-deps browser

# Asked for once per build folder; says and fetches nothing when all is installed.
$(BUILD)/deps-installed: deploy/install-deps
	@mkdir -p $(@D)
	@deploy/install-deps
	@touch $@
$(BUILD)/%-installed: deploy/install-deps
	@mkdir -p $(@D)
	@deploy/install-deps $*
	@touch $@

# --- generated ---

$(BUILD)/proto/%.pb-c.c $(BUILD)/proto/%.pb-c.h: proto/%.proto | $(BUILD)/deps-installed
	$(call quiet,PROTO)$(protoc) --c_out=$(BUILD) --proto_path=. $<

$(BUILD)/proto/wire_bounds.c: common/io/wire-bounds.awk $(proto_sources)
	@mkdir -p $(@D)
	$(call quiet,BOUNDS)LC_ALL=C awk -f $< $(proto_sources) >$@.new && mv $@.new $@

tables := $(patsubst %,$(BUILD)/domain/%.inc,divisions retired ethnic)
data := common/domain/data
$(BUILD)/domain/divisions.inc: $(data)/divisions.tsv
$(BUILD)/domain/retired.inc: $(data)/divisions.tsv $(data)/divisions_retired.tsv
$(BUILD)/domain/ethnic.inc: $(data)/ethnic_groups.tsv
$(BUILD)/domain/%.inc: common/domain/data-to-c.awk
	@mkdir -p $(@D)
	$(call quiet,TABLE)awk -v table=$* -f $< $(filter %.tsv,$^) >$@

# The console's pages, inside the programs: those of all roles, with the domain's terms and Chart.js; those of each role.
make_terms := $(BUILD)/web/make-terms
made_pages := $(patsubst %,$(BUILD)/web/%.json,terms.zh terms.en divisions rules) $(BUILD)/web/docs.html
web_files = $(sort $(wildcard $(patsubst %,$(1)/web/*.%,html css js json svg) $(1)/web/pages/*.js))
embed = $(call quiet,EMBED)common/web/embed $(1) >$@.new && mv $@.new $@
chart := /usr/share/javascript/chart.js/chart.min.js
$(BUILD)/web/common.inc: common/web/embed $(call web_files,common) $(made_pages) | $(BUILD)/deps-installed
	$(call embed,$(filter-out %/embed,$^) chart.js=$(chart))
define node_pages
$(BUILD)/web/$(1).inc: common/web/embed $(call web_files,$(1))
	@mkdir -p $$(@D)
	$$(call embed,$(call web_files,$(1)))
$(BUILD)/obj/$(1)/pages.o: $(BUILD)/web/$(1).inc
endef
$(foreach node,$(nodes),$(eval $(call node_pages,$(node))))
$(BUILD)/obj/common/io/web_assets.o: $(BUILD)/web/common.inc
$(BUILD)/web/%.json: $(make_terms)
	$(call quiet,TERMS)$< $(patsubst terms.%,%,$*) >$@.new && mv $@.new $@
$(make_terms): $(BUILD)/obj/common/web/make_terms.o $(core_objects) $(domain_objects) $(proto_objects)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -o $@ $^ $(libraries)


# The page about the commands: /docs in the console, deploy/API.md (make docs).
make_api := $(BUILD)/web/make-api
api_examples := common/web/api/examples.json
$(BUILD)/web/docs.html: $(make_api) $(api_examples)
	$(call quiet,DOCS)$< html $(api_examples) >$@.new && mv $@.new $@
$(BUILD)/web/api_comments.inc: common/web/api/comments.awk $(proto_sources)
	@mkdir -p $(@D)
	$(call quiet,TABLE)LC_ALL=C awk -f $< $(proto_sources) >$@.new && mv $@.new $@
$(BUILD)/obj/common/web/api/api.o: $(BUILD)/web/api_comments.inc
$(make_api): $(call objects,common/web/api/*.c) $(core_objects) $(domain_objects) $(proto_objects) \
		$(patsubst %,$(BUILD)/obj/common/io/%.o,json json_encode problem wire wire_scan)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -o $@ $^ $(libraries)

$(BUILD)/proto/%.o: $(BUILD)/proto/%.c | $(proto_headers)
	$(call quiet,CC)$(compile) -c -o $@ $<

# --- objects ---

$(BUILD)/obj/%.o: %.c | $(BUILD)/deps-installed $(proto_headers) $(tables)
	@mkdir -p $(@D)
	$(call quiet,CC)$(compile) -c -o $@ $<

$(common): $(core_objects) $(domain_objects) $(proto_objects) $(io_objects)
$(for_tests): $(node_core_objects) $(node_objects) $(yidictl_objects)
$(common) $(for_tests):
	@mkdir -p $(@D)
	$(call quiet,AR)rm -f $@ && $(AR) rcs $@ $^

$(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/*/*.c)): | $(BUILD)/tests-installed

# --- programs ---

# A node links its own folder and its own core, never another node's.
define node_program
$(BUILD)/bin/$(1): $(call objects,$(1)/*.c $(1)/core/*.c) $(common)
endef
$(foreach node,$(nodes),$(eval $(call node_program,$(node))))
$(BUILD)/bin/yidictl: $(call objects,deploy/yidictl/*.c) $(common)

$(programs):
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -o $@ $^ $(libraries)

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(test_lib_objects) $(for_tests) $(common)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -o $@ $^ -lcmocka $(libraries)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(bench_lib_objects) $(test_lib_objects) \
		$(for_tests) $(common)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -o $@ $^ -lcmocka $(libraries)

# What tests put between a daemon and the kernel; never built with a sanitizer.
$(BUILD)/preload/power_loss.so: $(patsubst %,tests/preload/%.c,power_names power_watch unsynced)
$(BUILD)/preload/%.so: tests/preload/%.c $(wildcard tests/preload/*.h)
	@mkdir -p $(@D)
	$(call quiet,LD)$(CC) -std=c11 -D_GNU_SOURCE -I. $(warnings) -O2 -g -U_FORTIFY_SOURCE -fPIC -shared \
		-o $@ $(sort $(filter %.c,$^))

# --- the simulator ---

# Whole lives of eight offices; each seed is one. A planted bug is a patch that the seeds must find.
simulator := $(BUILD)/simulate
simulator_objects := $(call objects,tests/simulation/*.c) $(test_lib_objects) $(for_tests) $(common)
wrap_store = -Wl,--wrap=store_begin_write,--wrap=store_put,--wrap=store_append,--wrap=store_commit
planted_bugs := $(sort $(patsubst tests/simulation/bugs/%.patch,%,$(wildcard tests/simulation/bugs/*.patch)))
$(simulator): $(simulator_objects)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) $(wrap_store) -o $@ $^ -lcmocka $(libraries)

$(BUILD)/bugs/%/simulate: tests/simulation/bugs/%.patch tests/simulation/plant $(simulator)
	$(call quiet,PLANT)COMPILE='$(filter-out -MMD -MP -Werror,$(compile)) -w' LINK='$(link) $(wrap_store)' \
		LIBRARIES='-lcmocka $(libraries)' tests/simulation/plant $< $(@D) $(simulator_objects)

bugs_in_check := $(filter 01-% 05-% 18-%,$(planted_bugs))
simulation = $(simulator) $(bugs_in_check:%=$(BUILD)/bugs/%/simulate)

# --- checks ---

run_tests = YIDI_BIN=$(abspath $(BUILD))/bin TEST_TIMEOUT_S=$(TEST_TIMEOUT_S) tests/lib/run-tests.sh
checked = $(foreach kind,$(KINDS),$(call tests_of,$(kind)))
check_scripts = $(if $(filter process,$(KINDS)),$(wildcard tests/process/*_test.sh)) \
	$(if $(filter browser,$(KINDS)),$(browser_test))
browser_test := tests/browser/browser_test
for_browser := $(BUILD)/bin/make-demo-data $(BUILD)/browser-installed

check: all $(checked) $(preloads) $(if $(filter process,$(KINDS)),$(simulation)) \
		$(if $(filter browser,$(KINDS)),$(for_browser))
	@$(run_tests) $(checked) $(check_scripts)

# check-NAME needs only what is called NAME; a process test needs the programs too.
name_of = $(patsubst %_test,%,$(notdir $(1)))
$(foreach test,$(test_programs),$(eval check-$(call name_of,$(test)): $(test)))
$(foreach test,$(call tests_of,process) $(wildcard tests/process/*_test.sh),\
	$(eval check-$(call name_of,$(test:.sh=)): all $(preloads)))
check-simulation: $(simulation)
check-browser: all $(for_browser) $(preloads)

check-%:
	@$(run_tests) -f '$(T)' $(filter %/$*_test,$(test_programs)) \
		$(wildcard tests/process/$*_test.sh tests/browser/$*_test)

sanitize:
	@$(MAKE) --no-print-directory BUILD=build-asan SANITIZE=1 WERROR=1 check

lint: all $(test_programs) $(diagrams)
	@deploy/install-deps lint || echo "lint: going on with the tools that are here"
	@BUILD=$(BUILD) PURE_OBJECTS='$(pure_objects)' tests/lib/run-lint.sh $(sort $(wildcard tests/lint/*.sh))

# lint tells when the page is not what the tables give.
docs: $(BUILD)/bin/yidictl $(make_api)
	$< codes --markdown >$(BUILD)/CODES.md
	mv $(BUILD)/CODES.md deploy/CODES.md
	$(make_api) markdown $(api_examples) >$(BUILD)/API.md
	mv $(BUILD)/API.md deploy/API.md

diagrams: $(diagrams)
	@deploy/install-deps diagrams
	@BUILD=$(BUILD) tests/diagrams/draw

format:
	git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

# All of them run; a requirement that is missed fails at the end. BENCH_JSON=1 for lines of JSON.
bench: all $(benches)
	@failed=; for bench in $(benches); do echo "== $$bench"; \
		YIDI_BIN=$(abspath $(BUILD))/bin $$bench || failed="$$failed $${bench##*/}"; done; \
		[ -z "$$failed" ] || { echo "bench: failed:$$failed"; exit 1; }

# SEEDS=n FIRST=n DAYS=n RECOVER=no, or SEED=n and its trace, or BUG=name; simulate-bugs: all bugs.
bugs_to_find = $(if $(BUG),$(or $(filter $(BUG)%,$(planted_bugs)),$(error no bug $(BUG); there are $(planted_bugs))),$(planted_bugs))
simulate-bugs: $(bugs_to_find:%=$(BUILD)/bugs/%/simulate)
	@tests/simulation/find-bugs $(BUILD)/bugs $(bugs_to_find)

ifdef BUG
simulate: simulate-bugs
else
simulate: $(simulator)
	@$(simulator) $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),100) --first $(or $(FIRST),1)) \
		--days $(or $(DAYS),10) $(if $(RECOVER),--$(RECOVER)-recovery)
endif

screenshots: all $(for_browser) $(preloads)
	@YIDI_BIN=$(abspath $(BUILD))/bin $(browser_test) screenshots $(abspath $(BUILD))/screenshots

# The long forms, and the page of evidence; SOAK_SEEDS, SOAK_MINUTES, SOAK_STAGES (tests/soak/run).
soak: all $(test_programs) $(preloads) $(simulator) $(benches)
	@BUILD='$(BUILD)' MAKE='$(MAKE)' YIDI_BIN=$(abspath $(BUILD))/bin tests/soak/run

# Runs for less than a minute, then stays to look around in; ONCE=1 ends there.
demo_data := $(BUILD)/bin/make-demo-data
$(demo_data): $(call objects,deploy/demo/*.c) $(common)
	@mkdir -p $(@D)
	$(call quiet,LD)$(link) -o $@ $^ $(libraries)

demo: all $(demo_data)
	@BUILD=$(abspath $(BUILD)) ONCE=$(ONCE) deploy/demo/run

# --- the rest ---

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 0755 $(programs) $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 0644 $(wildcard deploy/man/*.1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 0644 $(wildcard deploy/systemd/*.service deploy/systemd/*.timer) \
		$(DESTDIR)$(PREFIX)/lib/systemd/system

clean:
	rm -rf $(BUILD) build-asan

.PHONY: all deps check sanitize lint docs diagrams format bench simulate screenshots soak demo install clean
.SECONDARY:
.DELETE_ON_ERROR:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
