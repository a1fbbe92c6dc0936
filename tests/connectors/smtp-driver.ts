// The connector for mail servers and a mail server of its own, for the kit: with a certificate, a password, and moods.
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CarrierDriver, CarrierMood, ReceivedMessage } from '@tongbao/connector-conformance';
import type { MailService } from '@tongbao/connector-interface';
import { createSmtpMail, type SmtpMail, type SmtpOptions } from '@tongbao/connector-smtp';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { type Certificate, localCertificate } from '../../platform/src/sandbox/tls.ts';

export interface ReceivedMail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly raw: string;
  readonly mail: Email;
}

export interface MailServer {
  readonly options: SmtpOptions;
  readonly certificate: Certificate;
  behave(mood: CarrierMood): Promise<void>;
  received(): Promise<readonly ReceivedMail[]>;
  close(): Promise<void>;
}

const user = 'tongbao';
const password = 'mail-secret';
/** The kit's waits. */
const timeoutMs = 1_000;

const refusalOf = (code: number, words: string): Error =>
  Object.assign(new Error(words), { responseCode: code });

export async function mailServer(): Promise<MailServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tongbao-mail-'));
  const certificate = await localCertificate(folder, new Date());
  const mails: { envelope: ReceivedMail['envelope']; raw: Buffer }[] = [];
  let mood: CarrierMood = 'normal';
  let port = 0;
  let server: SMTPServer;

  const cutAll = () => {
    for (const { _socket: socket } of server.connections) socket.destroy();
  };
  async function take(stream: SMTPServerDataStream): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      if (mood === 'cut') cutAll();
    }
    return Buffer.concat(chunks);
  }
  async function listen(): Promise<void> {
    server = new SMTPServer({
      ...{ key: certificate.key, cert: certificate.cert, disableReverseLookup: true, logger: false },
      ...{ closeTimeout: 1, hideENHANCEDSTATUSCODES: false },
      onConnect: (_session, done) => (mood === 'hang' ? undefined : done()),
      onAuth: (auth, _session, done) =>
        auth.username === user && auth.password === password
          ? done(null, { user })
          : done(new Error('who are you?')),
      onRcptTo: (_address, _session, done) =>
        mood === 'refuse'
          ? done(refusalOf(550, 'there is no jane.doe here'))
          : mood === 'busy'
            ? done(refusalOf(451, 'later, please'))
            : done(),
      onData: (stream, { envelope }, done) => {
        const asked = mood;
        void take(stream).then(
          (raw) => {
            if (asked === 'cut') return;
            const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
            mails.push({ envelope: { from, to: envelope.rcptTo.map(({ address }) => address) }, raw });
            if (asked === 'answer-lost') cutAll();
            else done();
          },
          () => undefined,
        );
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.server.address() as AddressInfo).port;
  }
  const stop = () => {
    cutAll();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  await listen();

  return {
    get options(): SmtpOptions {
      return {
        ...{ host: 'localhost', port, secured: 'starttls', user, password, timeoutMs },
        from: { name: 'Tongbao 通宝', address: 'no-reply@pay.example' },
        ca: certificate.cert,
      };
    },
    certificate,
    async behave(wanted) {
      if (wanted === 'down' && mood !== 'down') await stop();
      if (mood === 'hang') cutAll();
      const wasDown = mood === 'down';
      mood = wanted;
      if (wasDown && wanted !== 'down') await listen();
    },
    received: () =>
      Promise.all(
        mails.map(async ({ envelope, raw }) => ({
          ...{ envelope, raw: raw.toString('latin1') },
          mail: await PostalMime.parse(raw),
        })),
      ),
    async close() {
      if (mood !== 'down') await stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Makes a broken copy of the connector. */
export type SmtpChange = (mail: SmtpMail, options: SmtpOptions) => MailService;

export async function smtpDriver(change: SmtpChange = (mail) => mail): Promise<CarrierDriver> {
  const server = await mailServer();
  const textOf = ({ mail }: ReceivedMail): ReceivedMessage => ({
    name: mail.messageId ?? null,
    text: mail.text!.replace(/\n$/, ''),
  });
  return {
    async start() {
      const mail = createSmtpMail(server.options);
      const service = change(mail, server.options);
      return {
        send: ({ reference, text }) =>
          service.send({
            ...{ reference, text, to: 'jane.doe@shop.example', subject: '您的邮件' },
            html: '<p>html</p>',
            at: new Date('2026-01-05T08:00:00Z'),
          }),
        close: async () => mail.close(),
      };
    },
    behave: server.behave,
    can: (mood) => mood !== 'lies' && mood !== 'late',
    deduplicates: false,
    received: async () => (await server.received()).map(textOf),
    close: server.close,
  };
}
