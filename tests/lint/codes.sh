#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# codes - the page of codes is the one that the tables give; `make docs` writes it anew.
set -eu

"${BUILD:-build}/bin/yidictl" codes --markdown | diff -u deploy/CODES.md -
