# SPDX-License-Identifier: Apache-2.0
#
# wire-bounds - reads the bound beside each field in proto/*.proto, writes wire_bounds.c.
#
#   awk -f wire-bounds.awk proto/*.proto >wire_bounds.c
#
# The grammar stands on top of proto/message.proto. Fails with file:line when a field has no bound,
# when a bound does not fit the field's type, and when a message contains itself.

function complain(place, text)
{
    print place ": " text >"/dev/stderr"
    failed = 1
}

# As protobuf-c names things: ApplicationForm is application_form.
function c_name(camel,    i, letter, upper, was_upper, name)
{
    was_upper = 1
    for (i = 1; i <= length(camel); i++) {
        letter = substr(camel, i, 1)
        upper = letter ~ /[A-Z]/
        name = name (upper && !was_upper ? "_" : "") tolower(letter)
        was_upper = upper
    }
    return "yidi__" name
}

# The bound is what stands between // and the first semicolon.
function bound_of(line)
{
    if (line !~ /\/\//)
        return ""
    sub(/^[^\/]*\/\/[ \t]*/, "", line)
    sub(/;.*/, "", line)
    sub(/[ \t]+$/, "", line)
    return line
}

function is_range(text)
{
    return text ~ /^[0-9]+\.\.[0-9]+$/
}

# "MIN..MAX" as two designated initializers.
function range(prefix, text,    ends)
{
    split(text, ends, /\.\./)
    if (length(ends[1]) > length(ends[2]) ||
        (length(ends[1]) == length(ends[2]) && ends[1] "" > ends[2] ""))
        complain(current, "the range " text " is upside down")
    return sprintf(".%sminimum = UINT64_C(%s), .%smaximum = UINT64_C(%s)", prefix, ends[1], prefix,
                   ends[2])
}

# The initializer of one value's bound; "" when the bound does not fit the type.
function value_bound(type, bound,    words, count)
{
    count = split(bound, words, " ")
    if (type == "bool")
        return count == 0 ? ".rule = BOUND_NONE" : ""
    if (type == "string" && is_range(words[1]) && (count == 1 || (count == 2 && words[2] == "text")))
        return ".rule = " (count == 2 ? "BOUND_TEXT, " : "BOUND_STRING, ") range("", words[1])
    if (count != 1)
        return ""
    if (type == "bytes" && is_range(bound))
        return ".rule = BOUND_BYTES, " range("", bound)
    if ((type == "uint32" || type == "uint64") && bound == "any")
        return ".rule = BOUND_INTEGER, .maximum = UINT64_MAX"
    if ((type == "uint32" || type == "uint64") && is_range(bound))
        return ".rule = BOUND_INTEGER, " range("", bound)
    if (type in enum && (bound == "known" || bound == "given"))
        return ".rule = BOUND_" toupper(bound)
    if (type in message && (bound == "required" || bound == "optional"))
        return ".rule = BOUND_" toupper(bound) ", .message = &" c_name(type) "__bounds"
    return ""
}

# Items of messages are required and items of enums are given, without saying so.
function item_bound(type, bound)
{
    if (bound == "" && type in message)
        bound = "required"
    if (bound == "" && type in enum)
        bound = "given"
    return bound == "" ? "" : value_bound(type, bound)
}

function field_bound(i,    bound, count, item, text)
{
    bound = field_bounds[i]
    current = field_places[i]
    if (!field_repeated[i]) {
        text = value_bound(field_types[i], bound)
    } else {
        count = bound
        sub(/ .*/, "", count)
        item = bound
        if (!sub(/^[^ ]* of /, "", item))
            item = bound == count ? "" : "?"
        text = is_range(count) ? item_bound(field_types[i], item) : ""
        if (text != "")
            text = text ", " range("count_", count)
    }
    if (text == "" && bound == "")
        complain(current, "field " field_names[i] " has no bound")
    else if (text == "")
        complain(current, "a " field_types[i] " cannot have the bound \"" bound "\"")
    if (field_oneof[i] != "" && !(field_oneof[i] in oneof_seen)) {
        oneof_seen[field_oneof[i]] = 1
        if (oneof_bounds[field_oneof[i]] == "required")
            text = text ", .required_oneof = \"" oneof_names[field_oneof[i]] "\""
    }
    return text
}

# protobuf-c sorts fields by their number.
function write_message(name,    i, j, n, order, text)
{
    n = 0
    for (i = 1; i <= field_count; i++)
        if (field_messages[i] == name) {
            for (j = ++n; j > 1 && field_ids[order[j - 1]] > field_ids[i]; j--)
                order[j] = order[j - 1]
            order[j] = i
        }
    if (n > 64)
        complain(field_places[order[n]], "message " name " has more fields than BOUND_FIELDS_MAX")
    if (n > 0)
        print "static const struct bound_field " c_name(name) "__fields[] = {"
    for (j = 1; j <= n; j++) {
        text = field_bound(order[j])
        printf "    { %s }, /* %s */\n", text, field_names[order[j]]
    }
    if (n > 0)
        print "};"
    printf "static const struct bound_message %s__bounds = {\n", c_name(name)
    printf "    &%s__descriptor, %s\n};\n\n", c_name(name), (n ? c_name(name) "__fields" : "NULL")
}

function visit(name,    i)
{
    visiting[name] = 1
    for (i = 1; i <= field_count; i++) {
        if (field_messages[i] != name || !(field_types[i] in message))
            continue
        if (visiting[field_types[i]])
            complain(field_places[i], "message " field_types[i] " contains itself")
        else if (!(field_types[i] in visited))
            visit(field_types[i])
    }
    visiting[name] = 0
    visited[name] = 1
}

FNR == 1 {
    files[++file_count] = FILENAME
}

/^package / && $2 != "yidi;" {
    complain(FILENAME ":" FNR, "the package is not yidi")
}

/^[ \t]*\/\// || /^[ \t]*$/ {
    next
}

/^enum [A-Za-z0-9]+ \{/ {
    enum[$2] = 1
    inside_enum = 1
    next
}

/^message [A-Za-z0-9]+ \{/ {
    inside = $2
    message[inside] = 1
    messages[++message_count] = inside
    next
}

inside && /^ *oneof [a-z_]+ \{/ {
    oneof = inside "." $2
    oneof_names[oneof] = $2
    oneof_bounds[oneof] = bound_of($0)
    if (oneof_bounds[oneof] != "required" && oneof_bounds[oneof] != "optional")
        complain(FILENAME ":" FNR, "oneof " $2 " is neither required nor optional")
    next
}

/^ *\}/ {
    if (oneof != "")
        oneof = ""
    else
        inside = inside_enum = ""
    next
}

inside {
    line = $0
    sub(/^ +/, "", line)
    repeated = sub(/^repeated /, "", line)
    if (line !~ /^[A-Za-z0-9]+ [a-z0-9_]+ = [0-9]+;/) {
        complain(FILENAME ":" FNR, "not a field as this project writes them: " line)
        next
    }
    split(line, words, /[ =;]+/)
    i = ++field_count
    field_messages[i] = inside
    field_types[i] = words[1]
    field_names[i] = words[2]
    field_ids[i] = words[3] + 0
    field_repeated[i] = repeated
    field_oneof[i] = oneof
    field_bounds[i] = bound_of(line)
    field_places[i] = FILENAME ":" FNR
    if (words[1] == "bool")
        field_bounds[i] = ""
    next
}

!inside_enum && !/^(syntax|package|import) / {
    complain(FILENAME ":" FNR, "not a line as this project writes them")
}

END {
    print "/* Written by common/io/wire-bounds.awk; changes are lost. */"
    print "#include \"common/io/wire_bounds.h\"\n"
    for (i = 1; i <= file_count; i++) {
        name = files[i]
        sub(/.*\//, "", name)
        sub(/\.proto$/, "", name)
        print "#include \"proto/" name ".pb-c.h\""
    }
    print ""
    for (i = 1; i <= message_count; i++)
        print "static const struct bound_message " c_name(messages[i]) "__bounds;"
    print ""
    for (i = 1; i <= message_count; i++)
        write_message(messages[i])
    print "const struct bound_message *const bound_messages[] = {"
    for (i = 1; i <= message_count; i++)
        print "    &" c_name(messages[i]) "__bounds,"
    print "};"
    print "const size_t bound_message_count = sizeof bound_messages / sizeof *bound_messages;"
    for (i = 1; i <= message_count; i++)
        if (!(messages[i] in visited))
            visit(messages[i])
    exit failed
}
