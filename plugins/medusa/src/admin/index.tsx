// The page Settings → Tongbao in Medusa's admin: the contracts of the configuration, "Test connection" for each, and asking
// about everything that waits. Built into the shop's admin, which finds it by this package's export `./admin`; the default
// export has the shape that `medusa plugin:build` writes.
import Medusa from '@medusajs/js-sdk';
import { Button, Container, Heading, StatusBadge, Text } from '@medusajs/ui';
import { useCallback, useEffect, useState } from 'react';

// Filled in by the admin's own build, as for its own client.
declare const __BACKEND_URL__: string | undefined;
declare const __AUTH_TYPE__: 'session' | 'jwt' | undefined;
declare const __JWT_TOKEN_STORAGE_KEY__: string | undefined;

const { client } = new Medusa({
  baseUrl: __BACKEND_URL__ ?? '/',
  auth: { type: __AUTH_TYPE__ ?? 'session', jwtTokenStorageKey: __JWT_TOKEN_STORAGE_KEY__ || undefined },
});

interface Provider {
  readonly id: string;
  readonly client_id: string;
  readonly host: string;
  readonly mode: string;
}

/** What POST /admin/tongbao/test answers. */
interface Connection {
  readonly ok: boolean;
  readonly message: string;
  readonly latency_ms?: number;
}

interface Reconciled {
  readonly asked: number;
  readonly changed: number;
  readonly refunds: number;
}

function Contract({ provider }: { readonly provider: Provider }) {
  const [connection, setConnection] = useState<Connection | 'asking' | null>(null);
  const test = async () => {
    setConnection('asking');
    const body = { provider_id: provider.id };
    const failed = (error: Error): Connection => ({ ok: false, message: error.message });
    setConnection(
      await client.fetch<Connection>('/admin/tongbao/test', { method: 'POST', body }).catch(failed),
    );
  };
  const answer = connection === 'asking' ? null : connection;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-6 py-4">
      <div>
        <Text size="small" weight="plus">
          {provider.id}
        </Text>
        <Text size="small" className="text-ui-fg-subtle">
          {provider.client_id} · {provider.host} · {provider.mode}
        </Text>
        <div aria-live="polite">
          {answer !== null && (
            <StatusBadge color={answer.ok ? 'green' : 'red'}>
              {answer.ok ? `Connected in ${answer.latency_ms} ms` : 'Not connected'}
            </StatusBadge>
          )}
          {answer?.ok === false && <Text size="small">{answer.message}</Text>}
        </div>
      </div>
      <Button
        size="small"
        variant="secondary"
        isLoading={connection === 'asking'}
        aria-label={`Test connection of ${provider.id}`}
        onClick={() => void test()}
      >
        Test connection
      </Button>
    </li>
  );
}

function Contracts({ providers }: { readonly providers: readonly Provider[] }) {
  if (providers.length === 0)
    return (
      <Text className="px-6 py-4">
        The payment module has no provider of this plugin: name one in medusa-config, as its README shows.
      </Text>
    );
  return (
    <ul className="divide-y">
      {providers.map((provider) => (
        <Contract key={provider.id} provider={provider} />
      ))}
    </ul>
  );
}

function Waiting() {
  const [said, setSaid] = useState('');
  const [isAsking, setIsAsking] = useState(false);
  const ask = async () => {
    setIsAsking(true);
    setSaid(
      await client
        .fetch<Reconciled>('/admin/tongbao/reconcile', { method: 'POST' })
        .then(({ asked, changed, refunds }) => `${asked} asked about, ${changed} changed, ${refunds} refunds`)
        .catch((error: Error) => error.message),
    );
    setIsAsking(false);
  };
  return (
    <div className="flex items-center justify-between px-6 py-4">
      <Text size="small" aria-live="polite">
        {said || 'Payments and refunds that wait are asked about by a job; here at once.'}
      </Text>
      <Button size="small" variant="secondary" isLoading={isAsking} onClick={() => void ask()}>
        Ask now
      </Button>
    </div>
  );
}

function Settings() {
  const [loaded, setLoaded] = useState<readonly Provider[] | Error | null>(null);
  const load = useCallback(() => {
    setLoaded(null);
    client
      .fetch<{ providers: Provider[] }>('/admin/tongbao/providers')
      .then(({ providers }) => setLoaded(providers), setLoaded);
  }, []);
  useEffect(load, [load]);
  return (
    <Container className="divide-y p-0">
      <div className="px-6 py-4">
        <Heading level="h1">Tongbao</Heading>
        <Text size="small">
          A test signs a question with the contract’s keys and checks the answer’s signature. It moves
          nothing.
        </Text>
      </div>
      {loaded === null && <Text className="px-6 py-4">Loading …</Text>}
      {loaded instanceof Error && (
        <div className="flex items-center justify-between px-6 py-4">
          <Text role="alert">{loaded.message}</Text>
          <Button size="small" variant="secondary" onClick={load}>
            Try again
          </Button>
        </div>
      )}
      {loaded !== null && !(loaded instanceof Error) && <Contracts providers={loaded} />}
      <Waiting />
    </Container>
  );
}

const path = '/settings/tongbao';

export default {
  routeModule: { routes: [{ Component: Settings, path }] },
  menuItemModule: { menuItems: [{ label: 'Tongbao', path }] },
  widgetModule: { widgets: [] },
  formModule: { customFields: {} },
  displayModule: { displays: {} },
  i18nModule: { resources: {} },
};
