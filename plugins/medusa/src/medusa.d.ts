// What this plugin uses of Medusa's framework, which is 700 MB of packages and is installed by `npm run conformance` only.
// That the real one fits is proved there.
declare module '@medusajs/framework/utils' {
  export abstract class AbstractPaymentProvider<Options> {
    static identifier: string;
    protected constructor(container: Record<string, unknown>, options?: Options);
  }
  export function ModuleProvider(module: string, definition: { services: readonly unknown[] }): unknown;
  export class MedusaError extends Error {
    static Types: {
      readonly INVALID_DATA: string;
      readonly NOT_ALLOWED: string;
      readonly UNEXPECTED_STATE: string;
    };
    constructor(type: string, message: string);
  }
}
