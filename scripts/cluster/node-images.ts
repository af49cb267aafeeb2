import type { Node } from '../nodes/node.ts';

/** Full names of the images in a node's containerd. */
export async function imagesOn(node: Node): Promise<string[]> {
  const { stdout } = await node.exec(['ctr', '--namespace', 'k8s.io', 'images', 'list', '--quiet']);
  return stdout.split('\n').filter((name) => name !== '' && !name.startsWith('sha256:'));
}

/** Gives a node the images of an archive, an OCI layout or one of Docker's, as a tar file. */
export async function importImages(node: Node, archive: Buffer): Promise<void> {
  await node.exec(['ctr', '--namespace', 'k8s.io', 'images', 'import', '--digests=false', '-'], {
    stdin: archive,
    timeout: 10 * 60_000,
  });
}
