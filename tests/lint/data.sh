#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# data - the files of tests/data are the ones that make-citizens writes.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tests/data/make-citizens "$folder"
for file in citizens.csv applications.csv; do
    diff "$folder/$file" "tests/data/$file" >/dev/null ||
        { echo "tests/data/$file: not what tests/data/make-citizens writes"; exit 1; }
done
