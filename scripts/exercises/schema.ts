import { z } from 'zod';
import { cniNames } from '../cluster/cni/names.ts';
import { sandboxKinds } from '../nodes/sandbox-kinds.ts';
import { check } from './checks/schema.ts';
import { part, slug } from './part-schema.ts';
import { nodeSelector } from './selectors.ts';
import { variableName } from './truth-schema.ts';
import { variable } from './vars-schema.ts';

const id = z.string().regex(/^[a-z]+-[0-9]{2}$/, 'use a track and two digits, as in cni-02');
const fileName = z.string().regex(/^[a-z0-9][a-z0-9._-]*\.sh$/, 'the name of a .sh file beside it');

/** Scripts of one act, in order; `undo` runs them in reverse order. */
const scripts = z
  .array(
    z.strictObject({
      on: nodeSelector.default('control-plane'),
      script: fileName,
    }),
  )
  .min(1);

/** A node without a cluster; see nodes/sandbox.ts. */
const sandboxNeeds = z.strictObject({
  sandbox: z
    .enum(sandboxKinds)
    .describe('no cluster, but one bare node: netns, or docker with a Docker engine'),
});

const clusterNeeds = z.strictObject({
  state: z
    .enum(['cluster', 'joined', 'none'])
    .describe(
      'cluster: nodes Ready; joined: nodes joined, no pod network; none: no cluster at all',
    ),
  cni: z.array(z.enum(cniNames)).min(1).describe('pod networks it can be started on'),
  workers: z.number().int().min(0).max(9).default(2),
  clean: z
    .boolean()
    .default(false)
    .describe(
      'its undo leaves something behind: proofs start it from the clean snapshot each time',
    ),
});

const needs = z.union([clusterNeeds, sandboxNeeds]);

const criterion = z
  .strictObject({
    id: slug,
    title: z.string().min(1),
    points: z.number().int().min(1),
    gate: z.boolean().default(false).describe('when it fails, the later ones are not graded'),
    priority: z
      .number()
      .int()
      .min(0)
      .default(100)
      .describe('lower runs first: the foundation, then what stands on it; equal: as in the file'),
    wait_seconds: z.number().min(0).max(60).default(0).describe('tried again until then'),
    expected: z.string().optional().describe('in place of the text that the check makes'),
    why: z.string().min(1).describe('shown on failure: the reason in network terms'),
    check: check.optional(),
    checks: z.array(check).min(1).optional().describe('several that must all pass, in this order'),
  })
  .refine((c) => (c.check === undefined) !== (c.checks === undefined), 'give check or checks');

const wrong = z.strictObject({
  name: slug,
  score: z.number().int().min(0),
  message: z.string().min(4).describe('must occur in the text of a failed criterion'),
  scripts: scripts.optional().describe('default: wrong/<name>.sh on the control plane'),
});

/** The content of exercise.yaml. */
export const exerciseSchema = z.strictObject({
  schema_version: z.literal(1),
  id,
  title: z.string().min(1),
  track: z.string().regex(/^[a-z]+$/),
  kind: z.enum(['question', 'task', 'break-fix', 'explore']),
  difficulty: z.enum(['easy', 'medium', 'hard']),
  target_minutes: z.number().int().min(1).max(120),
  sources: z.array(z.string().regex(/^(S[0-9]-[CPQ][0-9]+|S[0-9]\.[0-9]+|ext)$/)).min(1),
  docs: z.array(z.strictObject({ title: z.string(), url: z.url() })).default([]),
  needs,
  vars: z.record(variableName, variable).default({}),
  setup: z.strictObject({
    budget_seconds: z.number().min(1).max(300),
    breaks_others: z
      .boolean()
      .default(false)
      .describe(
        'it breaks what any exercise needs: no other one is started before this one is reset',
      ),
    scripts: scripts.default([{ on: 'control-plane', script: 'setup.sh' }]),
  }),
  solution: z
    .strictObject({ scripts })
    .default({ scripts: [{ on: 'control-plane', script: 'solution.sh' }] }),
  parts: z.array(part).default([]),
  criteria: z.array(criterion).min(1),
  hints: z
    .array(z.strictObject({ tier: z.number().int().min(1).max(3), text: z.string().min(1) }))
    .min(1),
  debrief: z.string().default('debrief.md').describe('Markdown file shown after full marks'),
  wrong: z.array(wrong).min(1),
});

export type ExerciseSpec = z.infer<typeof exerciseSchema>;
export type Criterion = ExerciseSpec['criteria'][number];
export type Needs = ExerciseSpec['needs'];
export type ClusterNeeds = z.infer<typeof clusterNeeds>;
export type ScriptRef = ExerciseSpec['setup']['scripts'][number];
