# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # others read the tables
#
# common - what the demo's scripts share: the table of offices, talking to one, telling the story.
# Sourced with the demo's folder as working folder; YIDI_BIN is where the programs are.

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
readonly here

# Indexed by an office's name; see offices.tsv, or whatever DEMO_OFFICES names in its place.
readonly table_of_offices=${DEMO_OFFICES:-$here/offices.tsv}
declare -A role_of code_of areas_of people_of title_of
declare -A console_of # address and port, once found.sh has chosen them
offices=()

read_offices() {
    local name role code areas people title
    while IFS=$'\t' read -r name role code areas people title; do
        [[ $name != \#* ]] || continue
        offices+=("$name")
        role_of[$name]=$role
        code_of[$name]=$code
        areas_of[$name]=$areas
        people_of[$name]=$people
        title_of[$name]=$title
    done <"$table_of_offices"
}

# Names of the offices of a role.
offices_of() {
    local name
    for name in "${offices[@]}"; do
        [[ ${role_of[$name]} != "$1" ]] || echo "$name"
    done
}

# ctl OFFICE OPERATOR ARGUMENT...
ctl() {
    "$YIDI_BIN/yidictl" --socket "$1/control" --operator "$2" --timeout 2 "${@:3}"
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# say WHO TEXT: one line of the story, with the seconds since it began.
say() {
    local elapsed_ms=$(($(now_ms) - ${DEMO_BEGAN_MS:-$(now_ms)}))
    printf '%3d.%ds  %-9s  %s\n' $((elapsed_ms / 1000)) $((elapsed_ms % 1000 / 100)) "$1" "$2"
}

# Succeeds the first time that anyone asks for this name.
first_time() { mkdir "plot/$1" 2>/dev/null; }
