# SPDX-License-Identifier: Apache-2.0
#
# report - compares what all offices say about the demo's cases, and prints the table.
#
# In: $offices (report writes them), $envelopes, $not_exported, $kills, $freezes, $resent, $format.

def of_role($role): [$offices[] | select(.role == $role)];
def rows($role): [of_role($role)[] | .name as $office | .cases[] | . + {$office}];
def number: .case_row.case_number;
def by_number: map({key: number, value: .}) | from_entries;
def steps($step): [.case_row.trace[] | select(.step == $step)];
def twice: group_by(.) | map(select(length > 1)) | length;

# Nearest rank.
def percentile($p): sort | if length == 0 then null else .[((length * $p / 100) | ceil) - 1] end;
def seconds: if . == null then "-" else (. / 100 | round / 10 | tostring |
    if test("\\.") then . else . + ".0" end) + " s" end;

# ---- text ----

def left($width): . + " " * ([$width - length, 0] | max);
def right($width): tostring | " " * ([$width - length, 0] | max) + .;
def bold: if $format == "bold" then "\u001b[1m\(.)\u001b[0m" else . end;
def reason: ascii_downcase | gsub("_"; " ");

# ---- what happened ----

def accept_to_ready_ms:
    steps("ARRIVED") as $arrived |
    if ($arrived | length) == 0 then empty else $arrived[-1].time_ms - .case_row.accepted_ms end;

def kind_line($name; $cases):
    [$cases[] | accept_to_ready_ms] as $times |
    [$cases[].case_row.trace | length] as $hops |
    "  " + ($name | left(14))
    + ($cases | length | right(9))
    + ([$cases[] | select(.state == "collected")] | length | right(11))
    + ([$cases[] | select(.state == "refused")] | length | right(9))
    + ($times | percentile(50) | seconds | right(12))
    + ($times | percentile(99) | seconds | right(9))
    + ($hops | percentile(50) // "-" | right(10))
    + ($hops | max // "-" | right(6));

def kinds($cases):
    ("  KIND            APPLIED  COLLECTED  REFUSED     ACCEPT TO READY     TRACE STEPS" | bold),
    ("                                                    p50      p99        p50   max" | bold),
    kind_line("renewal"; [$cases[] | select(.case_row.form.kind == "RENEWAL")]),
    kind_line("replacement"; [$cases[] | select(.case_row.form.kind == "REPLACEMENT")]),
    kind_line("all"; $cases);

def refusals($cases):
    ("  REFUSED BECAUSE" | bold),
    ([$cases[].case_row.refusal // empty | .reasons[]] | group_by(.)[] |
        "  " + (.[0] | reason | left(40)) + (length | right(5)));

def routes($cases):
    ("  WINDOW      REGISTRY    CASES" | bold),
    ([$cases[] | {window: .office, registry: .case_row.registry_office}] | group_by(.)[] |
        .[0].registry as $code |
        "  " + (.[0].window | left(12))
        + ([$offices[] | select(.code == $code)][0].name | left(12)) + (length | right(5)));

def summary($windows; $orders):
    ([$offices[].peers[].assigned] | add) as $sent |
    ([$offices[].peers[].applied] | add) as $applied |
    ([$orders[].case_row.attempt] | add) as $made |
    [$orders[] | .case_row.production_office as $own | steps("SPOILED")[] | select(.office == $own)]
        as $spoiled |
    ([$spoiled[] | select(.peer == "")] | length) as $failed |
    "  messages   \($sent) sent, \($applied) applied, "
        + "\([$offices[].peers[].waiting] | add) waiting",
    "  cards      \($made) made for \($orders | length) applicants: "
        + "\($failed) failed verification, "
        + "\(($spoiled | length) - $failed) arrived defective",
    "  troubles   \($kills) office killed, \($freezes) frozen, "
        + "\($resent) file of applications sent twice";

# ---- what must hold ----

def check($holds; $text): {$holds, $text};

def complete($windows; $registries; $orders):
    ([$windows[] | number] | sort) as $numbers |
    ([$windows[] | select(.state == "collected") | number] | sort) as $collected |
    check(($numbers | length) == 60 and ($numbers | unique | length) == 60
          and ([of_role("acceptance")[].numbers[]] | sort) == $numbers;
        "60 case numbers, each once at its own window"),
    check(([$registries[] | number] | sort) == $numbers
          and all($registries[]; . as $row |
              any($offices[]; .name == $row.office and .code == $row.case_row.registry_office));
        "each of them once at its own registry, and nowhere else"),
    check(([$orders[] | number] | sort) == $collected;
        "\($collected | length) orders at the card centres, each once; none for a refused case");

def agree($windows; $registries; $orders):
    ($registries | by_number) as $reviews | ($orders | by_number) as $made |
    check(all($windows[]; number as $number |
            if .state == "collected" then
                $reviews[$number].state == "closed" and $made[$number].state == "closed"
            else .state == "refused" and $reviews[$number].state == "refused" end);
        "final states agree at window, registry and card centre"),
    check(all($windows[] | select(.state == "collected"); number as $number |
            .case_row.card_serial != ""
            and .case_row.card_serial == $reviews[$number].case_row.card_serial
            and .case_row.card_serial == $made[$number].case_row.card_serial)
          and ([$orders[].case_row.card_serial] | twice) == 0;
        "every card handed out has a serial of its own, the same at all three offices"),
    check(([$windows[].case_row.form.photo_digest] | twice) == 0; "60 different photos"),
    check(all($windows[], $registries[], $orders[]; .case_row.attention == null);
        "no case waits for somebody's attention");

# The window's own signed word to the registry.
def surrendered($windows):
    ([$envelopes[].entry.sent.message // empty
        | select(.card_collected.old_card_surrendered == true) | .case_number] | unique)
        as $handed_back |
    ([$windows[] | select(.state == "collected" and .case_row.form.kind == "RENEWAL") | number]
        | sort) as $renewed |
    check($handed_back == $renewed and ($renewed | length) > 0;
        "\($renewed | length) renewals, \($handed_back | length) old cards handed back");

def refused_as_planned($windows):
    ([$windows[].case_row.refusal // empty | .reasons[]] | group_by(.)
        | map({key: .[0], value: length}) | from_entries) as $counts |
    check($counts == {FIRST_APPLICATION: 3, BAD_CREDIT_RECORD: 3,
                      APPEARANCE_WITHOUT_FINGERPRINTS: 3, OPEN_APPLICATION: 1};
        "the ten that had to be refused were, each for its own reason, and no other");

def delivered:
    ([$offices[] | .code as $from | .peers[] | {key: "\($from) \(.office)", value: .applied}]
        | from_entries) as $applied |
    check(all($offices[].peers[]; .waiting == 0 and .trouble == ""); "no message waits anywhere"),
    check(all($offices[]; .code as $from |
            all(.peers[]; .assigned == ($applied["\(.office) \($from)"] // 0)));
        "what was sent on every stream was applied at its other end, once");

def told($windows):
    ([of_role("acceptance")[].notes[] | {case_number, event}]) as $notes |
    ([$windows[] | {case_number: number,
        event: (if .state == "collected" then "ready" else "refused" end)}]) as $due |
    check(($notes | sort) == ($due | sort); "all 60 applicants were told, once each");

def proved:
    ([$envelopes[] | select(.refusal == null)]) as $good |
    check(all($offices[]; .audit.trouble == "" and .audit.entries > 0);
        "\($offices | length) journals verify: \([$offices[].audit.entries] | add) entries, "
        + "\([$offices[].audit.received] | add) envelopes of other offices in them"),
    check(($good | length) == ($envelopes | length) and ($good | length) > 0
          and $not_exported == "";
        "\($good | length) exported envelopes verify offline");

rows("acceptance") as $windows | rows("registry") as $registries | rows("production") as $orders |
[complete($windows; $registries; $orders), agree($windows; $registries; $orders), surrendered($windows),
 refused_as_planned($windows), delivered, told($windows), proved,
 check($kills > 0 and $freezes > 0; "a registry was killed, a card centre frozen")] as $checks |
"",
kinds($windows), "", refusals($windows), "", routes($windows), "", summary($windows; $orders), "",
($checks[] | "  " + (if .holds then "✓ " else "✗ FAILED: " end) + .text),
"",
if all($checks[]; .holds) then "ALL HOLDS: nothing is lost, nothing is doubled, everything is proved."
else "IT DOES NOT HOLD." end
