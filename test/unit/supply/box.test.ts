import { expect, it } from 'vitest';
import { bootRecord, boxRootArgv } from '../../../scripts/supply/box.ts';

it('a boot record has the loader, one bootable Linux partition, and its signature', () => {
  const record = bootRecord(Buffer.alloc(512, 0xab), 1000);
  expect(record.length).toBe(512);
  expect(record.subarray(0, 440).every((byte) => byte === 0xab)).toBe(true);
  // GRUB's own partition table is not taken over.
  expect(record.subarray(440, 446).every((byte) => byte === 0)).toBe(true);
  expect([...record.subarray(446, 462)]).toEqual([
    ...[0x80, 0xff, 0xff, 0xff, 0x83, 0xff, 0xff, 0xff],
    ...[0x00, 0x08, 0x00, 0x00, 0xe8, 0x03, 0x00, 0x00],
  ]);
  expect(record.readUInt16LE(510)).toBe(0xaa55);
});

it('a box has the packages of a node once, and a kernel', () => {
  const argv = boxRootArgv(['curl', 'dbus'], '/out');
  const [include = ''] = argv.filter((word) => word.startsWith('--include='));
  const packages = include.slice('--include='.length).split(',');
  expect(packages).toContain('linux-image-cloud-amd64');
  expect(packages.filter((name) => name === 'dbus')).toEqual(['dbus']);
  expect(argv.slice(-2)).toEqual(['trixie', '/out']);
});
