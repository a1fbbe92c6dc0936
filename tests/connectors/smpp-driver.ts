// The connector for message centres and a message centre made of npm's smpp, for the kit.
import type { AddressInfo, Server } from 'node:net';
import type { CarrierDriver, CarrierMood, ReceivedMessage } from '@tongbao/connector-conformance';
import type { SmsService } from '@tongbao/connector-interface';
import { createSmppSms, type SmppOptions } from '@tongbao/connector-smpp';
import { createServer, type SmppPdu, type SmppSession } from 'smpp';

export interface MessageCentre {
  readonly options: SmppOptions;
  behave(mood: CarrierMood): Promise<void>;
  /** Submits as they came, parts apart. */
  readonly submits: readonly SmppPdu[];
  readonly sessions: ReadonlySet<SmppSession>;
  received(): readonly ReceivedMessage[];
  close(): Promise<void>;
}

const [throttled, invalidDestination, invalidPassword] = [0x58, 0x0b, 0x0e];

export async function messageCentre(
  tls: { key: string; cert: string } | null = null,
): Promise<MessageCentre> {
  const sessions = new Set<SmppSession>();
  const submits: SmppPdu[] = [];
  const held: (() => void)[] = [];
  let mood: CarrierMood = 'normal';
  let port = 0;
  let server: Server;

  function submit(session: SmppSession, pdu: SmppPdu): unknown {
    const answer = (status = 0) =>
      void session.send(pdu.response({ command_status: status, message_id: `id-${submits.length}` }));
    if (mood === 'hang') return;
    if (mood === 'cut') return session.destroy();
    if (mood === 'busy') return answer(throttled);
    // What was held comes first, when nobody waits for it any more.
    for (const release of held.splice(0)) release();
    if (mood === 'refuse') return answer(invalidDestination);
    if (mood === 'late') return void held.push(answer);
    submits.push(pdu);
    if (mood === 'answer-lost') return session.destroy();
    answer();
  }

  function accept(session: SmppSession): void {
    sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => sessions.delete(session));
    session.on('bind_transceiver', (pdu) => {
      if (mood === 'hang') return;
      const isKnown = pdu.system_id === 'tongbao' && pdu.password === 'secret';
      session.send(pdu.response({ command_status: isKnown ? 0 : invalidPassword }));
    });
    session.on('enquire_link', (pdu) => {
      if (mood !== 'hang') session.send(pdu.response());
    });
    session.on('unbind', (pdu) => void session.send(pdu.response()));
    session.on('submit_sm', (pdu) => submit(session, pdu));
  }
  const cutAll = () => {
    for (const session of sessions) session.destroy();
  };
  async function listen(): Promise<void> {
    server = createServer(tls ?? {}, accept);
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }
  const stop = () => {
    cutAll();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  await listen();

  return {
    get options(): SmppOptions {
      return {
        ...{
          host: tls === null ? '127.0.0.1' : 'localhost',
          port,
          tls: tls === null ? null : { ca: tls.cert },
        },
        ...{ systemId: 'tongbao', password: 'secret', sender: 'Tongbao', alphabet: 'gsm', timeoutMs: 900 },
      };
    },
    submits,
    sessions,
    async behave(wanted) {
      if (wanted === 'down' && mood !== 'down') await stop();
      if (mood === 'hang') cutAll();
      const wasDown = mood === 'down';
      mood = wanted;
      if (wasDown && wanted !== 'down') await listen();
    },
    received: () => joined(submits),
    async close() {
      if (mood !== 'down') await stop();
    },
  };
}

/** Parts put together as a phone does it: when the last one is there. */
function joined(submits: readonly SmppPdu[]): ReceivedMessage[] {
  const whole: ReceivedMessage[] = [];
  const open = new Map<string, string[]>();
  for (const { destination_addr: to, short_message: message, user_message_reference: name } of submits) {
    const text = String(message?.message ?? '');
    const header = message?.udh?.[0];
    if (header === undefined) {
      whole.push({ name: String(name), text });
      continue;
    }
    const [group, count, number] = [...header.subarray(-3)] as [number, number, number];
    const parts = open.get(`${to}/${group}`) ?? [];
    parts[number - 1] = text;
    open.set(`${to}/${group}`, parts);
    if (Object.keys(parts).length < count) continue;
    open.delete(`${to}/${group}`);
    whole.push({ name: String(name), text: parts.join('') });
  }
  return whole;
}

/** Makes a broken copy of the connector. */
export type SmsChange = (sms: SmsService) => SmsService;

export async function smppDriver(change: SmsChange = (sms) => sms): Promise<CarrierDriver> {
  const centre = await messageCentre();
  return {
    async start() {
      const sms = createSmppSms(centre.options);
      const service = change(sms);
      return {
        send: ({ reference, text }) => service.send({ reference, text, to: '+8613800138000' }),
        close: sms.close,
      };
    },
    behave: centre.behave,
    can: (mood) => mood !== 'lies',
    deduplicates: false,
    received: async () => centre.received(),
    close: centre.close,
  };
}
