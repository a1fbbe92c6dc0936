// Mails to a mail server by SMTP: over TLS, one recipient a message, under the same Message-ID however often it is sent.
import { PassThrough } from 'node:stream';
import type { Mail, MailService, MessageAnswer } from '@tongbao/connector-interface';
import { createTransport } from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';
import { answerOf, codeOf, type SmtpError } from './answer.ts';

/** implicit: TLS from the first byte. starttls: nothing but EHLO before it. none: a relay on a line of one's own. */
export type Secured = 'implicit' | 'starttls' | 'none';

export interface SmtpOptions {
  readonly host: string;
  readonly port: number;
  readonly secured: Secured;
  /** Null: the server knows us by our address. */
  readonly user: string | null;
  readonly password: string | null;
  /** `Name <address>` in two parts. */
  readonly from: { readonly name: string; readonly address: string };
  /** For a whole attempt; 45 s if not said. */
  readonly timeoutMs?: number;
  /** Certificates (PEM) that the server's is held against besides the machine's. */
  readonly ca?: string;
}

export interface SmtpMail extends MailService {
  /** Connects, says who we are, and sends nothing. Throws one line that says what is wrong. */
  check(): Promise<void>;
  close(): void;
}

const usualTimeoutMs = 45_000;

export function createSmtpMail(options: SmtpOptions): SmtpMail {
  const { host, port, secured, user, password, from } = options;
  const timeoutMs = options.timeoutMs ?? usualTimeoutMs;
  const partMs = Math.ceil(timeoutMs / 3);
  const transport = createTransport({
    ...{ host, port, secure: secured === 'implicit' },
    ...{ requireTLS: secured === 'starttls', ignoreTLS: secured === 'none' },
    ...(user === null || password === null ? {} : { auth: { user, pass: password } }),
    tls: { minVersion: 'TLSv1.2', ...(options.ca === undefined ? {} : { ca: options.ca }) },
    ...{ connectionTimeout: partMs, greetingTimeout: partMs, dnsTimeout: partMs },
    ...{ socketTimeout: timeoutMs, disableFileAccess: true, disableUrlAccess: true },
  });

  return {
    async send(mail): Promise<MessageAnswer> {
      const message = await composed(mail, from);
      const body = watched(message);
      try {
        const sent = await transport.sendMail({
          envelope: { from: from.address, to: [mail.to] },
          raw: body.stream,
          signal: AbortSignal.timeout(timeoutMs),
        });
        return { outcome: 'accepted', answer: codeOf(sent.response) };
      } catch (error) {
        const answer = answerOf(error as SmtpError, body.isRead());
        if (answer !== null) return answer;
        // The error's own words may name the recipient.
        throw new Error('the mail server had the message, and its answer did not come');
      }
    },
    async check() {
      await transport.verify().catch((error: SmtpError) => {
        throw new Error(
          `the mail server ${host}:${port} does not take us: ${answerOf(error, false)!.answer}`,
        );
      });
    },
    close: () => transport.close(),
  };
}

/** The message as its bytes will be at every attempt. */
function composed(mail: Mail, from: SmtpOptions['from']): Promise<Buffer> {
  const domain = from.address.split('@')[1]!;
  const composer = new MailComposer({
    ...{ from, to: { name: '', address: mail.to } },
    ...{ subject: mail.subject, text: mail.text, html: mail.html, date: mail.at },
    messageId: `<${mail.reference}@${domain}>`,
    // RFC 3834: no robot answers a robot.
    headers: { 'Auto-Submitted': 'auto-generated' },
    baseBoundary: mail.reference,
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return composer.compile().build() as Promise<Buffer>;
}

/** The message as a stream that says whether its end was read: from then on the server may have it. */
function watched(message: Buffer): { stream: PassThrough; isRead(): boolean } {
  const stream = new PassThrough();
  let read = false;
  stream.once('end', () => {
    read = true;
  });
  stream.end(message);
  return { stream, isRead: () => read };
}
