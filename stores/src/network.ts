// What the shops need to know of the payment network: their own keys, which the sandbox tells everybody.

export interface MerchantKeys {
  readonly clientId: string;
  readonly merchantPrivateKey: string;
  readonly gatewayPublicKey: string;
}

/** Asks the sandbox; throws when it does not answer. */
export async function merchantKeys(networkUrl: string): Promise<ReadonlyMap<string, MerchantKeys>> {
  const answer = await fetch(`${networkUrl}/sandbox/credentials`, { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${networkUrl}/sandbox/credentials answered ${answer.status}`);
  const { merchants } = (await answer.json()) as { merchants: MerchantKeys[] };
  return new Map(merchants.map((merchant) => [merchant.clientId, merchant]));
}
