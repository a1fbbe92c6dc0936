// The cashier that sent the shopper here: for want of money, a card or a wallet.

/** Its path; null when there is none. Nothing but a cashier's path is followed. */
export function cashierPath(): string | null {
  const from = new URLSearchParams(location.search).get('from') ?? '';
  return /^\/cashier\/[A-Za-z0-9._-]+$/.test(from) ? from : null;
}
