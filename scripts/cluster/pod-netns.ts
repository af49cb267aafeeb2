/**
 * The one place that knows how to enter a pod's network from its node, as root, without the runtime's own tools.
 *
 * Every process of a pod carries the pod's uid in its cgroup path (with "_" for "-" under systemd), so its
 * network namespace is that of any such process. The newest one is taken: the sandbox process
 * (the oldest) does not have the hosts file that the kubelet writes for the containers.
 */
export const podNetnsFunctions = String.raw`
pod_pid() {
  local found
  found=$(grep -lsE "pod($1|${'$'}{1//-/_})" /proc/[0-9]*/cgroup | sort -t / -k 3n | tail -n 1)
  found=${'$'}{found%/cgroup}
  [ -n "$found" ] && printf '%s\n' "${'$'}{found#/proc/}"
}

# With its resolver, too: its files are copied into a private mount namespace, which ends with the command.
# A bind mount straight from /proc/PID/root is refused by the kernel (other mount namespace).
names_of_process='
mount -t tmpfs tmpfs /mnt || exit 125
for file in resolv.conf hosts; do
  [ -e "/proc/$0/root/etc/$file" ] || continue
  cat "/proc/$0/root/etc/$file" >"/mnt/$file" && mount --bind "/mnt/$file" "/etc/$file" || exit 125
done
exec "$@"'

# in_process PID net|names COMMAND…
in_process() {
  local pid=$1 kind=$2
  shift 2
  if [ "$kind" = names ]; then
    set -- unshare --mount bash -c "$names_of_process" "$pid" "$@"
  fi
  nsenter --net="/proc/$pid/ns/net" "$@"
}

# in_pod UID net|names COMMAND…
in_pod() {
  local pid
  pid=$(pod_pid "$1") || { echo 'no process of this pod runs here' >&2; return 125; }
  in_process "$pid" "${'$'}{@:2}"
}
`;
