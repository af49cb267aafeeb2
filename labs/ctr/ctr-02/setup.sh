#!/bin/bash
# apply: a configuration for each of the three servers, by which it answers with its name; and other containers, so that
# addresses and interfaces differ from lab to lab.
set -eu

label=lab.exercise=ctr-02

case $1 in
apply)
  mkdir -p /srv/ctr-02
  for name in "$LAB_OPEN" "$LAB_INNER" "$LAB_CLOSED"; do
    cat >"/srv/ctr-02/$name.conf" <<CONF
events {}
http {
  server {
    listen 80;
    default_type text/plain;
    return 200 "$name\n";
  }
}
CONF
  done
  for number in $(seq "$LAB_OTHERS"); do
    name=neighbour$number-$LAB_SUFFIX
    docker inspect "$name" >/dev/null 2>&1 ||
      docker run --detach --name "$name" --label "$label" busybox:latest sleep 1000000 >/dev/null
  done
  ;;
undo)
  {
    docker ps --all --quiet --filter "label=$label"
    for name in "$LAB_OPEN" "$LAB_INNER" "$LAB_CLOSED"; do docker ps --all --quiet --filter "name=^/$name\$"; done
  } | xargs -r docker rm --force >/dev/null
  rm -rf /srv/ctr-02
  ;;
esac
