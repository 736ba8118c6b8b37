# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # the tables of common.sh
#
# by-hand - what to type to be every clerk of one case oneself. Sourced after common.sh.

# explain_by_hand FOLDER BIN: both as seen from where the user is.
explain_by_hand() {
    local folder=$1 ctl="$2/yidictl --socket $1" registry centre window=Shenzhen
    registry=$(by_hand_office registry "$(jq -r .person.registration_division data/by-hand.json)")
    centre=$(by_hand_office production "${areas_of[$window]:0:2}")
    cat <<END

The offices stay open; Ctrl-C closes them. In another terminal, from $started_in:

  look around
    $ctl/$window/control status
    $ctl/$window/control list --state collected
    $ctl/Langzhong/control peers
    $ctl/Wuhua/control list --state refused

  be everybody who handles one case: $window to $registry to $centre and back
    $ctl/$window/control --operator lin apply \\
        --form $folder/data/by-hand.json --photo $folder/data/photos/60.jpg \\
        --fingerprint RIGHT_THUMB:$folder/data/templates/60-right.bin \\
        --fingerprint LEFT_THUMB:$folder/data/templates/60-left.bin
    CASE=...   # the number on the receipt
    $ctl/$registry/control --operator one examine \$CASE
    $ctl/$registry/control --operator two issue \$CASE      # try it as operator one, too
    $ctl/$centre/control --operator one make \$CASE
    $ctl/$centre/control --operator two check-card \$CASE
    $ctl/$centre/control --operator two dispatch \$CASE
    $ctl/$window/control --operator lin receive \$CASE
    $ctl/$window/control --operator lin collect \$CASE --old-card-surrendered
    $ctl/$window/control show \$CASE

  take the proofs along, and check them where no office can be reached
    $ctl/$window/control export \$CASE --out /tmp/proofs
    $2/yidictl verify /tmp/proofs/* --directory $folder/authority/offices.dir \\
        --root $folder/authority/root.pem --crl $folder/authority/root.crl

  end an office, and start it again where it stopped
    kill -9 \$(cat $folder/$registry/pid)
    $2/registry-node --config $folder/$registry/office.conf

Each folder $folder/OFFICE holds that office's options, keys, store, spool and log.
END
}

# The office of a role whose area begins with, or is, this one.
by_hand_office() {
    local name
    for name in $(offices_of "$1"); do
        [[ ${areas_of[$name]} != "$2" ]] || echo "$name"
    done
}
