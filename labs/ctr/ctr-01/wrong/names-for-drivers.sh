#!/bin/bash
# The columns of the list mixed up: the name for the driver, "host" for the scope. And whoever runs is taken for a member.
set -eu

echo 'answer drivers bridge=bridge host=host none=none'
echo 'answer scope host'
echo "answer bridges $(docker network ls --quiet --filter driver=bridge | wc -l)"
echo 'answer default-device docker0'
echo "answer back-device br-$(docker network inspect --format '{{slice .Id 0 12}}' "$LAB_BACK")"
echo "answer back-range $LAB_RANGE"
docker ps --format '{{.Names}}' | sed 's/^/answer back-members /'
echo "answer on-host $LAB_PROJECT-$LAB_ON_HOST"
