#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# diagrams - the machines in ARCHITECTURE.md are those of the tables.
set -eu

tests/diagrams/draw --check
