#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# yidictl_keys - from nothing to a signed directory that shows its offices, and what is refused on
# the way. No daemon runs.
set -u

yidictl=${YIDI_BIN:-$PWD/build/bin}/yidictl
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
cd "$folder" || exit 1

fail() {
    echo "FAILED: $*"
    cat said 2>/dev/null
    exit 1
}

# expect STATUS TEXT ARGUMENT... - run yidictl; it must exit so, and say the text
expect() {
    status=$1 text=$2
    shift 2
    "$yidictl" "$@" >said 2>&1
    got=$?
    [ "$got" -eq "$status" ] || fail "status $got instead of $status: yidictl $*"
    grep -qF -- "$text" said || fail "does not say '$text': yidictl $*"
}

mode_of() { stat -c %a "$1"; }

# --- keys ---

expect 2 'OPTION_INVALID --out' keys root
expect 0 root/root.pem keys root --out root
expect 1 'FILE_EXISTS root/root.key: is there already' keys root --out root
expect 0 authority/authority.key keys authority --root root --out authority
expect 0 '{"files":["r/signing.key"' --json keys office 110105000000 --role registry --root root --out r
expect 0 p/transport.pub keys office 310101000000 --role production --root root --out p
expect 0 a/transport.pub keys office 4403050000A1 --role acceptance --root root --out a
expect 1 OFFICE_CODE_INVALID keys office 440305 --role acceptance --root root --out x
expect 2 'OPTION_INVALID --role' keys office 440305000001 --role chief --root root --out x
expect 1 'FILE_UNREADABLE no/root.key' keys office 440305000001 --role acceptance --root no --out x
[ ! -e x ] || fail "a refused command has made its folder"
for key in root/root.key authority/authority.key r/signing.key r/transport.key; do
    [ "$(mode_of $key)" = 600 ] || fail "$key is open to others"
done
chmod 644 root/root.key
expect 1 'KEY_INVALID root/root.key' keys office 440305000001 --role acceptance --root root --out x
chmod 600 root/root.key

# --- directory ---

# office CODE ROLE FOLDER AREAS MORE - the description of one office
office() {
    printf '{"code":"%s","name":"测试%s","role":"%s","endpoint":"tcp://127.0.0.1:5600",' "$1" "$3" "$2"
    printf '"transport_key_file":"../%s/transport.pub","certificate_files":["../%s/signing.pem"],' "$3" "$3"
    printf '"areas":[%s],"contact":"010-1"%s}\n' "$4" "$5"
}

mkdir offices
office 110105000000 REGISTRY r '"110105"' ',"issuing_authority":"北京市公安局朝阳分局"' >offices/r.json
office 310101000000 PRODUCTION p '"31","44"' '' >offices/p.json
office 4403050000A1 ACCEPTANCE a '"440305"' '' >offices/a.json

build() { # STATUS TEXT OFFICE.json...
    status=$1 text=$2
    shift 2
    expect "$status" "$text" directory build --out unsigned --version 3 "$@"
}

sign() { # STATUS TEXT KEY CERTIFICATE
    expect "$1" "$2" directory sign --key "$3" --certificate "$4" --in unsigned --out directory
}

office 4403050000A1 ACCEPTANCE a '"440399"' '' >offices/bad.json
build 1 'DIRECTORY_INVALID offices/bad.json: areas[0]' offices/r.json offices/bad.json
office 4403050000A1 ACCEPTANCE p '"440305"' '' >offices/bad.json
build 1 'CERTIFICATE_INVALID offices/bad.json' offices/bad.json
office 4403050000A1 ACCEPTANCE none '"440305"' '' >offices/bad.json
build 1 'FILE_UNREADABLE offices/bad.json' offices/bad.json
office 4403050000A1 ACCEPTANCE a '"440305"' ',"note":""' >offices/bad.json
build 1 'offices/bad.json: note' offices/bad.json
build 1 'is there twice' offices/a.json offices/a.json
expect 2 'OPTION_INVALID --version' directory build --out unsigned offices/a.json
[ ! -e unsigned ] || fail "a refused directory was written"
build 0 'directory of 1 office, version 3' offices/a.json
build 0 '3 offices, version 3' offices/a.json offices/r.json offices/p.json

sign 1 'CERTIFICATE_INVALID' r/signing.key r/signing.pem
sign 1 'KEY_INVALID' r/signing.key authority/authority.pem
sign 0 directory authority/authority.key authority/authority.pem
expect 1 'DIRECTORY_INVALID unsigned: is not signed; see yidictl directory sign' \
    directory show --root root/root.pem unsigned
expect 1 'offices/r.json' directory show --root root/root.pem offices/r.json
expect 0 trusted directory show --root root/root.pem --crl root/root.crl directory
[ "$(grep -c ' trusted$' said)" -eq 3 ] || fail "not three trusted offices"

expect 0 root/root.crl keys revoke --root root a/signing.pem
expect 0 root/root.crl keys revoke --root root p/signing.pem
expect 0 'registry' directory show --root root/root.pem --crl root/root.crl directory
[ "$(grep -c 'the certificate is revoked$' said)" -eq 2 ] || fail "not two revoked certificates"
expect 0 '"state":"the certificate is revoked"' \
    directory show --root root/root.pem --crl root/root.crl --json directory

expect 1 'MALFORMED offices/r.json: is not an envelope' verify offices/r.json --directory directory --root root/root.pem

expect 0 other/root.pem keys root --out other
expect 1 CERTIFICATE_INVALID directory show --root other/root.pem directory
expect 1 CERTIFICATE_INVALID directory show --root root/root.pem --crl other/root.crl directory
echo "passed"
