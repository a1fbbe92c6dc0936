// The door of `tongbao serve`.

export { makeKeys } from './make-keys.ts';
export { openPlatform } from './open-platform.ts';
export { forgetKeys, rotateKeys } from './rotate-keys.ts';
export { runMigrate } from './run-migrate.ts';
export { runServe } from './serve.ts';
