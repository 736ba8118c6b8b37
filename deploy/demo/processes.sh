# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # the tables of common.sh
#
# processes - the demo's daemons and its people: start, stop, and what an earlier run left behind.
# Sourced after common.sh. All of them end with the script that started them, however that ends.

declare -A pid_of
people=()
left=()

# background COMMAND...: its process is $!
background() {
    if command -v setpriv >/dev/null; then
        setpriv --pdeathsig TERM -- "$@" 9>&- &
    else
        "$@" 9>&- &
    fi
    disown "$!" # the shell shall not report how it ended
}

start_office() {
    background "$YIDI_BIN/${role_of[$1]}-node" --config "$1/office.conf" >>"$1/log" 2>&1
    pid_of[$1]=$!
    echo "${pid_of[$1]}" >"$1/pid"
}

wait_for_office() {
    local tries
    for ((tries = 0; tries < 50; tries++)); do
        ! ctl "$1" chief status >/dev/null 2>&1 || return 0
        if ! kill -0 "${pid_of[$1]}" 2>/dev/null; then
            break
        fi
        sleep 0.1
    done
    echo "$1 did not start; the end of its log:" >&2
    tail -n 5 "$1/log" >&2
    return 1
}

# Five seconds at most.
wait_for_end() {
    local tries
    for ((tries = 0; tries < 50; tries++)); do
        kill -0 "$1" 2>/dev/null || return 0
        sleep 0.1
    done
}

start_offices() {
    local name
    for name in "${offices[@]}"; do
        start_office "$name"
    done
    for name in "${offices[@]}"; do
        wait_for_office "$name" || return
    done
}

# kill -9, as a power cut would.
kill_office() {
    kill -KILL "${pid_of[$1]}"
    wait_for_end "${pid_of[$1]}"
    unset "pid_of[$1]"
}

start_people() {
    local name
    for name in "${offices[@]}"; do
        background "$here/operators" "$name"
        people+=($!)
    done
}

# end_processes PID...: TERM, and KILL to whoever has not ended within five seconds.
end_processes() {
    local pid
    [[ $# -gt 0 ]] || return 0
    kill -CONT "$@" 2>/dev/null
    kill -TERM "$@" 2>/dev/null
    for pid; do
        wait_for_end "$pid"
        kill -KILL "$pid" 2>/dev/null
    done
    return 0
}

stop_people() {
    end_processes "${people[@]}"
    people=()
}

stop_everything() {
    stop_people
    end_processes "${pid_of[@]}"
    pid_of=()
    find_leftovers "$demo"
    end_processes "${left[@]}"
}

# left: daemons that nobody here has started (another run that could not clean up, or the user by
# hand): those whose number stands in a file here, and which work in this very folder.
find_leftovers() {
    local file pid
    left=()
    for file in "$1"/*/pid; do
        [[ -r $file ]] || continue
        pid=$(<"$file")
        [[ $(readlink "/proc/$pid/cwd") != "$1" ]] || left+=("$pid")
    done
}

stop_leftovers() {
    find_leftovers "$1"
    [[ ${#left[@]} -eq 0 ]] || echo "An earlier demo left ${#left[@]} processes; they are ended."
    end_processes "${left[@]}"
}
