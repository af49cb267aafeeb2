#!/bin/bash
# A pod that was made "safe": it does not answer pings, and calls others from a second address that nobody has given it.
set -eu

cat <<YAML | kubectl apply -f -
apiVersion: v1
kind: Pod
metadata: { name: $LAB_PROBE, namespace: pod-02 }
spec:
  nodeName: $LAB_WORKER1
  terminationGracePeriodSeconds: 0
  containers:
    - name: probe
      image: wbitt/network-multitool:latest
      imagePullPolicy: IfNotPresent
      securityContext: { privileged: true }
      command:
        - bash
        - -c
        - |
          own=\$(hostname -i)
          ip address add "\${own%.*}.250/32" dev eth0
          ip route show | grep " via " | while read -r to _ gateway _; do
            ip route replace "\$to" via "\$gateway" src "\${own%.*}.250"
          done
          sysctl -qw net.ipv4.icmp_echo_ignore_all=1
          touch /tmp/done
          exec sleep 100000
      readinessProbe: { exec: { command: [test, -e, /tmp/done] }, periodSeconds: 1 }
YAML
kubectl -n pod-02 wait --for=condition=Ready "pod/$LAB_PROBE" --timeout=30s

own=$(kubectl -n pod-02 get pod "$LAB_PROBE" -o jsonpath='{.status.podIP}')
# What the API says, where the servers should have been asked; and the other way round.
echo "answer own ${own%.*}.250"
echo "answer pod-to-pod $own"
echo "answer pod-to-own-node $LAB_WORKER1_ADDRESS"
