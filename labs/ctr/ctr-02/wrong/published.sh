#!/bin/bash
# "The port of the host" made with a mapping: it answers, but from a namespace of its own, with its own few interfaces.
# And the address that docker shows beside it is the gateway's.
set -eu

run() { docker run --detach "$@" nginx:latest >/dev/null; }
file() { echo "/srv/ctr-02/$1.conf:/etc/nginx/nginx.conf:ro"; }
run --name "$LAB_OPEN" --publish 80:80 --volume "$(file "$LAB_OPEN")"
run --name "$LAB_INNER" --volume "$(file "$LAB_INNER")"
run --name "$LAB_CLOSED" --network none --volume "$(file "$LAB_CLOSED")"

closed=$(docker inspect --format '{{.State.Pid}}' "$LAB_CLOSED")
address=$(docker inspect --format '{{.NetworkSettings.Networks.bridge.IPAddress}}' "$LAB_INNER")
for _ in $(seq 150); do
  if curl -sf http://localhost/ && curl -sf "http://$address/" && nsenter --net --target "$closed" curl -sf http://localhost/; then
    break
  fi
  sleep 0.1
done

echo "answer owner $LAB_OPEN"
echo "answer address $(docker inspect --format '{{.NetworkSettings.Networks.bridge.Gateway}}' "$LAB_INNER")"
echo "answer interfaces $(docker exec "$LAB_OPEN" sh -c 'ls -d /sys/class/net/*/' | wc -l)"
