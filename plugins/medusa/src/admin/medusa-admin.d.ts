// What the page uses of Medusa's admin, which is installed by `npm run conformance` only.
declare module '@medusajs/js-sdk' {
  interface Options {
    readonly baseUrl: string;
    readonly auth: { readonly type: 'session' | 'jwt'; readonly jwtTokenStorageKey?: string };
  }
  export default class Medusa {
    constructor(options: Options);
    readonly client: {
      fetch<Answer>(
        path: string,
        how?: { readonly method?: string; readonly body?: object },
      ): Promise<Answer>;
    };
  }
}

declare module '@medusajs/ui' {
  import type { FC, HTMLAttributes } from 'react';

  type Plain<More = object> = FC<HTMLAttributes<HTMLElement> & More>;
  export const Button: Plain<{
    readonly size?: 'small';
    readonly variant?: 'primary' | 'secondary';
    readonly isLoading?: boolean;
  }>;
  export const Container: Plain;
  export const Heading: Plain<{ readonly level?: 'h1' | 'h2' }>;
  export const Text: Plain<{ readonly size?: 'small'; readonly weight?: 'plus' }>;
  export const StatusBadge: Plain<{ readonly color?: 'green' | 'red' }>;
}
