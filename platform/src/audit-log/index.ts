// The door of the room.
export { type AuditLog, createAuditLog } from './audit-log.ts';
export { readArrivedKeys, readLeafBatches, readPositions, readTextPage } from './export-store.ts';
export { createNoteSigner, type NoteSigner } from './note.ts';
export { findLogFaults, type LogFindings } from './proof.ts';
export { readCheckpoint, type Source } from './store.ts';
export {
  countTied,
  readBankClaims,
  readSharedReferences,
  readUntied,
  type TieRow,
} from './tie-store.ts';
export { LeafChanged, tileNameOf } from './tiles.ts';
