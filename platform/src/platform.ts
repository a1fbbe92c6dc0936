// Puts the rooms together, in reading order; the only place that constructs anything. What differs between a sandbox
// and production comes in from outside: the clock, the bank, the SMS, the rate source.
import type { MailService, Registry, SmsService, StatementSource } from '@tongbao/connector-interface';
import type { Logger } from 'pino';
import type { AuditOptions } from './audit/index.ts';
import { type AuditLog, createAuditLog, createNoteSigner, type NoteSigner } from './audit-log/index.ts';
import { type Config, usualDealToleranceBps } from './config.ts';
import { type Customers, createCustomers } from './customers/index.ts';
import {
  createIsolation,
  createLanes,
  createNews,
  createTally,
  type Database,
  type Isolation,
  isAlive,
  type Lanes,
  type News,
  readSetting,
  settingOrKeep,
  slicesTimer,
  type Tally,
  takeIdBlock,
  takePersonNumber,
} from './database/index.ts';
import { createFx, type Fx, type RateSource } from './fx/index.ts';
import { amsChannel } from './http/ams/index.ts';
import { type CashierTokens, createCashierTokens } from './http/cashier/index.ts';
import { createNotifyIds, gatewayChannel, type NotifyIds } from './http/gateway/index.ts';
import { paymentIdToWire } from './http/payment-ids.ts';
import { createJobs, type Jobs, type Task } from './jobs/index.ts';
import { HouseAccounts } from './ledger/index.ts';
import { createMail, type MailRoom } from './mail/index.ts';
import { createMerchants, type Merchants } from './merchants/index.ts';
import {
  type Carry,
  type Channel,
  createNotifications,
  type Notification,
  type Notifications,
} from './notifications/index.ts';
import { createOnboarding, type Onboarding, type Screening } from './onboarding/index.ts';
import {
  type AskBankParts,
  askBank,
  type BankQuestion,
  bankQuestionsTimer,
  createPayByCode,
  createPayments,
  type PayByCode,
  type PaymentsRoom,
  paymentStepUps,
} from './payments/index.ts';
import { createReconciliation, fetchStatements, type Reconciliation } from './reconciliation/index.ts';
import { type Rule, rules, sandboxRules } from './risk/index.ts';
import { createSettlement, type Settlement, type SettlementBank } from './settlement/index.ts';
import { type Country, createSms, type Sms } from './sms/index.ts';
import { createStaff, type Staff } from './staff/index.ts';
import {
  type Clock,
  Ids,
  type Keys,
  mayNotify,
  type Outbound,
  type Randomness,
  type Timer,
} from './system/index.ts';
import {
  type BankGateway,
  type CardIssuers,
  createPaymentCodes,
  createWallet,
  type PaymentCodes,
  type StepUps,
  type Wallet,
} from './wallet/index.ts';

export interface PlatformParts {
  /** `reach` absent: public addresses alone. */
  readonly config: Pick<Config, 'mode' | 'lanes' | 'maxBatch' | 'publicUrl' | 'classic' | 'logName'> &
    Partial<Pick<Config, 'reach' | 'dealToleranceBps'>>;
  readonly database: Database;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** The installation's secrets (installation-keys.ts). */
  readonly keys: Keys;
  /** Reads the key file again: it has changed. Never throws. Absent: the keys stay as they are. */
  readonly renewKeys?: () => Promise<void>;
  readonly bank: BankGateway;
  /** Who confirms cards and identities; absent: nobody can add a card, or be checked. */
  readonly issuers?: CardIssuers;
  readonly registry?: Registry | undefined;
  /** The rules that payments are held against; absent: those of the law and the house, in a sandbox its own. */
  readonly rules?: readonly Rule[];
  readonly settlementBank: SettlementBank;
  /** Who brings the settlement bank's statements; absent: people do. */
  readonly statements?: StatementSource | undefined;
  readonly rates: RateSource;
  readonly outbound: Outbound;
  /** Who screens applicants; absent: people do. */
  readonly screening?: Screening | undefined;
  /** What happens to notifications on their way; absent: nothing. */
  readonly carry?: Carry;
  /** Sends a message at once (a sandbox); or the service to which they are handed over, and where they go. */
  readonly sendSms:
    | ((phone: string, text: string) => Promise<void>)
    | { readonly service: SmsService | null; readonly countries: readonly Country[] };
  /** Who carries mails; absent: none leave. */
  readonly mailService?: MailService | undefined;
  readonly bankBooks: AuditOptions['bankBooks'];
  readonly log: Logger;
  /** Where timers run in another process: how it hears that one has something to do. */
  readonly nudge?: ((timer: string) => void) | undefined;
}

export interface Platform {
  /** What people's browsers are sent to; without a trailing slash. */
  readonly publicUrl: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly lanes: Lanes;
  readonly house: HouseAccounts;
  readonly merchants: Merchants;
  readonly fx: Fx;
  readonly customers: Customers;
  /** How often what somebody could guess was tried. */
  readonly tally: Tally;
  readonly wallet: Wallet;
  /** Codes that shoppers show at a till, and what a shop does with one. */
  readonly paymentCodes: PaymentCodes;
  readonly payByCode: PayByCode;
  readonly payments: PaymentsRoom;
  /** What shoppers do at the cashier about what their banks ask. */
  readonly stepUps: StepUps;
  readonly notifications: Notifications;
  readonly settlement: Settlement;
  readonly onboarding: Onboarding;
  readonly reconciliation: Reconciliation;
  readonly staff: Staff;
  readonly mail: MailRoom;
  readonly rules: readonly Rule[];
  readonly jobs: Jobs;
  /** What jobs do, by the name they are enqueued under. */
  readonly tasks: Readonly<Record<string, Task>>;
  readonly timers: readonly Timer[];
  readonly keys: Keys;
  readonly gatewayKey: Keys['gateway'];
  readonly tokens: CashierTokens;
  readonly notifyIds: NotifyIds;
  readonly audit: AuditOptions;
  readonly auditLog: AuditLog;
  isUsable(): Promise<boolean>;
  /** Lets what is running finish; the database stays open for whoever gave it. */
  close(): Promise<void>;
}

export async function createPlatform(parts: PlatformParts): Promise<Platform> {
  const { config, database, clock, randomness, keys, bank, log } = parts;
  const sandbox = config.mode === 'sandbox';
  const ruleBook = parts.rules ?? (sandbox ? sandboxRules : rules);
  const ids = idsOf(database);
  const lanes = lanesOf(parts);
  const house = new HouseAccounts(database.aside);
  const news = newsOf(parts);
  news.on('keys', () => void parts.renewKeys?.());
  const merchants = createMerchants({ database, clock, ids, keys, news });
  const fx = fxOf(parts, ids, news);
  const { gateway: gatewayKey, cashier: secrets } = keys;
  const [tokens, notifyIds] = [createCashierTokens(secrets), createNotifyIds(secrets)];
  const tally = createTally({ database, clock, keys });

  // The rooms below leave jobs and nudges; the queue itself is made last, when all its tasks are known.
  let jobs: Jobs;
  const isolation = isolationOf(parts);
  const onQueued = () => (parts.nudge ?? jobs.nudge)('short messages');
  const sms = smsOf(parts, { ids, isolation, tally, onQueued });
  const customers = createCustomers({
    ...{ database, clock, ids, randomness, sandbox, keys, tally },
    ...{ sendSms: sms.send, smsGoesTo: sms.goesTo, registry: parts.registry },
    onSmsFailed: (error) => log.warn({ err: error }, 'a message with a code was not sent'),
    onRegistryFailed: (error) => log.warn({ err: error }, 'the registry could not be asked'),
  });
  const wallet = createWallet({
    ...{ database, clock, ids, house, bank, isolation },
    ...(parts.issuers === undefined ? {} : { issuers: parts.issuers }),
    registry: parts.registry,
    onRegistryFailed: (error) => log.warn({ err: error }, 'a card could not be checked'),
    enqueueAsk: (tx, transferId) => jobs.enqueue(tx, 'ask-bank', [{ transferId: String(transferId) }]),
    returnUrl: (transferId) => `${config.publicUrl}/wallet#/top-up/${transferId}`,
    onBankFailed: (error, transfer) => bankFailed(log, error, String(transfer.id)),
  });
  const payments = createPayments({
    ...{ database, lanes, isolation, clock, ids, house, merchants, fx },
    rules: ruleBook,
    enqueue: (tx, questions) =>
      jobs.enqueue(
        tx,
        'ask-card-bank',
        questions.map(({ reference }) => ({ reference })),
      ),
    onNotifiable: () => (parts.nudge ?? jobs.nudge)('notification delivery'),
  });
  const channel = channelOf({ payments, merchants, clock, gatewayKey, notifyIds, choices: config.classic });
  const notifications = notificationsOf(parts, { isolation, channel });
  const settlement = settlementOf(parts, { ids, house, fx, isolation });
  const onboarding = onboardingOf(parts, { ids, isolation, merchants, settlement, tally });
  const paymentCodes = createPaymentCodes({ database, clock, ids, randomness, secrets });
  const payByCode = createPayByCode({ payments, customers, wallet, codes: paymentCodes, clock });
  const rooms = {
    ...{ merchants, fx, customers, wallet, payments, notifications, settlement, onboarding },
    ...{ paymentCodes, payByCode, tally },
    staff: createStaff({ database, clock, ids, randomness, keys, tally, sandbox }),
    mail: mailOf(parts, { ids, isolation }),
    reconciliation: createReconciliation({ database, clock, ids, house }),
  };
  const askParts = {
    ...{ database, clock, bank, payments, isolation },
    returnUrl: orderPage(parts, { payments, tokens }),
    onBankFailed: (error: unknown, question: BankQuestion) => bankFailed(log, error, question.reference),
  };
  const auditLog = createAuditLog({ database, clock, signer: await logSigner(parts) });
  const timers = [...timersOf(rooms, database), bankQuestionsTimer(askParts), auditLog.sealing];
  timers.push(...sms.timers, ...statementTimers(parts, rooms.reconciliation, isolation));
  const tasks = bankTasks(wallet, askParts);
  jobs = createJobs({ database, clock, log, timers, tasks });
  await news.start();

  return {
    ...{ database, clock, ids, lanes, house, jobs, tasks, timers, keys, gatewayKey, tokens, notifyIds },
    ...rooms,
    stepUps: paymentStepUps(askParts),
    ...{ publicUrl: config.publicUrl, rules: ruleBook },
    auditLog,
    audit: { database, clock, house, bankBooks: parts.bankBooks },
    isUsable: () => isAlive(database),
    async close() {
      await Promise.all([jobs.stop(), news.stop()]);
      await Promise.race([lanes.close(), new Promise((resolve) => setTimeout(resolve, 4_000).unref())]);
    },
  };
}

/** The order's own page, where a bank sends the payer back to: it proves nothing, and asks the bank. */
const orderPage =
  ({ config }: PlatformParts, { payments, tokens }: Pick<Platform, 'payments' | 'tokens'>) =>
  async (paymentId: bigint): Promise<string> =>
    `${config.publicUrl}${tokens.path(paymentIdToWire((await payments.findById(paymentId))!))}`;

const statementTimers = (
  { statements: source, log }: PlatformParts,
  reconciliation: Reconciliation,
  isolation: Isolation,
): Timer[] => {
  const onFailed = (error: unknown) => log.warn({ err: error }, 'bank statements could not be fetched');
  return source === undefined ? [] : [fetchStatements({ source, reconciliation, isolation, onFailed })];
};

/** A log keeps the name that it was begun with. Another sandbox world is another log, though the key may be the same. */
async function logSigner({ config, database, keys, randomness }: PlatformParts): Promise<NoteSigner> {
  const begin = () => {
    const usual =
      config.mode === 'sandbox'
        ? `tongbao.sandbox/log/${randomness.bytes(4).toString('hex')}`
        : `${new URL(config.publicUrl).host}/audit/log`;
    return settingOrKeep(database, 'audit-log-name', usual);
  };
  const name = config.logName ?? (await readSetting(database, 'audit-log-name')) ?? (await begin());
  return createNoteSigner(name, keys.log);
}

/** Every room's timers; the ticker and the sandbox's clock run whichever is due first. */
const timersOf = (
  rooms: Pick<
    Platform,
    | 'payments'
    | 'notifications'
    | 'wallet'
    | 'settlement'
    | 'onboarding'
    | 'customers'
    | 'tally'
    | 'staff'
    | 'paymentCodes'
    | 'mail'
  >,
  database: Database,
): Timer[] => [
  rooms.payments.expiry,
  rooms.payments.refundQueue,
  rooms.notifications.delivery,
  rooms.wallet.asking,
  ...rooms.settlement.timers,
  ...rooms.onboarding.timers,
  rooms.customers.housekeeping,
  rooms.tally.housekeeping,
  rooms.staff.housekeeping,
  ...rooms.mail.timers,
  rooms.paymentCodes.housekeeping,
  rooms.payments.housekeeping,
  rooms.notifications.housekeeping,
  slicesTimer(database),
];

const newsOf = ({ database, log }: PlatformParts): News =>
  createNews({
    pool: database.pool,
    onLost: (error) => log.warn({ err: error }, 'what other processes change is not heard at the moment'),
  });

const isolationOf = ({ database, clock, log }: PlatformParts): Isolation =>
  createIsolation({
    ...{ database, clock },
    onFailed: (error, item) => log.error({ err: error, ...item }, 'an item of a timer failed'),
  });

const bankFailed = (log: Logger, error: unknown, asked: string): void =>
  log.warn({ err: error, asked }, 'a bank could not be asked');

const idsOf = ({ aside }: Database): Ids =>
  new Ids(
    () => takeIdBlock(aside),
    () => takePersonNumber(aside),
  );

const lanesOf = ({ config, database, log }: PlatformParts): Lanes =>
  createLanes({
    ...{ database, lanes: config.lanes, maxBatch: config.maxBatch },
    onCommittedFailed: (error, verb) => log.error({ err: error, verb }, 'what follows a commit failed'),
  });

const fxOf = ({ database, clock, rates, log }: PlatformParts, ids: Ids, news: News): Fx =>
  createFx({
    ...{ database, clock, ids, news },
    source: rates,
    onSourceFailed: (error) => log.warn({ err: error }, 'the rate source failed; stored rates serve'),
  });

const notificationsOf = (
  { database, clock, outbound, carry, log }: PlatformParts,
  rooms: { isolation: Isolation; channel: Channel },
): Notifications =>
  createNotifications({
    ...{ database, clock, outbound, carry, ...rooms },
    onError: (error, notification) =>
      log.error(
        { err: error, notification: notification?.id.toString() },
        'a notification could not be delivered or recorded',
      ),
  });

function smsOf(
  { database, clock, keys, sendSms, log }: PlatformParts,
  rooms: { ids: Ids; isolation: Isolation; tally: Tally; onQueued: () => void },
): Sms {
  if (typeof sendSms === 'function') return { send: sendSms, goesTo: () => true, timers: [] };
  return createSms({
    ...{ database, clock, keys, ...rooms, ...sendSms },
    onNotSent: (of) => log.warn(of, 'a message was not sent'),
  });
}

const mailOf = (
  { database, clock, keys, mailService, log }: PlatformParts,
  { ids, isolation }: { ids: Ids; isolation: Isolation },
): MailRoom =>
  createMail({
    ...{ database, clock, ids, keys, isolation, service: mailService ?? null },
    onNotSent: (of) => log.warn(of, 'a mail was not sent'),
    onExpired: (mails) => log.warn({ mails: mails.map(String) }, 'mails that never went were given up'),
  });

const settlementOf = (
  { config, database, clock, settlementBank, log }: PlatformParts,
  rooms: { ids: Ids; house: HouseAccounts; fx: Fx; isolation: Isolation },
): Settlement =>
  createSettlement({
    ...rooms,
    database,
    clock,
    bank: settlementBank,
    dealToleranceBps: config.dealToleranceBps ?? usualDealToleranceBps,
    onBankFailed: (error) =>
      log.warn({ err: error }, 'the settlement bank was not reached or not understood'),
  });

const onboardingOf = (
  parts: PlatformParts,
  rooms: Pick<Platform, 'ids' | 'merchants' | 'settlement' | 'tally'> & { isolation: Isolation },
): Onboarding => {
  const { config, database, clock, randomness, keys, outbound } = parts;
  return createOnboarding({
    ...rooms,
    ...{ database, clock, randomness, keys, outbound },
    screening: parts.screening ?? null,
    isSandbox: config.mode === 'sandbox',
    onFailed: (error) => parts.log.warn({ err: error }, 'a test call could not be written down'),
    mayNotify: (url) => mayNotify(url, config.reach ?? 'public'),
  });
};

/** Each notification in the words of the protocol that its payment came by. */
function channelOf(parts: Parameters<typeof amsChannel>[0] & Parameters<typeof gatewayChannel>[0]): Channel {
  const channels = { ams: amsChannel(parts), gateway: gatewayChannel(parts) };
  const of = ({ protocol }: Notification): Channel => channels[protocol];
  return {
    compose: (notification) => of(notification).compose(notification),
    seal: async (notification, body) => (await of(notification).seal?.(notification, body)) ?? body,
    headers: (notification, body) => of(notification).headers(notification, body),
    retryGapsMs: (notification) => of(notification).retryGapsMs?.(notification),
    isAcknowledged: (status, head, notification) =>
      of(notification).isAcknowledged(status, head, notification),
  };
}

function bankTasks(wallet: Wallet, parts: AskBankParts): Readonly<Record<string, Task>> {
  return {
    'ask-bank': (job) => wallet.askBank(BigInt(job.transferId!)),
    'ask-card-bank': (job) => askBank(parts, job.reference!),
    // Jobs that an earlier release left: what they asked is among the questions now, and the timer asks it.
    'debit-card': async () => undefined,
    'refund-card': async () => undefined,
    'reverse-card': async () => undefined,
  };
}
