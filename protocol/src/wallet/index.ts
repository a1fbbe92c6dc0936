// The shopper's API as data: what the cashier and the wallet pages say to the server and hear back.
// One table of operations; the server validates with it, the pages are typed by it, OpenAPI is made from it.
export * from './account.ts';
export * from './cards.ts';
export * from './cashier.ts';
export * from './codes.ts';
export * from './errors.ts';
export * from './shapes.ts';
export * from './step-up.ts';
export * from './wallet.ts';
