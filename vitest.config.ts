import { defineConfig } from 'vitest/config';

/** These replace modules, which would be seen by every other file of the same process. */
const mocking = ['test/unit/supply/**/*.test.ts'];

/** Tiers: `unit` in seconds, `integration` with real kernel objects, `e2e` on a real cluster, `vagrant` on real machines. */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: mocking,
          // Loading the same modules anew for every file took longer than the tests.
          isolate: false,
        },
      },
      { test: { name: 'unit-mocking', include: mocking } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          sequence: { concurrent: false },
          bail: 1,
        },
      },
      {
        test: {
          name: 'vagrant',
          include: ['test/vagrant/**/*.test.ts'],
          globalSetup: 'test/vagrant/host.ts',
          // Machines on an emulated processor take minutes for each step.
          testTimeout: 45 * 60_000,
          hookTimeout: 45 * 60_000,
          fileParallelism: false,
          bail: 1,
        },
      },
    ],
  },
});
