#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# fleet - a real Prometheus (Debian package prometheus; without it nothing is tested) looks after four
# real offices with the files of deploy/prometheus: it scrapes all of them, no rule fails, the sums
# by province and role are right, and an office that goes away is an alert.
set -u -o pipefail

command -v prometheus >/dev/null || { echo "no prometheus here"; exit 0; }
source=$(readlink -f "$(dirname "$0")/../..")
YIDI_BIN=$(readlink -f "${YIDI_BIN:-$source/build/bin}")
DEMO_OFFICES=$source/tests/browser/offices.tsv
folder=$(mktemp -d) || exit 1
cd "$folder" || exit 1
for part in common processes found; do
    # shellcheck disable=SC1090 # as the demo does
    source "$source/deploy/demo/$part.sh"
done
demo=$folder
prometheus=

clean_up() {
    [[ -z $prometheus ]] || { kill "$prometheus"; wait "$prometheus"; } 2>/dev/null
    stop_everything
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

fail() {
    echo "FAILED: $*"
    tail -n 5 prometheus.log
    exit 1
}

ask() { curl -sS --get "http://127.0.0.1:$port/api/v1/$1" --data-urlencode "query=${2-}" | jq -r "$3"; }

# expect TEXT PATH QUERY FILTER: within half a minute.
expect() {
    local said='' tries
    for ((tries = 0; tries < 60; tries++)); do
        said=$(ask "$2" "$3" "$4" 2>&1) && [[ $said != "$1" ]] || return 0
        sleep 0.5
    done
    fail "$2 $3: $said, not $1"
}

watch_offices() {
    local targets
    targets=$(printf '"%s", ' "${console_of[@]}")
    cp "$source"/deploy/prometheus/*.rules.yml .
    sed -e "s/\"127.0.0.1:8443\"/${targets%, }/; s/15s/1s/; /^alerting:/,\$d" \
        "$source/deploy/prometheus/prometheus.example.yml" >prometheus.yml
    port=$(choose_ports) || exit 1
    prometheus --config.file=prometheus.yml --storage.tsdb.path=series \
        --web.listen-address="127.0.0.1:$port" >prometheus.log 2>&1 &
    prometheus=$!
}

read_offices
found_offices && start_offices || fail "the offices cannot open"
watch_offices
expect 4 query 'sum(up)' '.data.result[0].value[1]'
expect $'11 acceptance 1\n44 acceptance 1\n44 production 1\n51 registry 1' \
    query 'sort_desc(province_role:yidi_offices:count)' \
    '[.data.result[] | "\(.metric.province) \(.metric.role) \(.value[1])"] | sort | .[]'
expect 0 query 'province_role_state:yidi_cases:sum{state="submitted", province="44"}' \
    '.data.result[0].value[1]'
expect 'ok' rules '' '[.data.groups[].rules[].health] | unique | join(" ")'
kill_office Langzhong
expect "YidiOfficeAway ${console_of[Langzhong]}" alerts '' \
    '[.data.alerts[] | "\(.labels.alertname) \(.labels.instance)"] | join(" ")'
