// The door of the onboarding room.
export type { ContractHistory } from './contracts.ts';
export { createOnboarding, type Onboarding } from './onboarding.ts';
export type { ProposalRow } from './store.ts';
export { type AgreedTerms, changesBetween, notLive, type TermChange } from './terms.ts';
