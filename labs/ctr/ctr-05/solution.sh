#!/bin/bash
# What the failing container said last names the reason; then its command gets the other port, and so does what is declared.
set -eu

for container in $(kubectl -n ctr-05 get pods -l "app=$LAB_APP" -o jsonpath='{.items[0].spec.containers[*].name}'); do
  said=$(
    kubectl -n ctr-05 logs "deployment/$LAB_APP" -c "$container"
    # It may have been started again just now, and have said nothing yet.
    kubectl -n ctr-05 logs "deployment/$LAB_APP" -c "$container" --previous 2>/dev/null || true
  )
  case $said in *'in use'*) echo "answer which $container" ;; esac
done

kubectl -n ctr-05 patch deployment "$LAB_APP" --patch "
spec:
  template:
    spec:
      containers:
        - name: $LAB_SECOND
          command:
            - sh
            - -c
            - mkdir /www; echo $LAB_SECOND >/www/index.html; exec httpd -f -p $LAB_PORT -h /www
          ports: [{ containerPort: 80, \$patch: delete }, { containerPort: $LAB_PORT }]"
kubectl -n ctr-05 rollout status deployment "$LAB_APP" --timeout=30s
