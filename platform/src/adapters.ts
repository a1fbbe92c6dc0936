// What every server offers, a sandbox or production: the merchants' API, the cashier, the wallet, the books, the pages.
import { cardPageOperations } from '@tongbao/protocol/wallet';
import type { FastifyPluginAsync } from 'fastify';
import { type Config, surroundingsOf } from './config.ts';
import { doctorInside } from './doctor/index.ts';
import { amsAdapter } from './http/ams/index.ts';
import { applyAdapter } from './http/apply/index.ts';
import { auditAdapter, auditExportAdapter } from './http/audit/index.ts';
import { auditLogAdapter } from './http/audit-log/index.ts';
import { cashierAdapter } from './http/cashier/index.ts';
import { consoleAdapter, onlyFor } from './http/console/index.ts';
import { gatewayAdapter, returnUrlOf } from './http/gateway/index.ts';
import { pagesAdapter } from './http/pages/index.ts';
import { paymentIdFromWire, paymentIdToWire } from './http/payment-ids.ts';
import { walletAdapter } from './http/wallet/index.ts';
import { readKeys } from './installation-keys.ts';
import type { Platform } from './platform.ts';
import { mayNotify } from './system/index.ts';

/** Antom's documents name no tolerance of request-time; integrations send clocks that are minutes off. */
const skewMs = 15 * 60_000;

export function gatewayAdapters(platform: Platform, config: Config): FastifyPluginAsync[] {
  const { payments, payByCode, paymentCodes, merchants, customers, tally, wallet } = platform;
  const { fx, clock, gatewayKey, tokens, notifications, notifyIds, auditLog } = platform;
  const sandbox = config.mode === 'sandbox';
  const findMerchant = async (id: bigint) => (await merchants.get(id)).merchant;
  const paymentIds = { toWire: paymentIdToWire, fromWire: paymentIdFromWire };
  const isAllowed = (url: string) => mayNotify(url, config.reach);
  const cashierUrl = (wireId: string) => `${config.publicUrl}${tokens.path(wireId)}`;
  return [
    gatewayAdapter({
      ...{ payments, payByCode, merchants, customers, fx, notifications, clock, gatewayKey, notifyIds },
      cashierUrl,
      snapshot: platform.database.snapshot,
      explain: sandbox,
      mayNotify: isAllowed,
      choices: config.classic,
    }),
    amsAdapter({
      ...{ payments, payByCode, merchants, fx, clock, gatewayKey, cashierUrl },
      logoUrl: `${config.publicUrl}/icons/coin-192.png`,
      // A sandbox's clock stands where somebody put it; its errors show both signing strings.
      skewMs: sandbox ? null : skewMs,
      explain: sandbox,
      mayNotify: isAllowed,
      onTestCall: platform.onboarding.noteCall,
    }),
    applyAdapter({ onboarding: platform.onboarding, merchants, gatewayKey, publicUrl: config.publicUrl }),
    cashierAdapter({
      ...{ customers, tally, wallet, payments, findMerchant, tokens, paymentIds, clock, sandbox },
      ...{ stepUps: platform.stepUps, publicUrl: config.publicUrl },
      returnUrl: (payment) => returnUrlOf({ merchants, gatewayKey }, payment),
    }),
    walletAdapter({
      customers,
      tally,
      wallet,
      payments,
      merchantName: async (id) => (await findMerchant(id)).displayName,
      ...{ merchants, codes: paymentCodes, tokens, paymentIds, auditLog },
      rules: platform.rules,
      // In a sandbox the invented banks' page is ours as well.
      cardPage: sandbox ? cardPageOperations.offerCard.path : null,
      cardCheck: config.registry !== null && config.cardSwitch !== null,
      publicUrl: config.publicUrl,
      clock,
      sandbox,
    }),
    consoleAdapter({
      ...{ merchants, payments, notifications, customers, fx, clock, auditLog },
      publicUrl: config.publicUrl,
      ...{ database: platform.database, mail: platform.mail },
      ...{ staff: platform.staff, onboarding: platform.onboarding },
      ...{ settlement: platform.settlement, reconciliation: platform.reconciliation },
      audit: platform.audit,
      listKeys: async () => listKeys(config),
      examine: doctorInside(platform, { config, surroundings: surroundingsOf() }),
    }),
    ...auditAdapters(platform, sandbox),
    pagesAdapter({ folder: config.webFolder, publicUrl: config.publicUrl, sandbox }),
  ];
}

/** Without what is secret. */
async function listKeys({ keys: source }: Config) {
  const records = (await readKeys(source)) ?? [];
  return {
    keys: records.map(({ purpose, id, from = null }) => ({ purpose, id, from })),
    file: source.kind === 'file' ? source.file : null,
  };
}

/** Everybody may look into a sandbox's books; a company's are its own and its auditors'. */
function auditAdapters(platform: Platform, sandbox: boolean): FastifyPluginAsync[] {
  const fence = sandbox ? undefined : onlyFor(platform.staff, ['auditor']);
  return [
    ...(sandbox ? [auditAdapter(platform.audit)] : []),
    auditExportAdapter({ audit: platform.audit, log: platform.auditLog, fence }),
    auditLogAdapter({ log: platform.auditLog, fence }),
  ];
}
