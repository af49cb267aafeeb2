#!/bin/bash
# apply: networks beside the three of the engine, and containers on each kind. What is made here carries a label, for undo.
set -eu

label=lab.exercise=ctr-01

network() {
  docker network inspect "$1" >/dev/null 2>&1 || docker network create --label "$label" "$@" >/dev/null
}

container() {
  local name=$1
  shift
  docker inspect "$name" >/dev/null 2>&1 ||
    docker run --detach --name "$name" --label "$label" "$@" busybox:latest sleep 1000000 >/dev/null
}

case $1 in
apply)
  network "$LAB_FRONT"
  network "$LAB_BACK" --subnet "$LAB_RANGE" --gateway "${LAB_RANGE%.*}.1"
  for number in $(seq "$LAB_OLD"); do network "$LAB_PROJECT-old$number-$LAB_SUFFIX"; done

  container "$LAB_PROJECT-web" --network "$LAB_FRONT" &
  started=("$!")
  container "$LAB_PROJECT-db" --network "$LAB_BACK" &
  started+=("$!")
  container "$LAB_PROJECT-jobs" --network "$LAB_PROJECT-$LAB_JOBS_ON-$LAB_SUFFIX" &
  started+=("$!")
  for role in log mon cron; do
    case $role in
    "$LAB_ON_HOST") network=host ;;
    log) network=bridge ;;
    *) network=none ;;
    esac
    container "$LAB_PROJECT-$role" --network "$network" &
    started+=("$!")
  done
  for process in "${started[@]}"; do wait "$process"; done
  # A second network does not show in the container's own network mode.
  docker network connect "$LAB_BACK" "$LAB_PROJECT-web" 2>/dev/null ||
    docker inspect "$LAB_PROJECT-web" | grep -qF "\"$LAB_BACK\""
  ;;
undo)
  docker ps --all --quiet --filter "label=$label" | xargs -r docker rm --force >/dev/null
  for network in $(docker network ls --quiet --filter "label=$label"); do
    # A container of the learner's may be on it.
    for container in $(docker network inspect --format '{{range .Containers}}{{.Name}} {{end}}' "$network"); do
      docker network disconnect --force "$network" "$container"
    done
    docker network rm "$network" >/dev/null
  done
  ;;
esac
