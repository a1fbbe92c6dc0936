// The door of the onboarding room.
export type { Admission, Readiness } from './admission.ts';
export type { ApplicationStatus } from './application-store.ts';
export type { Application } from './applications.ts';
export type { CheckName } from './checks.ts';
export type { ContractHistory } from './contracts.ts';
export { type Facts, mostDocumentBytes } from './facts.ts';
export { createOnboarding, type Onboarding } from './onboarding.ts';
export type { Screening } from './parts.ts';
export type { ProposalRow } from './store.ts';
export { type AgreedTerms, changesBetween, notLive, type TermChange } from './terms.ts';
