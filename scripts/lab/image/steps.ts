import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { imagesOn, importImages } from '../../cluster/node-images.ts';
import type { Report } from '../../nodes/provider.ts';
import type { Environment } from '../environment.ts';
import type { Stage, Step } from '../step.ts';
import { readArchive, type ImageArchive } from './archive.ts';
import { archivePath, imagesFolder, keepArchive, keptImages } from './store.ts';

async function runningNodes({
  provider,
  cluster,
}: Environment): Promise<Environment['cluster']['nodes']> {
  const states = await provider.states();
  return cluster.nodes.filter(({ name }) => states.get(name) === 'running');
}

/** @param again Also where the node has an image of that name. */
async function give(
  environment: Environment,
  images: readonly ImageArchive[],
  { again }: { again: boolean },
  report: Report,
): Promise<void> {
  const nodes = await runningNodes(environment);
  for (const image of images) {
    let archive: Buffer | undefined;
    for (const node of nodes) {
      const there = again ? [] : await imagesOn(node);
      if (image.names.every((name) => there.includes(name))) continue;
      archive ??= await readFile(archivePath(environment.spec, image));
      report(`${image.names.join(', ')} on ${node.name}`);
      await importImages(node, archive);
    }
  }
}

const byHand = ['sudo ctr --namespace k8s.io images import FILE   # on every node'];

/** Gives every node what `lab image load` was given, whenever the node was made; none where nothing was. */
export function imageSteps({ spec }: Environment): Step<Environment>[] {
  if (!existsSync(imagesFolder(spec))) return [];
  return [
    {
      id: 'images',
      title: 'Images of your own',
      explain: () => byHand,
      run: async (environment, report) =>
        give(environment, await keptImages(environment.spec), { again: false }, report),
    },
  ];
}

/** What the steps of `lab image load` share. */
export interface ImageJob {
  environment: Environment;
  files: readonly string[];
  images: ImageArchive[];
  /** Nodes that have them now. */
  nodes: string[];
}

/** The steps of `lab image load`. Nothing is changed if one of the files is not an archive with images. */
export const loadStages: readonly Stage<ImageJob>[] = [
  {
    id: 'read',
    title: 'Read the archives',
    explain: ({ files }) => files.map((file) => `tar -xOf ${file} index.json manifest.json`),
    async run(job) {
      const read = new Map<string, ImageArchive>();
      for (const file of job.files) read.set(file, await readArchive(resolve(file)));
      for (const [file, image] of read) {
        await keepArchive(job.environment.spec, resolve(file), image);
        job.images.push(image);
      }
    },
  },
  {
    id: 'load',
    title: 'Put them on the nodes',
    explain: () => byHand,
    async skip({ environment }) {
      const nodes = await runningNodes(environment);
      return nodes.length === 0 ? 'no node runs; lab up and lab start do it' : undefined;
    },
    async run(job, report) {
      await give(job.environment, job.images, { again: true }, report);
      job.nodes = (await runningNodes(job.environment)).map(({ name }) => name);
    },
  },
];
