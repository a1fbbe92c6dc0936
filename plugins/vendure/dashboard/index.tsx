// The button "Test connection" in Vendure's dashboard, in the bar above a payment method of this plugin. It is compiled by the
// shop's own dashboard build (`@vendure/dashboard/vite`), which finds it through the plugin's metadata.
import { api, Button, defineDashboardExtension } from '@vendure/dashboard';
import { useState } from 'react';
import { toast } from 'sonner';

interface Connection {
  readonly ok: boolean;
  readonly message: string;
  readonly latencyMs: number;
}

const testConnection = `
  mutation TestTongbaoConnection($id: ID!) {
    testTongbaoConnection(paymentMethodId: $id) { ok message latencyMs }
  }
`;

interface PaymentMethodSeen {
  readonly id?: string;
  readonly handler?: { readonly code?: string };
}

/** Tests the settings as they are saved: what is typed and not saved yet, the server does not know. */
function TestConnection({ context }: { context: { entity?: unknown } }) {
  const [isAsking, setIsAsking] = useState(false);
  const method = context.entity as PaymentMethodSeen | undefined;
  if (method?.id === undefined || method.handler?.code !== 'tongbao') return null;
  const ask = async () => {
    setIsAsking(true);
    try {
      const answer = (await api.mutate(testConnection, { id: method.id })) as {
        testTongbaoConnection: Connection;
      };
      const { ok, message, latencyMs } = answer.testTongbaoConnection;
      if (ok) toast.success(`Connected in ${latencyMs} ms`, { description: message });
      else toast.error('Not connected', { description: message });
    } catch (error) {
      toast.error('Not connected', { description: (error as Error).message });
    } finally {
      setIsAsking(false);
    }
  };
  return (
    <Button
      type="button"
      variant="outline"
      disabled={isAsking}
      aria-busy={isAsking}
      onClick={() => void ask()}
    >
      {isAsking ? 'Testing…' : 'Test connection'}
    </Button>
  );
}

defineDashboardExtension({
  actionBarItems: [
    {
      id: 'tongbao-test-connection',
      pageId: 'payment-method-detail',
      component: TestConnection,
      requiresPermission: 'UpdatePaymentMethod',
    },
  ],
});
