import { local } from '../../scripts/nodes/local.ts';
import { leftovers, type TestLab } from '../support/lab.ts';

/** Like `leftovers`, and what libvirt has of the lab: machines, disks, networks. */
export async function machineLeftovers(lab: TestLab): Promise<string[]> {
  const all = [
    ['list', '--all', '--name'],
    ['net-list', '--all', '--name'],
    ['vol-list', 'default'],
  ];
  const found = await Promise.all(
    all.map((argv) =>
      local(['virsh', '--connect', 'qemu:///system', ...argv], { allowFailure: true }),
    ),
  );
  const lines = found.flatMap(({ stdout }) => stdout.split('\n'));
  return [...(await leftovers(lab)), ...lines.filter((line) => line.includes(`${lab.name}-`))];
}
