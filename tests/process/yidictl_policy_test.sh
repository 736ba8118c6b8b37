#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# yidictl_policy - from a policy's JSON and a calendar to a signed file, what is refused on the way,
# and what a policy says on a day in a province. No daemon runs.
set -u

yidictl=${YIDI_BIN:-$PWD/build/bin}/yidictl
source=$(readlink -f "$(dirname "$0")/../../deploy/policy")
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

# says TEXT - so did the last one
says() { grep -qF -- "$1" said || fail "does not say '$1' as well"; }

"$yidictl" keys root --out root >/dev/null || fail "no root"
"$yidictl" keys authority --root root --out authority >/dev/null || fail "no authority"
"$yidictl" keys office 110105000000 --role registry --root root --out r >/dev/null || fail "no office"

# --- the example that comes along ---

calendar=$source/calendar-2026.csv
expect 0 'nothing wrong' policy check --calendar "$calendar" "$source/example.json"
if grep -q 'no holidays of 2026' said; then fail "the calendar was not read"; fi
expect 0 '"faults":[]' policy check --json "$source/example.json"
grep -q 'synthetic' "$source/example.json" || fail "the example does not say that it is one"
provinces=$(sed -n 's/.*"province": "\([0-9]*\)".*/\1/p' "$source/example.json" | sort -u | wc -l)
[ "$provinces" -eq 31 ] || fail "$provinces provinces instead of 31"

expect 0 'nothing wrong' policy check --calendar "$calendar" "$source/default.json"
if grep -q '"province"' "$source/default.json"; then fail "the default has a rule of a province"; fi
expect 0 'in 46' policy explain --date 2026-10-01 --province 46 "$source/example.json"
grep -q '^refusal.first-application  *no ' said || fail "the example of a province that takes them"
expect 0 'nationwide' policy explain --date 2026-10-01 --province 46 "$source/default.json"
grep -q '^refusal.first-application  *yes ' said || fail "the default refuses a first application"

# --- check: each fault in a sentence ---

cat >faulty.json <<END
{ "rules": [
  { "key": "fee.renewal", "value": 2000, "from": 20200101, "until": 20251231 },
  { "key": "fee.renewal", "value": 2500, "from": 20260201 },
  { "key": "fee.renewal", "value": 1500, "from": 20260101, "province": "54" },
  { "key": "fee.renewal", "value": 1600, "from": 20260601, "province": "54" },
  { "key": "fee.renewel", "value": 1600, "from": 20260601 },
  { "key": "validity.under-16", "value": 500, "from": 20200101 }
] }
END
expect 1 'faults: it cannot be signed' policy check faulty.json
says 'fee.renewal: no nationwide rule for 2026-01-01 to 2026-01-31.'
says 'fee.renewal in 54: the rule for 2026-06-01 on meets that for 2026-01-01 on.'
says 'fee.renewel: there is no such key.'
says 'validity.under-16: 500 is not within 0 (long-term) and 50 (50 years).'
says 'deadline.statutory: no nationwide rule; its standard would hold: 60 (60 days).'
expect 1 '"field":"rules[4].key"' policy check --json faulty.json
expect 1 'MALFORMED' policy check "$calendar"
expect 1 'FILE_UNREADABLE none.json' policy check none.json
echo '{ "rules": [ { "key": "fee.renewal", "value": -1, "from": 20200101 } ] }' >negative.json
expect 1 'fee.renewal: value is to be a whole number, not negative.' policy check negative.json
cat >unreadable.json <<END
{ "rules": [
  { "key": "fee.renewal", "value": -1,
    "from": 20200101, "colour": "red" },
  { "from": "tomorrow", "key": "fee.first", "value": 0 },
  { "key": "fee.damaged", "value": 4000000000, "from": 20200101 }
], "author": "a {\\"test\\"}" }
END
expect 1 '5 faults' policy check unreadable.json # all in one run, each at its line
says 'line 2  fee.renewal: value is to be a whole number, not negative.'
says 'line 3  fee.renewal: colour is no such field.'
says 'line 4  from is to be a whole number, not negative.'
says 'line 5  fee.damaged: 4000000000 is not within'
says 'line 6  author is no such field.'
says '> write a value between these two'
expect 1 '"line":5,"remedy":"write a value' policy check --json unreadable.json
for rule in deadline.statutory:61 deadline.remote:31 temporary.validity:4; do
    printf '{ "rules": [ { "key": "%s", "value": %s, "from": 20200101 } ] }' \
        "${rule%:*}" "${rule#*:}" >beyond.json
    expect 1 "${rule%:*}: ${rule#*:} is not within" policy check beyond.json # of the law
done
for line in '2026-10-32,holiday,x' '2026-10-01,feast,x' 'holiday' '2026-10-01'; do
    printf 'date,kind,name\n%s\n' "$line" >bad.csv
    expect 1 'CSV_INVALID bad.csv: line 2' policy check --calendar bad.csv "$source/example.json"
done
printf '\357\273\277date,kind,name\n2026-10-08,"holiday","a, b"\n' >marked.csv
expect 0 'nothing wrong' policy check --calendar marked.csv "$source/default.json"
printf 'date,kind,name\r\n20261010,working,x\r\n2026-10-08,working,x\r\n' >thursday.csv
expect 1 '2026-10-08 is no Saturday and no Sunday' policy check --calendar thursday.csv \
    "$source/example.json"

# --- sign ---

sign() { # STATUS TEXT KEY CERTIFICATE SOURCE
    expect "$1" "$2" policy sign --key "$3" --certificate "$4" --version 3 --out signed \
        --calendar "$calendar" "$5"
}

sign 1 'POLICY_INVALID faulty.json' authority/authority.key authority/authority.pem faulty.json
sign 1 'CERTIFICATE_INVALID' r/signing.key r/signing.pem "$source/example.json"
sign 1 'KEY_INVALID' r/signing.key authority/authority.pem "$source/example.json"
[ ! -e signed ] || fail "a refused policy was written"
expect 2 'OPTION_INVALID --version' policy sign --key authority/authority.key \
    --certificate authority/authority.pem --out signed "$source/example.json"
sign 0 'version 3, signed' authority/authority.key authority/authority.pem "$source/example.json"
sign 1 'is signed already' authority/authority.key authority/authority.pem signed
expect 0 'nothing wrong' policy check signed
says 'Signature: not looked at'
expect 0 'Signature: good, by' policy check --root root/root.pem signed
"$yidictl" keys root --out third >/dev/null || fail "no third root"
expect 1 'CERTIFICATE_INVALID signed' policy check --root third/root.pem signed

# --- show ---

expect 0 'version' policy show --root root/root.pem --crl root/root.crl signed
says 'directory authority'
says '54 西藏自治区'
says '2026-02-15 to 2026-02-23'
expect 0 '"working_weekends":[20260104' policy show --json --root root/root.pem signed
expect 1 'POLICY_INVALID' policy show --root root/root.pem "$source/example.json"
"$yidictl" keys root --out other >/dev/null || fail "no other root"
expect 1 'CERTIFICATE_INVALID signed' policy show --root other/root.pem signed

# --- explain ---

expect 0 'Without a policy, on 2026-10-01 nationwide' policy explain --date 2026-10-01
says '60 days'
grep -q '^validity.under-16 .* registry ' said || fail "whose province decides"
grep -q '^fee.renewal .* window ' said || fail "whose province decides a fee"
grep -q '^deadline.due-soon .* each office ' said || fail "what each office has for itself"
expect 0 'Policy version 3, on 2026-12-31 in 62 甘肃省' \
    policy explain --date 20261231 --province 62 signed
grep -q '^fee.replacement  *20.00 yuan .* in 62, 2022-01-01 to 2026-12-31' said ||
    fail "the last day of Gansu's rule"
expect 0 'in 62, from 2027-01-01 on' policy explain --date 2027-01-01 --province 62 signed
grep -q '^fee.replacement  *30.00 yuan' said || fail "the first day of Gansu's next rule"
expect 0 '"key":"deadline.remote","term":"偏远地区延长期限","value":30,"text":"30 days","source":"province"' \
    policy explain --json --province 65 signed
expect 2 'OPTION_INVALID --province' policy explain --province 99
expect 2 'OPTION_INVALID --date' policy explain --date 2026-02-30
echo "passed"
