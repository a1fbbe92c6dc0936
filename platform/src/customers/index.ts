// The door of the customers room.

export type { Caller } from './caller.ts';
export { type Caps, capsAt, type DatedCaps } from './caps.ts';
export {
  type Customer,
  type KycClass,
  maskName,
  maskPhone,
  type OwnLimits,
  payerOf,
  phoneOf,
} from './customer.ts';
export { type Customers, type CustomersParts, createCustomers, type ShownDevice } from './customers.ts';
export { type AccountEvent, type AccountEventKind, insertEventRow } from './event-store.ts';
export type { IdentityCheck } from './identity-store.ts';
export { limits as customerLimits } from './limits.ts';
export type { AskedLimits } from './oversight.ts';
export { type CustomerProposal, readProposals } from './oversight-store.ts';
export type { Passkey } from './passkey-store.ts';
export { type HashParts, hashPin, matchesPin, type PinHash, peppered } from './pin-hash.ts';
export { protectPins } from './protect-pins.ts';
export { realNameOf } from './real-name.ts';
export type { CodePurpose, SentCode } from './request-code.ts';
export { checkCharacterOf, residentIdOf } from './resident-id.ts';
export type { SignedIn, SignIn } from './sign-in.ts';
export type { NewCustomer } from './sign-up.ts';
export { hashToken, newToken } from './tokens.ts';
export {
  type Credential,
  challengeIn,
  creationOptions,
  mayHavePasskeys,
  requestOptions,
  type Site,
  verifyCreated,
  verifySigned,
} from './webauthn.ts';
