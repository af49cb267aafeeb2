#!/bin/bash
# Only the first container got its --network. The second was published "so that it can be reached", and is then taken for the
# one that owns the machine's port.
set -eu

run() { docker run --detach "$@" nginx:latest >/dev/null; }
file() { echo "/srv/ctr-02/$1.conf:/etc/nginx/nginx.conf:ro"; }
run --name "$LAB_OPEN" --network host --volume "$(file "$LAB_OPEN")"
run --name "$LAB_INNER" --publish 8080:80 --volume "$(file "$LAB_INNER")"
run --name "$LAB_CLOSED" --volume "$(file "$LAB_CLOSED")"

address=$(docker inspect --format '{{.NetworkSettings.Networks.bridge.IPAddress}}' "$LAB_INNER")
for _ in $(seq 150); do
  if curl -sf http://localhost/ && curl -sf "http://$address/"; then break; fi
  sleep 0.1
done

echo "answer owner $LAB_INNER"
echo "answer address $address"
echo "answer interfaces $(docker exec "$LAB_OPEN" sh -c 'ls -d /sys/class/net/*/' | wc -l)"
