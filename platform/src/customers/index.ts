// The door of the customers room.
export { type Customer, maskName, maskPhone, phoneOf } from './customer.ts';
export { type Customers, type CustomersParts, createCustomers } from './customers.ts';
export { limits as customerLimits } from './limits.ts';
export type { SentCode } from './request-code.ts';
export type { SignedIn, SignIn } from './sign-in.ts';
export type { NewCustomer } from './sign-up.ts';
