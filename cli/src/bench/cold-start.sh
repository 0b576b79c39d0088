#!/usr/bin/env bash
# How long one command takes from a cold start: the median of some runs, for the jar and for the launcher, on a folder and,
# where STATELOCK_STORE names another store, on that one too. Build first: mvn -DskipTests package.
set -euo pipefail
runs=${1:-15}
target=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../target" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

median() {
    local label=$1
    shift
    for ((i = 0; i < runs; i++)); do
        local start=${EPOCHREALTIME/./}
        "$@" >/dev/null 2>&1 || [[ $? == 1 ]] # the state that is shown is not there
        local end=${EPOCHREALTIME/./}
        echo $(((end - start) / 1000))
    done | sort -n | sed -n "$(((runs + 1) / 2))p" | sed "s|.*|$label: & ms|"
}

median "java -version, the floor" java -Xshare:auto -version 2>/dev/null
for store in "file:$folder" ${STATELOCK_STORE:-}; do
    median "show, java -jar, ${store%%:*}" java -jar "$target/statelock.jar" show none --store "$store"
    median "show, launcher, ${store%%:*}" "$target/statelock" show none --store "$store"
done
