#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# evidence - every file that the page of evidence names is there.
set -eu

tests/soak/report --check
