# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # the tables of common.sh
#
# found - what an administrator does before the first day: keys, certificates, directory, options.
# Sourced after common.sh.

# Ports on loopback that nobody listens on, one per office, in a row; the first one is the answer.
choose_ports() {
    local first port
    for ((first = 21000 + RANDOM % 8000; first < 32000; first += ${#offices[@]})); do
        for ((port = first; port < first + ${#offices[@]}; port++)); do
            ! (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue 2
        done
        echo "$first"
        return
    done
    echo "no free ports" >&2
    return 1
}

# What the directory says about an office.
describe_office() {
    local name=$1 port=$2 authority=
    [[ ${role_of[$name]} != registry ]] || authority=${title_of[$name]}
    jq -n --arg code "${code_of[$name]}" --arg name "${title_of[$name]}" \
        --arg role "${role_of[$name]^^}" --arg endpoint "tcp://127.0.0.1:$port" \
        --arg area "${areas_of[$name]}" --arg authority "$authority" '{
            $code, $name, $role, $endpoint, areas: [$area],
            transport_key_file: "transport.pub", certificate_files: ["signing.pem"],
            contact: ($name + " (demo)"), issuing_authority: $authority }' >"$name/office.json"
}

# Everything that one daemon is told. Paths are relative to the file's folder. Each console has a
# loopback address of its own, because browsers keep one log-in for all ports of an address.
write_options() {
    local name=$1 port=$2
    cat >"$name/office.conf" <<END
office = ${code_of[$name]}
bind = tcp://127.0.0.1:$port
console = ${console_of[$name]}
data = store
spool = spool
control-socket = control
directory = offices.dir
policy = policy.signed
root-certificate = root.pem
crl = root.crl
signing-key = signing.key
signing-certificate = signing.pem
transport-key = transport.key
map-size = 1G
# Impatient, because a demo is short.
retry-max = 2000
silence = 2000
END
    [[ ${role_of[$name]} != acceptance ]] || echo 'applicant-page = yes' >>"$name/office.conf"
}

found_offices() {
    local name port number=11 yidictl="$YIDI_BIN/yidictl"
    port=$(choose_ports) || return
    for name in "${offices[@]}"; do
        console_of[$name]=127.0.0.$((number++)):$port
    done
    {
        "$yidictl" keys root --out authority --name 'demo root'
        "$yidictl" keys authority --root authority --out authority
    } >>founding.log || return
    for name in "${offices[@]}"; do
        "$yidictl" keys office "${code_of[$name]}" --role "${role_of[$name]}" --root authority \
            --out "$name" >>founding.log || return
        describe_office "$name" "$port" && write_options "$name" "$port" || return
        port=$((port + 1))
    done
    {
        "$yidictl" directory build --out authority/offices.unsigned --version 1 ./*/office.json &&
            "$yidictl" directory sign --key authority/authority.key \
                --certificate authority/authority.pem --in authority/offices.unsigned \
                --out authority/offices.dir &&
            "$yidictl" policy sign --key authority/authority.key \
                --certificate authority/authority.pem --version 1 --out authority/policy.signed \
                --calendar "$here/../policy/calendar-2026.csv" "$here/../policy/example.json"
    } >>founding.log || return
    for name in "${offices[@]}"; do
        cp authority/{offices.dir,policy.signed,root.pem,root.crl} "$name" || return
    done
}
