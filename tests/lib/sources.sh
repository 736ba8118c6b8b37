#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sources - lists the project's own files with one of these endings, none of the generated ones.
#
#   sources.sh c h
set -eu

for ending; do
    find acceptance-node common deploy production-node proto registry-node tests \
        -type f -name "*.$ending"
done | LC_ALL=C sort
