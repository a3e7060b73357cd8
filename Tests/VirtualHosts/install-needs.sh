#!/bin/sh
# Installs what the tests of machines need, on Debian and its like.
exec "$(dirname "$0")/../../packaging/install-needs" machines
