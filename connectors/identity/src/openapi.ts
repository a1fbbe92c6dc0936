// The registry's API as an OpenAPI 3.1 document, made from the schemas that answers are held against: what an operator's
// registry has to implement.
import { z } from 'zod';
import { operations } from './wire.ts';

const json = (schema: z.ZodType) => ({
  content: { 'application/json': { schema: z.toJSONSchema(schema, { target: 'draft-2020-12' }) } },
});

const statuses = {
  400: { description: 'The request cannot be read. Its words must not repeat what was sent.' },
  401: { description: 'The token is not right.' },
  409: { description: 'The id was used for another question.' },
  429: { description: 'Later; the same id again.' },
  503: { description: 'Later; the same id again.' },
};

export function registryDocument(): object {
  const paths = Object.entries(operations).map(([name, { method, path, summary, request, response }]) => {
    const described = {
      operationId: name,
      summary,
      ...(path.includes('{digits}')
        ? {
            parameters: [
              {
                name: 'digits',
                in: 'path',
                required: true,
                schema: { type: 'string', pattern: '^\\d{6,8}$' },
              },
            ],
          }
        : {}),
      ...(request === null ? {} : { requestBody: { required: true, ...json(request) } }),
      responses: { 200: { description: 'The answer, at most 64 KiB.', ...json(response) }, ...statuses },
    };
    return [path, { [method.toLowerCase()]: described }];
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Registry of people and cards, as Tongbao asks it',
      version: '1.0.0',
      license: { name: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    paths: Object.fromEntries(paths),
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}
