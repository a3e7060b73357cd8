# passthru-doctor: the commands people type.
#
#   make doctor         install what is missing, build, print this host's report
#   make test           install what is missing, build, run the tests
#   make install        DESTDIR= PREFIX=: put things where a distribution would
#   make help           the rest

PREFIX ?= /usr
DESTDIR ?=
SYSCONFDIR ?= /etc
SWIFT ?= swift
# Static: the Swift runtime goes into the program, so that it runs where no Swift is.
# So does the C++ library that the runtime is made with, where the linker finds it as an archive.
STATIC = $(CURDIR)/.build/static-libraries
RELEASE = -c release --static-swift-stdlib --disable-local-rpath -Xlinker -L$(STATIC) -Xlinker --no-export-dynamic
BUILD := $(SWIFT) build $(RELEASE)
BIN = $(shell $(BUILD) --show-bin-path)

.PHONY: help needs build doctor test test-faults test-machines test-machines-all test-properties test-grub fuzz bench bench-boot static-libraries lint install uninstall completions deb rpm clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n '1,/^$$/!p' | sed '/^Static/,$$d'
	@echo '  make test-machines  whole machines in QEMU: the telling set (make test-machines-all: every one)'
	@echo '  make test-faults    every system call that writes fails in turn, and the program is killed before each'
	@echo '  make test-properties, make test-grub  /etc/default/grub: made-up files by the shells; real forms by grub-mkconfig'
	@echo '  make fuzz           run each parser on made-up input for FUZZ_SECONDS=60'
	@echo '  make bench          measure against rivals on this machine'
	@echo '  make bench-boot     what early binding costs at boot, measured in machines in QEMU'
	@echo '  make deb, make rpm  packages for this distribution, in .build/packages'
	@echo '  make lint           formatting, shell scripts, warnings as errors, the arrows between targets'

needs:
	@packaging/install-needs build

build: needs static-libraries
	$(BUILD) --product passthru-doctor
	SWIFT=$(SWIFT) packaging/build-early-bind $(BIN)

# A folder with the archive alone, first on the linker's way: beside it, the shared library would win.
static-libraries:
	@mkdir -p $(STATIC)
	@archive=$$(cc -print-file-name=libstdc++.a); \
	  if [ -f "$$archive" ]; then ln -sf "$$archive" $(STATIC)/; fi

# The host's verdict is not make's failure: 0 ready, 1 not ready and 3 undecided are all reports.
doctor: build
	@$(BIN)/passthru-doctor; status=$$?; [ $$status -eq 0 ] || [ $$status -eq 1 ] || [ $$status -eq 3 ]

test:
	@packaging/install-needs build test
	@$(MAKE) --no-print-directory static-libraries
	$(BUILD) --product passthru-doctor
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor $(SWIFT) test
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/Faults/run telling

# Every fault, on every call: some ten minutes.
test-faults: build
	@packaging/install-needs build test
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/Faults/run all
	for part in broken-programs hosts dry-run sandbox; do PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/Faults/$$part || exit; done
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/Faults/disk-full all

test-machines test-machines-all: build
	@packaging/install-needs build machines
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/VirtualHosts/run.sh $(if $(filter %-all,$@),all,telling)

# Megabytes of dense files, against the clock; then, for the shells at work would slow it down, files made from the
# shell's grammar, held against dash and bash; of each, PROPERTY_FILES.
PROPERTY_FILES ?= 100000
test-properties:
	@packaging/install-needs build test
	$(SWIFT) test -c release --filter GrubDefaultsSpeedTests
	PASSTHRU_GRUB_FILES=$(PROPERTY_FILES) $(SWIFT) test -c release --filter GrubDefaultsPropertyTests

# The real command on every file of Tests/GrubFiles, with this system's own grub-mkconfig and that of another Debian
# release. Takes root.
test-grub: build
	@packaging/install-needs build test
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/GrubFiles/run
	GRUB_SUITE=trixie PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/GrubFiles/run

FUZZ_SECONDS ?= 60
fuzz: needs
	Tests/Fuzzing/run $(FUZZ_SECONDS)

bench-boot: build
	@packaging/install-needs build machines
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/VirtualHosts/bench-boot.sh

bench:
	@packaging/install-needs build bench
	$(BUILD) --product passthru-doctor
	SWIFT=$(SWIFT) packaging/build-early-bind $(BIN)
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/Benchmarks/run

lint:
	@packaging/install-needs build lint
	Tests/lint

# Where a distribution keeps things; all below DESTDIR.
LIBDIR = $(PREFIX)/lib
DATADIR = $(PREFIX)/share
DOCDIR = $(DATADIR)/doc/passthru-doctor
DRACUTDIR = $(LIBDIR)/dracut/modules.d/50passthru-doctor
INITRAMFSDIR = $(DATADIR)/initramfs-tools
COMPLETIONS = .build/completions

completions: build
	mkdir -p $(COMPLETIONS)
	# The first line, a hashbang, has no place in a file that a shell sources.
	$(BIN)/passthru-doctor --generate-completion-script bash | sed '1{/^#!/d}' >$(COMPLETIONS)/bash
	$(BIN)/passthru-doctor --generate-completion-script zsh >$(COMPLETIONS)/zsh
	$(BIN)/passthru-doctor --generate-completion-script fish >$(COMPLETIONS)/fish

install: build completions
	install -D -m 0755 $(BIN)/passthru-doctor $(DESTDIR)$(PREFIX)/bin/passthru-doctor
	packaging/install-early-bind $(BIN) $(DESTDIR)$(LIBDIR)/passthru-doctor
	install -D -m 0755 -t $(DESTDIR)$(LIBDIR)/passthru-doctor packaging/before-removal
	install -D -m 0755 -t $(DESTDIR)$(DRACUTDIR) dracut/50passthru-doctor/*.sh
	install -D -m 0644 -t $(DESTDIR)$(DRACUTDIR) dracut/50passthru-doctor/*.service
	install -D -m 0755 -t $(DESTDIR)$(INITRAMFSDIR)/hooks initramfs-tools/hooks/passthru-doctor
	install -D -m 0755 -t $(DESTDIR)$(INITRAMFSDIR)/scripts/init-top initramfs-tools/scripts/init-top/passthru
	install -D -m 0755 -t $(DESTDIR)$(SYSCONFDIR)/grub.d grub/42_passthru
	install -D -m 0644 -t $(DESTDIR)$(LIBDIR)/systemd/system packaging/passthru-doctor-check.service
	install -D -m 0644 -t $(DESTDIR)$(DATADIR)/man/man8 packaging/man/passthru-doctor.8
	install -D -m 0644 -t $(DESTDIR)$(DATADIR)/man/man5 packaging/man/passthru-doctor-bindings.conf.5
	install -D -m 0644 $(COMPLETIONS)/bash $(DESTDIR)$(DATADIR)/bash-completion/completions/passthru-doctor
	install -D -m 0644 $(COMPLETIONS)/zsh $(DESTDIR)$(DATADIR)/zsh/vendor-completions/_passthru-doctor
	install -D -m 0644 $(COMPLETIONS)/fish $(DESTDIR)$(DATADIR)/fish/vendor_completions.d/passthru-doctor.fish
	install -D -m 0644 -t $(DESTDIR)$(DOCDIR) README.md

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/passthru-doctor
	rm -f $(DESTDIR)$(LIBDIR)/systemd/system/passthru-doctor-check.service
	rm -rf $(DESTDIR)$(LIBDIR)/passthru-doctor $(DESTDIR)$(DRACUTDIR) $(DESTDIR)$(DOCDIR)
	rm -f $(DESTDIR)$(INITRAMFSDIR)/hooks/passthru-doctor $(DESTDIR)$(INITRAMFSDIR)/scripts/init-top/passthru
	rm -f $(DESTDIR)$(SYSCONFDIR)/grub.d/42_passthru
	rm -f $(DESTDIR)$(DATADIR)/man/man8/passthru-doctor.8
	rm -f $(DESTDIR)$(DATADIR)/man/man5/passthru-doctor-bindings.conf.5
	rm -f $(DESTDIR)$(DATADIR)/bash-completion/completions/passthru-doctor
	rm -f $(DESTDIR)$(DATADIR)/zsh/vendor-completions/_passthru-doctor
	rm -f $(DESTDIR)$(DATADIR)/fish/vendor_completions.d/passthru-doctor.fish

# Packages for this machine's distribution, in .build/packages.
deb: build completions
	@packaging/install-needs deb
	packaging/build-deb

rpm: build completions
	@packaging/install-needs rpm
	packaging/build-rpm

clean:
	rm -rf .build .build-fuzz
