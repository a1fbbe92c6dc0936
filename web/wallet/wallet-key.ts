// Under which key the wallet's view is cached.
export const walletKey = ['/api/wallet'] as const;
