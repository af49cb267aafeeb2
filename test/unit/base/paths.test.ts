import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cacheRoot, projectRoot, stateRoot } from '../../../scripts/base/paths.ts';

const product = 'kubernetes-networking-lab';

beforeEach(() => {
  for (const name of ['LAB_CACHE_DIR', 'LAB_STATE_DIR', 'XDG_CACHE_HOME', 'XDG_STATE_HOME']) {
    vi.stubEnv(name, undefined);
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('paths', () => {
  it("are the desktop's own by default", () => {
    expect(cacheRoot()).toBe(join(homedir(), '.cache', product));
    expect(stateRoot()).toBe(join(homedir(), '.local', 'state', product));
  });

  it('follow the XDG variables, and above these the own ones', () => {
    vi.stubEnv('XDG_CACHE_HOME', '/xdg/cache');
    vi.stubEnv('XDG_STATE_HOME', '/xdg/state');
    expect([cacheRoot(), stateRoot()]).toEqual([`/xdg/cache/${product}`, `/xdg/state/${product}`]);
    vi.stubEnv('LAB_CACHE_DIR', '/own/cache');
    vi.stubEnv('LAB_STATE_DIR', '/own/state');
    expect([cacheRoot(), stateRoot()]).toEqual(['/own/cache', '/own/state']);
  });

  it('take an empty variable for one that is not set', () => {
    for (const name of ['LAB_CACHE_DIR', 'LAB_STATE_DIR', 'XDG_CACHE_HOME', 'XDG_STATE_HOME']) {
      vi.stubEnv(name, '');
    }
    expect(cacheRoot()).toBe(join(homedir(), '.cache', product));
    expect(stateRoot()).toBe(join(homedir(), '.local', 'state', product));
  });

  it('find the project', () => {
    expect(existsSync(join(projectRoot, 'manifests', 'cni', 'flannel', 'flannel.yml'))).toBe(true);
  });
});
