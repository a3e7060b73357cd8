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
RELEASE := -c release --static-swift-stdlib --disable-local-rpath
BUILD := $(SWIFT) build $(RELEASE)
BIN = $(shell $(BUILD) --show-bin-path)

.PHONY: help needs build doctor test test-machines test-machines-all fuzz bench lint install uninstall clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n '1,/^$$/!p' | sed '/^Static/,$$d'
	@echo '  make test-machines  whole machines in QEMU: the telling set (make test-machines-all: every one)'
	@echo '  make fuzz           run each parser on made-up input for FUZZ_SECONDS=60'
	@echo '  make bench          measure against rivals on this machine'
	@echo '  make lint           formatting, shell scripts, warnings as errors, the arrows between targets'

needs:
	@packaging/install-needs build

build: needs
	$(BUILD) --product passthru-doctor
	$(BUILD) --product passthru-early-bind

# The host's verdict is not make's failure: 0 ready, 1 not ready and 3 undecided are all reports.
doctor: build
	@$(BIN)/passthru-doctor; status=$$?; [ $$status -eq 0 ] || [ $$status -eq 1 ] || [ $$status -eq 3 ]

test:
	@packaging/install-needs build test
	$(BUILD) --product passthru-doctor
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor $(SWIFT) test

test-machines test-machines-all: build
	@packaging/install-needs build machines
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/VirtualHosts/run.sh $(if $(filter %-all,$@),all,telling)

FUZZ_SECONDS ?= 60
fuzz: needs
	Tests/Fuzzing/run $(FUZZ_SECONDS)

bench:
	@packaging/install-needs build bench
	$(BUILD) --product passthru-doctor
	PASSTHRU_DOCTOR=$(BIN)/passthru-doctor Tests/Benchmarks/run

lint:
	@packaging/install-needs build lint
	Tests/lint

install: build
	install -D -m 0755 $(BIN)/passthru-doctor $(DESTDIR)$(PREFIX)/bin/passthru-doctor
	install -D -s -m 0755 $(BIN)/passthru-early-bind $(DESTDIR)/usr/lib/passthru-doctor/passthru-early-bind
	install -D -m 0755 -t $(DESTDIR)/usr/lib/dracut/modules.d/50passthru-doctor dracut/50passthru-doctor/*.sh
	install -m 0644 -t $(DESTDIR)/usr/lib/dracut/modules.d/50passthru-doctor dracut/50passthru-doctor/*.service
	install -D -m 0755 initramfs-tools/hooks/passthru-doctor $(DESTDIR)/usr/share/initramfs-tools/hooks/passthru-doctor
	install -D -m 0755 initramfs-tools/scripts/init-top/passthru $(DESTDIR)/usr/share/initramfs-tools/scripts/init-top/passthru
	install -D -m 0644 packaging/passthru-doctor-check.service $(DESTDIR)/usr/lib/systemd/system/passthru-doctor-check.service
	install -D -m 0644 README.md $(DESTDIR)$(PREFIX)/share/doc/passthru-doctor/README.md

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/passthru-doctor $(DESTDIR)/usr/lib/systemd/system/passthru-doctor-check.service
	rm -f $(DESTDIR)/usr/share/initramfs-tools/hooks/passthru-doctor
	rm -f $(DESTDIR)/usr/share/initramfs-tools/scripts/init-top/passthru
	rm -rf $(DESTDIR)/usr/lib/passthru-doctor $(DESTDIR)/usr/lib/dracut/modules.d/50passthru-doctor
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/passthru-doctor

clean:
	rm -rf .build .build-fuzz
