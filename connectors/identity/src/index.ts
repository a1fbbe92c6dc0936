// The connector for registries of people and cards that are asked by HTTP.
export { createHttpRegistry, type HttpRegistry } from './connector.ts';
export { urlFault } from './http.ts';
export { registryDocument } from './openapi.ts';
export { CardRequest, CodeRequest, operations, PersonRequest } from './wire.ts';
