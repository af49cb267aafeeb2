import { describe, expect, it } from 'vitest';
import { commandLine } from '../../../scripts/base/argv.ts';
import type { EnvironmentSpec } from '../../../scripts/nodes/provider.ts';
import {
  createLabNetwork,
  createNatNetwork,
  createNode,
} from '../../../scripts/nodes/providers/container-argv.ts';

const master = { name: 'master', role: 'control-plane', address: '10.100.198.200' } as const;
const node1 = { name: 'node1', role: 'worker', address: '10.100.198.201' } as const;

const environment: EnvironmentSpec = {
  name: 'course',
  network: '10.100.198.0/24',
  nodes: [master, node1],
  stateDir: '/state/course',
  sharedDir: '/state/course/vagrant',
  internal: [],
};

const options = {
  image: 'localhost/node:1',
  seed: '/state/course/nodes/node1/seed',
  store: '/state/course/nodes/node1/containerd',
  limits: ['--ulimit', 'nofile=20000:20000'],
  modules: true,
};

/** One option per line, as a person would write a long command. */
function lines(argv: readonly string[]): string {
  return commandLine(argv).replaceAll(' --', '\n--');
}

describe('a node', () => {
  it('with podman has both NICs, with their names, from the start', () => {
    expect(lines(createNode('podman', environment, node1, options))).toBe(
      `create
--name course-node1
--hostname node1
--label kubernetes-networking-lab.environment=course
--privileged
--cgroupns=private
--pids-limit=-1
--systemd=false
--env container=podman
--ulimit nofile=20000:20000
--network course-net:ip=10.100.198.201,mac=08:00:27:b4:ea:b5,interface_name=enp0s8
--network course-nat:mac=08:00:27:aa:75:1b,interface_name=up0
--dns 10.0.2.3
--add-host master:10.100.198.200
--add-host node1:10.100.198.201
--tmpfs /run:exec
--tmpfs /tmp:exec
--stop-signal SIGRTMIN+3
--volume /state/course/nodes/node1/seed:/etc/lab:ro
--volume /state/course/nodes/node1/seed/machine-id:/etc/machine-id:ro
--volume /state/course/nodes/node1/containerd:/var/lib/containerd
--volume /state/course/vagrant:/vagrant
--volume /lib/modules:/lib/modules:ro localhost/node:1 /sbin/init`,
    );
  });

  it('with docker has the lab network; the other is connected before the start', () => {
    expect(lines(createNode('docker', environment, node1, { ...options, modules: false }))).toBe(
      `create
--name course-node1
--hostname node1
--label kubernetes-networking-lab.environment=course
--privileged
--cgroupns=private
--pids-limit=-1
--env container=docker
--ulimit nofile=20000:20000
--network course-net
--ip 10.100.198.201
--mac-address 08:00:27:b4:ea:b5
--dns 10.0.2.3
--add-host master:10.100.198.200
--add-host node1:10.100.198.201
--tmpfs /run:exec
--tmpfs /tmp:exec
--stop-signal SIGRTMIN+3
--volume /state/course/nodes/node1/seed:/etc/lab:ro
--volume /state/course/nodes/node1/seed/machine-id:/etc/machine-id:ro
--volume /state/course/nodes/node1/containerd:/var/lib/containerd
--volume /state/course/vagrant:/vagrant localhost/node:1 /sbin/init`,
    );
  });
});

describe('networks', () => {
  const label = '--label kubernetes-networking-lab.environment=course';

  it('carry the name of their environment, so that lab down finds them', () => {
    expect(commandLine(createLabNetwork('podman', environment))).toBe(
      `network create --disable-dns ${label} --subnet 10.100.198.0/24 course-net`,
    );
    expect(commandLine(createNatNetwork('podman', environment))).toBe(
      `network create --disable-dns ${label} course-nat`,
    );
    expect(commandLine(createLabNetwork('docker', environment))).toBe(
      `network create ${label} --subnet 10.100.198.0/24 course-net`,
    );
    expect(commandLine(createNatNetwork('docker', environment))).toBe(
      `network create ${label} course-nat`,
    );
  });
});
