#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# layers - who may include whom, and which file may know which outside library.
#
#   core     knows core
#   domain   knows core and domain
#   NODE/core  knows core, domain and itself
#   io       knows core, domain, proto and io
#   web      what makes pages at build time; knows what is common
#   NODE     knows itself and what is common; never another node
#   yidictl  knows itself and what is common
#   demo     knows itself and what is common
#   tests    know all, and nothing knows tests
set -eu

tests/lib/sources.sh c h | xargs awk '
function own(path)      { return path !~ /^</ }
function complain(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; failed = 1 }

# What the layer of a file may include of our own, as a pattern.
function allowed(file,    node)
{
    if (file ~ /^tests\//)
        return "."
    if (file ~ /^common\/core\//)
        return "^common/core/"
    if (file ~ /^common\/domain\//)
        return "^common/(core|domain)/|^domain/[a-z_]+\\.inc$"
    if (file ~ /^common\/io\//)
        return "^common/|^proto/|^web/common\\.inc$"
    if (file ~ /^common\/web\//)
        return "^common/|^proto/|^web/api_comments\\.inc$"
    if (file ~ /^deploy\/yidictl\//)
        return "^common/|^proto/|^deploy/yidictl/"
    if (file ~ /^deploy\/demo\//)
        return "^common/|^proto/|^deploy/demo/"
    node = file
    sub(/\/.*/, "", node)
    if (file ~ /^[a-z]+-node\/core\//)
        return "^common/(core|domain)/|^" node "/core/"
    if (file ~ /^[a-z]+-node\//)
        return "^common/|^proto/|^" node "/|^web/" node "\\.inc$"
    return "^$"
}

# Which files may include a header of a library, or one that carries a library on.
function knows(header)
{
    if (header ~ /^<lmdb\.h|store_lmdb\.h$/)
        return "^common/io/store_lmdb|^common/io/daemon|^tests/"
    if (header ~ /^<openssl\/|signature_openssl\.h$/)
        return "^common/io/(signature|certificate)|^tests/lib/"
    if (header ~ /^<jansson\.h/)
        return "^common/io/json\\.c|^common/web/(make_terms|api/make_api)\\.c"
    if (header ~ /^<microhttpd\.h/)
        return "^common/io/http"
    if (header ~ /^<jpeglib\.h/)
        return "^common/io/photo\\.c|^deploy/demo/photo_maker\\.c"
    if (header ~ /^<qrencode\.h/)
        return "^common/io/qr\\.c"
    if (header ~ /^<c?zmq[_a-z]*\.h/)
        return "^common/io/(link|control|daemon|frames|monitor|transport_key|zap)|^tests/"
    if (header ~ /^<sodium/)
        return "^common/io/(link|password)|^tests/"
    if (header ~ /^<protobuf-c\//)
        return "^common/io/(wire|json)|^deploy/yidictl/|^tests/"
    if (header ~ /wire_bounds\.h$/)
        return "^common/io/(wire|json)"
    return "."
}

function is_pure(file)
{
    return file ~ /^common\/(core|domain)\// || file ~ /^[a-z]+-node\/core\//
}

/^[ \t]*#[ \t]*include/ {
    header = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", header)
    if (header !~ /^</)
        header = substr(header, 2, index(substr(header, 2), "\"") - 1)
    if (own(header) && header !~ allowed(FILENAME))
        complain("this layer does not know " header)
    if (FILENAME !~ knows(header))
        complain("only " knows(header) " may include " header)
    if (!own(header) && is_pure(FILENAME) &&
        header !~ /^<(inttypes|limits|stdalign|stdarg|stdbool|stddef|stdint|stdio|stdlib|string)\.h>/)
        complain("a pure layer does not include " header)
}

END { exit failed }
'
