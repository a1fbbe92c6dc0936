// The door of `tongbao serve`.
export { runServe } from './serve.ts';
