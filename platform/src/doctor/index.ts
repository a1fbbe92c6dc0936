// The door of the doctor: is this installation as it should be?
export { verdictOf } from './examine.ts';
export type { Finding } from './finding.ts';
export { doctorInside } from './inside.ts';
export { examineFromOutside } from './open.ts';
export { isProbe } from './probe.ts';
