# SPDX-License-Identifier: Apache-2.0
#
# data-to-c - write a table of common/domain/data as the rows of a C array.
#
#   awk -f data-to-c.awk -v table=divisions data/divisions.tsv
#   awk -f data-to-c.awk -v table=ethnic    data/ethnic_groups.tsv
#   awk -f data-to-c.awk -v table=retired   data/divisions.tsv data/divisions_retired.tsv
#
# A retired division is written once per code, with the divisions of today that it ended in: its
# successors' successors, followed until they are current. A county that rose to be a prefecture
# ended in every division of that prefecture. A code that was used again keeps the successors of all
# its lives. Fails on a row that is not as expected.

BEGIN {
    FS = "\t"
    columns["divisions"] = 4
    columns["ethnic"] = 3
    columns["retired"] = 7
    print "/* Written by common/domain/data-to-c.awk; do not edit. */"
}

function fail(text) {
    printf "data-to-c: %s:%d: %s\n", FILENAME, FNR, text > "/dev/stderr"
    failed = 1
    exit 1
}

FNR == 1 { file++ }

{ wanted = table == "retired" && file == 1 ? columns["divisions"] : columns[table] }
NF != wanted { fail("expected " wanted " columns") }
/["\\]/ { fail("quotation mark or backslash") }

table == "divisions" {
    if ($1 !~ /^[0-9][0-9][0-9][0-9][0-9][0-9]$/ || $1 <= last) fail("code out of order")
    last = $1
    printf "{ \"%s\", \"%s\", \"%s\", \"%s\" },\n", $1, $2, $3, $4
}

table == "ethnic" {
    if ($1 !~ /^[0-9][0-9]$/ || $1 + 0 != FNR) fail("code out of order")
    printf "{ \"%s\", \"%s\", \"%s\" },\n", $1, $2, $3
}

table == "retired" && file == 1 {
    current[$1] = 1
    prefecture = substr($1, 1, 4) "00"
    if ($1 != prefecture) successors[prefecture] = successors[prefecture] $1 ";"
}

table == "retired" && file == 2 {
    if ($1 < last) fail("code out of order")
    if ($1 != last) order[++count] = $1
    last = $1
    list = $7
    gsub(/\[[0-9]+\]/, "", list) # the year in which a part was split off
    if (list !~ /^[0-9;]+$/) fail("successors that are no codes")
    successors[$1] = successors[$1] list ";"
}

# Walk breadth first; `seen` ends the circles of codes that succeed themselves.
function current_successors(code,    seen, queue, head, tail, parts, n, i, found) {
    queue[tail = 1] = code
    seen[code] = 1
    found = ""
    for (head = 1; head <= tail; head++) {
        n = split(successors[queue[head]], parts, ";")
        for (i = 1; i <= n; i++) {
            if (parts[i] in current && index(found, parts[i]) == 0)
                found = found (found == "" ? "" : ";") parts[i]
            else if (parts[i] in successors && !(parts[i] in seen)) {
                seen[parts[i]] = 1
                queue[++tail] = parts[i]
            }
        }
    }
    return found
}

END {
    if (failed) exit 1
    for (i = 1; i <= count; i++)
        printf "{ \"%s\", \"%s\" },\n", order[i], current_successors(order[i])
}
