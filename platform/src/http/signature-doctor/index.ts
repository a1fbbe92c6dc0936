// What the two gateways and the sandbox share to explain a signature that does not verify.
export { type Difference, firstDifference, inWords, printable } from './difference.ts';
export { explainSignature, type KnownKey, type Suspect } from './json-doctor.ts';
export { comparedTexts } from './search.ts';
export { type HashName, hashTitles, openSignature, readingsOf } from './signature-reading.ts';
