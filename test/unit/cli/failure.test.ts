import { describe, expect, test } from 'vitest';
import { LabError, usageError } from '../../../scripts/base/errors.ts';
import { exitCodeOf, failureJson, failureText } from '../../../scripts/cli/failure.ts';

const plain = { verbose: false, screen: { write: () => true } };

const error = new LabError('command-failed', 'kubeadm join failed on node1', {
  why: 'exit code 1',
  details: 'line 1\nline 2',
  hint: 'lab logs --out ./logs',
  cause: new Error('deeper'),
});

describe('a failure', () => {
  test('says what, why, the evidence and what to type next', () => {
    expect(failureText(error, plain)).toBe(
      [
        'error: kubeadm join failed on node1',
        '  why:  exit code 1',
        '    line 1',
        '    line 2',
        '  next: lab logs --out ./logs',
      ].join('\n'),
    );
    expect(failureText(new LabError('x', 'short'), plain)).toBe('error: short');
    expect(exitCodeOf(error)).toBe(1);
    expect(exitCodeOf(usageError('x', 'y'))).toBe(2);
  });

  test('shows stacks with --verbose', () => {
    const text = failureText(error, { ...plain, verbose: true });
    expect(text).toContain('failure.test.ts');
    expect(text).toContain('caused by Error: deeper');
  });

  test('that is a bug asks for a report', () => {
    const bug = new TypeError('x is not a function');
    expect(failureText(bug, plain)).toMatch(
      /^error: x is not a function\n.*bug of lab[^]*report it/,
    );
    expect(failureText(bug, plain)).toContain('failure.test.ts');
    expect(exitCodeOf(bug)).toBe(70);
    expect(failureText('text', plain)).toContain('error: text');
  });

  test('of the machine is no bug', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(failureText(full, plain)).toContain('why:  the disk is full');
    expect(exitCodeOf(full)).toBe(1);
    expect(failureJson(full).error.code).toBe('system');
  });

  test('is one JSON object for scripts', () => {
    expect(JSON.parse(JSON.stringify(failureJson(error)))).toEqual({
      error: {
        code: 'command-failed',
        message: 'kubeadm join failed on node1',
        why: 'exit code 1',
        hint: 'lab logs --out ./logs',
        details: 'line 1\nline 2',
      },
    });
    expect(failureJson(new Error('x')).error.code).toBe('bug');
  });
});
