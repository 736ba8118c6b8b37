#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# sentences - every rule that a refusal can name in the console has its Chinese sentence
# (common/web/sentences.zh.json), and no sentence is left of a rule that is gone. Codes that only
# a command line or a log can show need none.
set -eu -o pipefail

elsewhere='CERTIFICATE_INVALID|CSV_INVALID|DIRECTORY_INVALID|FILE_EXISTS|FILE_UNREADABLE|KEY_INVALID|NOT_RUNNING'
elsewhere="$elsewhere|OPTION_INVALID|POLICY_INVALID|STORE_FOREIGN"
# Bounds (wire_refuse_range) and lists of states are put together from parts.
composed='^(\{\}(\.\.\{\})?( (bytes|bytes of UTF-8|items))?|one of \{\})$'
sentences=common/web/sentences.zh.json
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# complain TEXT: each line of the input is one.
complain() {
    local line
    while read -r line; do
        echo "sentences: $1: $line"
        failed=1
    done
}

# The sources with each literal in one piece and {} for each value; form feeds between them, for a
# quote that is no literal's spoils no other file than its own.
mapfile -t sources < <(git ls-files 'common/*.[ch]' '*-node/*.[ch]' | grep -vE '/(citizen_csv|daemon_start)\.c$')
perl -0777 -pe 's{/\*.*?\*/}{}gs; s/\\\n//g; s/\{[12ab]\}/{}/g;
    s/%[-0-9.]*"\s*PRI[ux]\d+\s*"/{}/g; s/%[-0-9.]*"\s*PRI[ux]\d+/{}"/g;
    s/"\s*\n?\s*"//g; s/%[-0-9.]*(?:ll|l|z)?[sdux]/{}/g; s/%%/%/g; $_ .= "\f"' "${sources[@]}" >"$scratch/sources"

# shellcheck disable=SC2016 # $1 and $2 are perl's
perl -0777 -ne '$field = qr/(?:[^,()"]|"[^"]*"|\((?:[^()]|\([^()]*\))*\))*/;
    while (/\brefuse\(\s*[^,]+,\s*REFUSAL_(\w+)\s*,\s*$field,\s*"([^"]*)"\s*[,)]/g) { print "$1 $2\n" }' \
    "$scratch/sources" | grep -vE "^($elsewhere) " | cut -d ' ' -f 2- |
    grep -vxE '\{\}(: \{\})?' | sort -u >"$scratch/said"
jq -r 'keys[]' "$sentences" | LC_ALL=C sort >"$scratch/known"
grep -vxFf "$scratch/known" "$scratch/said" >"$scratch/found" || true
complain 'no Chinese' <"$scratch/found"
perl -0777 -ne 'for (split /\f/) { print "$1\n" while /"((?:[^"\\]|\\.)*)"/g }' \
    "$scratch/sources" | sort -u >"$scratch/literals"
grep -vxFf "$scratch/literals" "$scratch/known" | grep -vE "$composed" >"$scratch/found" || true
complain 'said nowhere' <"$scratch/found"
jq -r 'to_entries[] | (.key | [scan("\\{\\}")] | length) as $count
    | select([.value | scan("\\{(\\d)\\}")[0] | tonumber] | any(. > $count or . == 0)) | .key' \
    "$sentences" >"$scratch/found"
complain 'a value that it does not have' <"$scratch/found"
[ "$(wc -l <"$scratch/said")" -gt 200 ] || { echo "sentences: the rules were not found"; failed=1; }
exit $failed
