#!/bin/bash
# nginx ends by its own command; the ID of the container is read before, the check reads it afterwards.
set -eu

container() {
  kubectl -n ctr-06 get pod "$LAB_NAME" -o jsonpath="{.status.containerStatuses[?(@.name==\"$LAB_APP\")]$1}"
}
echo "answer ended $(container .containerID)"

kubectl -n ctr-06 exec "$LAB_NAME" -c "$LAB_APP" -- nginx -s quit
kubectl -n ctr-06 wait --for=jsonpath="{.status.containerStatuses[?(@.name==\"$LAB_APP\")].restartCount}"=1 \
  "pod/$LAB_NAME" --timeout=20s
kubectl -n ctr-06 wait --for=condition=Ready "pod/$LAB_NAME" --timeout=20s
