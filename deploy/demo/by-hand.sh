# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # the tables of common.sh
#
# by-hand - what to type, or to paste, to be every clerk of one case oneself. Sourced after common.sh.

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

# explain_by_hand USER_FOLDER
explain_by_hand() {
    local county registry centre window folder bin ctl
    county=$(jq -r .person.registration_division data/by-hand.json)
    registry=$(office_for registry "$county")
    window=$(window_far_from "$county")
    centre=$(office_for production "${areas_of[$window]:0:2}")
    folder=$(seen_from "$1" "$PWD")
    bin=$(seen_from "$1" "$YIDI_BIN")
    ctl="$bin/yidictl --socket $folder"
    cat <<END

The offices stay open; Ctrl-C closes them. In another terminal (one by one, or all at once):

    cd $1
    export YIDI_OPERATOR=you

    # look around
    $ctl/$window/control status
    $ctl/$window/control list --state collected --limit 5
    $ctl/$registry/control list --state refused
    $ctl/$centre/control peers

    # be everybody who handles one case, from $window to $registry to $centre and back
    CASE=\$($ctl/$window/control --json apply --form $folder/data/by-hand.json \\
        --photo $folder/data/photos/60.jpg --key by-hand \\
        --fingerprint RIGHT_THUMB:$folder/data/templates/60-right.bin \\
        --fingerprint LEFT_THUMB:$folder/data/templates/60-left.bin | jq -r .case_number)
    # the news of each step takes a moment to the next office
    wait_for() { until $ctl/\$1/control --json show \$CASE | grep -q '"state":"'\$2'"'; do sleep 0.2; done; }
    wait_for $registry received
    $ctl/$registry/control examine \$CASE
    $ctl/$registry/control issue \$CASE   # refused: it takes another person
    $ctl/$registry/control issue \$CASE --operator another
    wait_for $centre ordered
    $ctl/$centre/control make \$CASE
    $ctl/$centre/control check-card \$CASE --operator another
    $ctl/$centre/control dispatch \$CASE
    wait_for $window in-transit
    $ctl/$window/control receive \$CASE
    $ctl/$window/control collect \$CASE --identified-by face --old-card-surrendered
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
