# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # the tables of common.sh
#
# by-hand - what to open, to type, or to paste, to be every clerk of one case oneself. Sourced after
# common.sh and people.sh.

# The office of a role whose area is this one.
office_for() {
    local name
    for name in $(offices_of "$1"); do
        [[ ${areas_of[$name]} != "$2" ]] || echo "$name"
    done
}

# The first window in another province than a county.
window_far_from() {
    local name
    for name in $(offices_of acceptance); do
        if [[ ${areas_of[$name]:0:2} != "${1:0:2}" ]]; then
            echo "$name"
            return
        fi
    done
}

# How the user names a path: short when it is below where the user stands.
seen_from() {
    if [[ $2 == "$1"/* ]]; then
        echo "${2#"$1"/}"
    else
        echo "$2"
    fi
}

# Somebody on record at a registry who has not applied for anything: a line of its population file.
somebody_at() {
    awk -F, '$4 == "01" && $8 == "yes" && $9 == "no" { last = $0 } END { print last }' "data/$1.csv"
}

# The people of an office, as: zhong (examiner), gu (issuer)
say_people() {
    people_in "$1" | sed '/^chief\|^auditor/d; s/ \(.*\)/ (\1)/' | paste -s -d, | sed 's/,/, /g'
}

list_consoles() {
    local name
    cat <<END

The offices stay open; Ctrl-C closes them. Each serves its console to browsers on this machine:

END
    for name in "${offices[@]}"; do
        printf '  http://%-17s  %-10s %-11s %s\n' "${console_of[$name]}" "$name" "${role_of[$name]}" \
            "$(say_people "$name")"
    done
    cat <<END

In each there are chief (supervisor, administrator) and auditor, too. Everybody's password is

    $demo_password

which may stand here, because everybody is synthetic and so are all citizens, photos and fingerprints.
The consoles are Chinese; "English" in the corner changes that. One browser window is one person in each
office: to be a second one, log out, or open a private window.
END
}

# explain_in_browser WINDOW REGISTRY CENTRE FOLDER
explain_in_browser() {
    local window=$1 registry=$2 centre=$3 folder=$4
    local number name sex ethnic birth address division rest
    IFS=, read -r number name sex ethnic birth address division rest <<<"$(somebody_at "$registry")"
    cat <<END

One case by hand, from the form to the collection:

  1. $window, http://${console_of[$window]}: log in as ${people_of[$window]}; 受理 (apply):
         number     $number
         name       $name
         county     $division
         address    $address
         reason     证件损坏 (damaged); phone, residence and document as you like
         photo      $folder/data/photos/60.jpg
         thumbs     $folder/data/templates/60-right.bin, 60-left.bin
  2. $registry, http://${console_of[$registry]}: $examiner examines, then $issuer issues, for it
     takes two people.
  3. $centre, http://${console_of[$centre]}: $maker makes the card, then $checker checks it by eye
     and by reader, and sends it off.
  4. $window again: the card has arrived; hand it out. The old card must come back, and
     the new one is checked and signed for.
  All see the case's whole way on its page; chief and auditor may look without touching. The applicant looks at
  http://${console_of[$window]}/status, with the number and the code of the printed receipt.
END
}

# explain_by_hand USER_FOLDER
explain_by_hand() {
    local county registry centre window folder bin ctl clerk examiner issuer maker checker
    county=$(jq -r .person.registration_division data/by-hand.json)
    registry=$(office_for registry "$county")
    window=$(window_far_from "$county")
    centre=$(office_for production "${areas_of[$window]:0:2}")
    folder=$(seen_from "$1" "$PWD")
    bin=$(seen_from "$1" "$YIDI_BIN")
    ctl="$bin/yidictl --socket $folder"
    clerk=${people_of[$window]}
    IFS=, read -r examiner issuer <<<"${people_of[$registry]}"
    IFS=, read -r maker checker <<<"${people_of[$centre]}"
    list_consoles
    explain_in_browser "$window" "$registry" "$centre" "$folder"
    cat <<END

The same with commands, in another terminal (one by one, or all at once):

    cd $1
    export YIDI_OPERATOR=chief

    # look around
    $ctl/$window/control status
    $ctl/$window/control list --state collected --limit 5
    $ctl/$registry/control list --state refused
    $ctl/$centre/control peers

    # be everybody who handles one case, from $window to $registry to $centre and back
    CASE=\$($ctl/$window/control --json --operator $clerk apply --form $folder/data/by-hand.json \\
        --photo $folder/data/photos/60.jpg --key by-hand \\
        --fingerprint RIGHT_THUMB:$folder/data/templates/60-right.bin \\
        --fingerprint LEFT_THUMB:$folder/data/templates/60-left.bin | jq -r '.case_number // empty')
    # the news of each step takes a moment to the next office
    wait_for() { : \${CASE:?}; until $ctl/\$1/control --json show \$CASE |
        grep -q '"state":"'\$2'"'; do sleep 0.2; done; }
    wait_for $registry received
    $ctl/$registry/control --operator $examiner examine \$CASE
    $ctl/$registry/control --operator $examiner issue \$CASE   # refused: it takes an issuer
    $ctl/$registry/control --operator $issuer issue \$CASE
    wait_for $centre ordered
    $ctl/$centre/control --operator $maker make \$CASE
    $ctl/$centre/control --operator $checker check-card \$CASE
    $ctl/$centre/control --operator $checker dispatch \$CASE
    wait_for $window in-transit
    $ctl/$window/control --operator $clerk receive \$CASE
    $ctl/$window/control --operator $clerk collect \$CASE --identified-by face --old-card-surrendered \\
        --holder-checked
    $ctl/$window/control show \$CASE

    # take the proofs along, and check them where no office can be reached
    $ctl/$window/control export \$CASE --out $folder/my-proofs --reason "to see the proofs"
    $bin/yidictl verify $folder/my-proofs/* --directory $folder/authority/offices.dir \\
        --root $folder/authority/root.pem --crl $folder/authority/root.crl

    # end an office, and start it again where it stopped; it ends with the demo
    kill -9 \$(cat $folder/$registry/pid)
    (cd $folder; $YIDI_BIN/registry-node --config $registry/office.conf 2>>$registry/log & echo \$! >$registry/pid)
    sleep 1
    $ctl/$registry/control status

Each folder $folder/OFFICE holds that office's options, keys, store, spool and log.
END
}
