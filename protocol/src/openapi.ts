// The APIs as an OpenAPI 3.1 document, made from the same tables that the server validates with.
import { z } from 'zod';
import { apiPath, operations } from './ams/index.ts';
import {
  accountOperations,
  cardOperations,
  cashierOperations,
  codeOperations,
  ShopperError,
  walletOperations,
} from './wallet/index.ts';

interface ShopperOperation {
  readonly method: string;
  readonly path: string;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
  readonly signedIn: boolean;
}

const json = (schema: z.ZodType, io: 'input' | 'output') => ({
  content: {
    'application/json': {
      schema: z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' }),
    },
  },
});

function gatewayPaths(): Record<string, unknown> {
  const headers = ['client-id', 'request-time', 'signature'].map((name) => ({
    name,
    in: 'header',
    required: true,
    schema: { type: 'string' },
  }));
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      apiPath(operation.resource),
      {
        post: {
          operationId: name,
          summary: operation.summary,
          tags: ['gateway'],
          parameters: headers,
          requestBody: { required: true, ...json(operation.request, 'input') },
          responses: {
            200: {
              description: 'Always 200, always signed; see result.',
              ...json(operation.response, 'output'),
            },
          },
        },
      },
    ]),
  );
}

function shopperPaths(
  table: Readonly<Record<string, ShopperOperation>>,
  tag: string,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(table).map(([name, operation]) => {
      const parameters = [...operation.path.matchAll(/:(\w+)/g)].map(([, parameter]) => ({
        name: parameter,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      }));
      const described = {
        operationId: name,
        tags: [tag],
        parameters,
        ...(operation.signedIn ? { security: [{ session: [] }] } : {}),
        ...(operation.body === null
          ? {}
          : { requestBody: { required: true, ...json(operation.body, 'input') } }),
        responses: {
          200: { description: 'The answer.', ...json(operation.answer, 'output') },
          default: { description: 'A refusal.', ...json(ShopperError, 'output') },
        },
      };
      return [operation.path.replace(/:(\w+)/g, '{$1}'), { [operation.method.toLowerCase()]: described }];
    }),
  );
}

/** The document; `serverUrl` is where these paths are served. */
export function openApiDocument(serverUrl: string): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Tongbao', version: '0.1.0', license: { name: 'Apache-2.0' } },
    servers: [{ url: serverUrl }],
    paths: {
      ...gatewayPaths(),
      ...shopperPaths(cashierOperations, 'cashier'),
      ...shopperPaths(walletOperations, 'wallet'),
      ...shopperPaths(codeOperations, 'wallet'),
      ...shopperPaths(accountOperations, 'wallet'),
      ...shopperPaths(cardOperations, 'wallet'),
    },
    components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'tongbao_session' } } },
  };
}
