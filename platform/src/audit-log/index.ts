// The door of the room.
export { type AuditLog, createAuditLog } from './audit-log.ts';
export { createNoteSigner, type NoteSigner } from './note.ts';
export { findLogFaults, type LogFindings } from './proof.ts';
export { LeafChanged, tileNameOf } from './tiles.ts';
