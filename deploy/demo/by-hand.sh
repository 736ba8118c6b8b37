# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # the tables of common.sh
#
# by-hand - what to type to be every clerk of one case oneself. Sourced after common.sh.

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

The offices stay open; Ctrl-C closes them. In another terminal:

    cd $1
    export YIDI_OPERATOR=you

  look around
    $ctl/$window/control status
    $ctl/$window/control list --state collected
    $ctl/$registry/control list --state refused
    $ctl/$centre/control peers

  be everybody who handles one case, from $window to $registry to $centre and back
    $ctl/$window/control apply --form $folder/data/by-hand.json \\
        --photo $folder/data/photos/60.jpg \\
        --fingerprint RIGHT_THUMB:$folder/data/templates/60-right.bin \\
        --fingerprint LEFT_THUMB:$folder/data/templates/60-left.bin
    CASE=\$($ctl/$window/control --json list --state submitted |
        jq -r '.cases[-1].case_number')   # the number on the receipt
    $ctl/$registry/control examine \$CASE
    $ctl/$registry/control issue \$CASE   # refused: it takes another person
    $ctl/$registry/control issue \$CASE --operator another
    $ctl/$centre/control make \$CASE
    $ctl/$centre/control check-card \$CASE --operator another
    $ctl/$centre/control dispatch \$CASE
    $ctl/$window/control receive \$CASE
    $ctl/$window/control collect \$CASE --old-card-surrendered
    $ctl/$window/control show \$CASE

  take the proofs along, and check them where no office can be reached
    $ctl/$window/control export \$CASE --out $folder/my-proofs --reason "to see the proofs"
    $bin/yidictl verify $folder/my-proofs/* --directory $folder/authority/offices.dir \\
        --root $folder/authority/root.pem --crl $folder/authority/root.crl

  end an office, and start it again where it stopped
    kill -9 \$(cat $folder/$registry/pid)
    $bin/registry-node --config $folder/$registry/office.conf

Each folder $folder/OFFICE holds that office's options, keys, store, spool and log.
END
}
