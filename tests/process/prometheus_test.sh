#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# prometheus - the rules of deploy/prometheus alert when they should, and only then. Needs promtool (Debian package
# prometheus, `deploy/install-deps lint`); where there is none, nothing is tested.
set -eu

cd "$(dirname "$0")/../../deploy/prometheus"
command -v promtool >/dev/null || { echo "no promtool here"; exit 0; }
promtool check config prometheus.example.yml
promtool test rules office.test.yml fleet.test.yml

# Every figure that a rule asks for is one that an office gives.
for name in $(grep -ho 'yidi_[a-z_]*' office.rules.yml fleet.rules.yml | sort -u); do
    base=${name%_bucket}
    grep -q "\"$base\"" ../../common/io/metrics.c || grep -q "record: .*$name" fleet.rules.yml || {
        echo "no office gives $name"; exit 1; }
done
