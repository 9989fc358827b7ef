# SPDX-License-Identifier: GPL-2.0-or-later
# A thin front of meson. `make` leaves build/passthru.

all: build/build.ninja
	@ninja -C build --quiet

build/build.ninja:
	@tools/packages build test
	@meson setup build >build-setup.log || { cat build-setup.log; rm build-setup.log; exit 1; }
	@mv build-setup.log build/setup.log

demo: ## watch a real kernel hand a GPU to a guest and take it back
	@lab/demo

test: ## everything but the long suites; ends with "N passed, N failed"
	@tests/run

test-full: ## everything
	@tests/run --full

fuzz: ## every parser of foreign text, a minute each
	@tests/fuzz/run

bench: ## against lspci, driverctl and the least there is to do
	@tests/bench/run

install: all
	@meson install -C build --no-rebuild

deb: ## the Debian package, in build/deb
	@tools/deb

clean: ## what was built; the lab's downloads stay
	@rm -rf build/asan build/clang
	@if [ -e build/build.ninja ]; then ninja -C build -t clean >/dev/null; fi

.PHONY: all demo test test-full fuzz bench install deb clean
