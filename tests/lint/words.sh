#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# words - the console says nothing that is missing in one of its two languages, and neither
# catalogue holds what nobody says; only English has words of its own for one of a thing (KEY.one).
# Every value of the lists that pages show by name has its words.
set -eu -o pipefail

build=${BUILD:-build}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# complain TEXT: each line of the input is one.
complain() {
    local line
    while read -r line; do
        echo "words: $1: $line"
        failed=1
    done
}

pages=(common/web/*.js common/web/pages/*.js ./*-node/web/*.js)
for language in zh en; do
    jq -r 'keys[]' "common/web/words.$language.json" | grep -v '\.one$' | LC_ALL=C sort >"$scratch/$language"
    jq -r 'to_entries[] | select(.value == "") | .key' "common/web/words.$language.json" >"$scratch/empty"
    complain "empty in $language" <"$scratch/empty"
    jq -r 'to_entries[] | .key as $key | [.value | scan("\\{\\w+\\}")] | sort | "\($key) \(join(" "))"' \
        "common/web/words.$language.json" | grep -v '\.one ' | LC_ALL=C sort >"$scratch/values.$language"
done
LC_ALL=C comm -23 "$scratch/zh" "$scratch/en" >"$scratch/found" && complain 'not in English' <"$scratch/found"
LC_ALL=C comm -13 "$scratch/zh" "$scratch/en" >"$scratch/found" && complain 'not in Chinese' <"$scratch/found"
diff "$scratch/values.zh" "$scratch/values.en" | grep '^[<>]' >"$scratch/found" || true
complain 'not the same values in both' <"$scratch/found"

# What pages say: 'family.name' in quotes, `family.${value}`, and named('family', value).
jq -r 'keys[]' "$build/web/terms.zh.json" | LC_ALL=C sort - "$scratch/zh" >"$scratch/known"
grep -ohE "'[a-z_]+(\.[A-Za-z_0-9-]+)*'" "${pages[@]}" | tr -d "'" | sort -u >"$scratch/literals"
grep -ohE '`[a-z_]+(\.[a-z_]+)*\.\$\{[^`]*`' "${pages[@]}" | tr -d '`' |
    sed -E 's/\./\\./g; s/\$\{[^}]*\}/[A-Za-z_0-9-]+/g; s/.*/^&$/' | sort -u >"$scratch/patterns"
grep -ohE "named\('[a-z_]+'" "${pages[@]}" | sed -E "s/named\('(.*)'/^\1\\\\./" | sort -u >>"$scratch/patterns"

{
    grep -ohE "word\('[^']+'" "${pages[@]}" | sed "s/word('//; s/'//"
    grep -ohE 'word\(([^()]|\([^()]*\))*\)' "${pages[@]}" | grep -oE "'[a-z_]+(\.[A-Za-z_0-9-]+)+'" | tr -d "'"
} | sort -u |
    grep -vxFf "$scratch/known" >"$scratch/found" || true
complain 'said, and in no catalogue' <"$scratch/found"
grep -vxFf "$scratch/literals" "$scratch/zh" | grep -vEf "$scratch/patterns" >"$scratch/found" || true
complain 'never said' <"$scratch/found"

# expect FAMILY NAME...: the words of a list's values.
expect() {
    local family=$1 name
    shift
    for name; do
        grep -qxF "$family.$name" "$scratch/known" || complain 'a value without words' <<<"$family.$name"
    done
}

# values_of ENUM: names of all but the first, which stands for none.
values_of() {
    awk -v enum="$1" '$1 == "enum" && $2 == enum { on = 1; next } on && /^}/ { exit }
        on && $2 == "=" && $3 + 0 > 0 { print $1 }' proto/*.proto
}

kinds_of_message() {
    awk '/^message Message / { on = 1 }
        on && /required$/ && $1 != "oneof" { print $2 }
        on && /^}/ { exit }' proto/message.proto
}

# Of the three machines.
states() {
    awk -F '"' '/state_names\[/ { on = 1 }
        on && NF == 3 && $2 != "absent" { print $2 }
        /^};/ { on = 0 }' ./*-node/core/{application,review,order}.c
}

# shellcheck disable=SC2046 # names hold no blanks
{
    expect step $(values_of Step)
    expect movement $(values_of StockMovementKind)
    expect spoiled $(values_of SpoiledWhy)
    expect package $(values_of PackageStanding)
    expect identified $(values_of IdentifiedBy)
    expect erase $(values_of EraseStage)
    expect fee $(values_of FeeItem) $(values_of FeeMove)
    expect message $(kinds_of_message)
    expect state $(states)
    expect role clerk examiner issuer maker checker supervisor auditor administrator wall
}
exit $failed
