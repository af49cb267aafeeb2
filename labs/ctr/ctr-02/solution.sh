#!/bin/bash
# The checks look into the namespaces; here docker and /sys are asked.
set -eu

run() {
  docker run --detach --name "$1" --network "$2" --volume "/srv/ctr-02/$1.conf:/etc/nginx/nginx.conf:ro" nginx:latest >/dev/null
}
run "$LAB_OPEN" host
run "$LAB_INNER" bridge
run "$LAB_CLOSED" none

address=$(docker inspect --format '{{.NetworkSettings.Networks.bridge.IPAddress}}' "$LAB_INNER")
closed=$(docker inspect --format '{{.State.Pid}}' "$LAB_CLOSED")
# A server needs a moment before it listens.
for _ in $(seq 150); do
  if curl -sf http://localhost/ && curl -sf "http://$address/" && nsenter --net --target "$closed" curl -sf http://localhost/; then
    break
  fi
  sleep 0.1
done

echo "answer owner $(docker exec "$LAB_OPEN" curl -s http://localhost/)"
echo "answer address $address"
echo "answer interfaces $(docker exec "$LAB_OPEN" sh -c 'ls -d /sys/class/net/*/' | wc -l)"
