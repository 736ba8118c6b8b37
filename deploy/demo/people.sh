# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # the tables of common.sh
#
# people - who works in the offices: operators with roles and one password for all, which is no
# secret because nothing here is real. Sourced after common.sh.

readonly demo_password=made-up-for-the-demo

# The roles of the people of an office, in the order in which offices.tsv names them; behind them
# those who are in every office.
declare -A roles_of=(
    [acceptance]='clerk' [registry]='examiner issuer' [production]='maker checker'
    [chief]='supervisor administrator' [auditor]='auditor'
)

# NAME ROLE... of everybody in an office, one person a line.
people_in() {
    local name roles names index
    read -ra roles <<<"${roles_of[${role_of[$1]}]}"
    IFS=, read -ra names <<<"${people_of[$1]}"
    for index in "${!names[@]}"; do
        echo "${names[$index]} ${roles[$index]}"
    done
    for name in chief auditor; do
        echo "$name ${roles_of[$name]}"
    done
}

# From then on nobody else can work there.
appoint_people() {
    local name roles status=0
    while read -r name roles; do
        # shellcheck disable=SC2086 # roles are words
        ctl "$1" founder operator add "$name" ${roles:+$(printf -- '--role %s ' $roles)} \
            --password-file - <<<"$demo_password" >/dev/null || status=1
    done < <(people_in "$1")
    return $status
}

# appoint_everybody: hashing passwords is slow on purpose, so the offices go side by side.
appoint_everybody() {
    local name pids=() status=0
    for name in "${offices[@]}"; do
        appoint_people "$name" &
        pids+=($!)
    done
    for name in "${pids[@]}"; do
        wait "$name" || status=1
    done
    return $status
}
