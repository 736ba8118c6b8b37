# SPDX-License-Identifier: Apache-2.0
#
# comments - what the comments of proto/*.proto say, as rows of C for make_api.
#
#   awk -f comments.awk proto/*.proto >api_comments.inc
#
#   { "Decide", "", "", "One verb on many cases; each has its own result.", "" },
#   { "Decide", "verb", "given", "", "" },            message, field, bound, what more is said, its one-of
#   { "Verb", "ABANDON", "", "an office …", "" },     enum, value
#
# The grammar of bounds stands on top of proto/message.proto; wire-bounds.awk refuses what breaks it.

function quoted(text)
{
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}

function write(owner, name, bound, text, oneof)
{
    printf "    { %s, %s, %s, %s, %s },\n", quoted(owner), quoted(name), quoted(bound), quoted(text),
        quoted(oneof)
}

# What stands behind // in a line.
function comment_of(line)
{
    if (!match(line, /\/\/ */))
        return ""
    return substr(line, RSTART + RLENGTH)
}

# Lines of one paragraph belong together; an empty line ends it.
/^\/\// {
    above = above (above == "" ? "" : " ") comment_of($0)
    next
}

/^[ \t]*$/ {
    above = ""
    next
}

/^enum |^message / {
    owner = $2
    is_enum = $1 == "enum"
    said = comment_of($0)
    write(owner, "", "", said == "" ? above : said, "")
    above = ""
    next
}

/^}/ {
    owner = oneof = ""
    next
}

owner && /^ *oneof / {
    oneof = $2
    next
}

owner && /^ *}/ {
    oneof = ""
    next
}

owner && is_enum && /=/ {
    write(owner, $1, "", comment_of($0), "")
}

# A bool has no bound: all that is said is said of it.
owner && !is_enum && /=/ {
    line = $0
    sub(/^ +/, "", line)
    sub(/^repeated /, "", line)
    split(line, words, /[ =;]+/)
    said = comment_of($0)
    bound = ""
    if (words[1] != "bool") {
        bound = said
        sub(/;.*/, "", bound)
        if (!sub(/^[^;]*; */, "", said))
            said = ""
    } else
        sub(/^any; */, "", said)
    write(owner, words[2], bound, said, oneof)
}

{
    above = ""
}
