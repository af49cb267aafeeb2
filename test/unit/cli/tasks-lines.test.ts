import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { drawLines } from '../../../scripts/cli/tasks-lines.ts';
import type { Drawing } from '../../../scripts/cli/tasks-lines.ts';

let lines: string[];
let draw: Drawing;
let abort: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  abort = new AbortController();
  const screen = { write: (text: string) => lines.push(text.trimEnd()) };
  draw = drawLines({ screen, signal: abort.signal, verbose: false });
});

afterEach(async () => {
  await draw.end();
  vi.useRealTimers();
});

describe('plain progress', () => {
  test('gives each line its time and step', () => {
    draw.onEvent({ kind: 'started', id: 'init', title: 'kubeadm init on master' });
    vi.advanceTimersByTime(4200);
    draw.onEvent({ kind: 'progress', id: 'init', text: 'certificates' });
    vi.advanceTimersByTime(200);
    draw.onEvent({ kind: 'progress', id: 'init', text: 'too soon after the line before' });
    vi.advanceTimersByTime(1000);
    draw.onEvent({ kind: 'done', id: 'init', title: 'kubeadm init on master', seconds: 5.4 });
    draw.onEvent({ kind: 'skipped', id: 'cni', title: 'CNI', reason: 'it is there', seconds: 0 });
    expect(lines).toEqual([
      '   0.0s  init: kubeadm init on master',
      '   4.2s  init: certificates',
      '   5.4s  init: done in 5.4 s',
      '   5.4s  cni: nothing to do: it is there',
    ]);
  });

  test('is never silent for long', () => {
    draw.onEvent({ kind: 'started', id: 'build', title: 'Build' });
    draw.onEvent({ kind: 'started', id: 'pull', title: 'Pull' });
    vi.advanceTimersByTime(5000);
    draw.onEvent({ kind: 'progress', id: 'pull', text: 'etcd' });
    draw.onEvent({ kind: 'done', id: 'build', title: 'Build', seconds: 5 });
    vi.advanceTimersByTime(21_000);
    expect(lines.slice(3)).toEqual([
      '   5.0s  build: done in 5.0 s',
      '  15.0s  pull: still at it after 15 s: etcd',
      '  25.0s  pull: still at it after 25 s: etcd',
    ]);
  });

  test('tells a failure once, and that the others were stopped', () => {
    const error = new Error('no room');
    for (const id of ['a', 'b']) draw.onEvent({ kind: 'started', id, title: id });
    for (const id of ['a', 'b']) {
      draw.onEvent({ kind: 'failed', id, title: id, seconds: 1, error });
    }
    expect(lines.slice(2)).toEqual([
      '   0.0s  a: FAILED after 1.0 s: no room',
      '   0.0s  b: stopped after 1.0 s',
    ]);
  });

  test('answers Ctrl-C at once', () => {
    draw.onEvent({ kind: 'started', id: 'a', title: 'A' });
    abort.abort();
    expect(lines[1]).toBe('   0.0s  a: stopping; Ctrl-C again ends at once');
  });
});
