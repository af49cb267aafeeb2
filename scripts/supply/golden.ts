import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../base/paths.ts';
import type { Engine } from '../nodes/engine.ts';
import { ulimitArgv } from '../nodes/limits.ts';
import type { Report } from '../nodes/provider.ts';
import { cached, digest } from './cache.ts';

/**
 * A containerd root with all images imported and unpacked, and no container in it. Nodes get clones, so that
 * nothing is unpacked while a lab comes up. About 17 s, 1.3 GB.
 */
export async function ensureGolden(
  images: string,
  imagesKey: string,
  nodeImage: string,
  containerdKey: string,
  engine: Engine,
  report: Report,
): Promise<string> {
  const script = join(projectRoot, 'scripts', 'guest', 'golden.sh');
  const key = digest(imagesKey, containerdKey, await readFile(script, 'utf8'));
  const folder = await cached({ name: 'golden', key }, async (work) => {
    const root = join(work, 'containerd');
    await mkdir(root);
    report('importing and unpacking the images');
    await engine.run(
      [
        ...[
          'run',
          '--rm',
          '--privileged',
          '--network',
          'none',
          '--name',
          `lab-golden-${process.pid}`,
        ],
        ...(await ulimitArgv()),
        ...['--tmpfs', '/run', '--tmpfs', '/tmp'],
        ...['--volume', `${root}:/var/lib/containerd`, '--volume', `${images}:/images:ro`],
        ...['--volume', `${script}:/golden.sh:ro`, nodeImage, 'bash', '/golden.sh', '/images'],
      ],
      { timeout: 10 * 60_000, onLine: report },
    );
  });
  return join(folder, 'containerd');
}
