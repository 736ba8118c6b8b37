#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bounds - every field in proto/ has a bound that fits it, and no message contains itself.
set -eu

LC_ALL=C awk -f common/io/wire-bounds.awk proto/*.proto >/dev/null
