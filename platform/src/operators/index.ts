// The door of what operators do, from the console and from the command line alike.
export {
  addCsvProfile,
  decideClosure,
  importFile,
  type OperatorActParts,
  proposeClosure,
} from './acts.ts';
export { inviteMember, linkView, type StaffActParts, staffMembers } from './staff.ts';
export { closureView, importedView, nextBefore, profileView, statementView } from './views.ts';
