// One run for every suite: unit and room tests beside their files, whole-system tests under tests/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'money/src/**/*.test.ts',
      'protocol/src/**/*.test.ts',
      'platform/src/**/*.test.ts',
      'sdk/src/**/*.test.ts',
      'connectors/*/src/**/*.test.ts',
      'plugins/*/src/**/*.test.ts',
      'stores/src/**/*.test.ts',
      'web/**/*.test.ts',
      'bench/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', 'tests/conformance/.build/**'],
    globalSetup: ['platform/src/testing/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A page on a busy machine takes its time; a wrong one never becomes right.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    maxWorkers: 2,
  },
});
