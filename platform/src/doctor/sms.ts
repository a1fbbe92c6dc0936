// Messages with codes: without a service nobody can sign in.
import { openSmsService } from '../serve/sms-service.ts';
import type { SmsServiceConfig } from '../sms-config.ts';
import { type Check, fail, fine, warn } from './finding.ts';

export const checkSms: Check = {
  name: 'sms',
  needsDatabase: false,
  async run({ config, smsTo, outbound, randomness }) {
    const { service } = config.sms;
    if (service === null)
      return [
        fail(
          'sms.service',
          'none',
          'TONGBAO_SMS_URL has to name your SMS service: without it nobody can sign in',
        ),
      ];
    const { host, isSafe, by } = wayOf(service);
    const named = isSafe
      ? fine('sms.service', host)
      : warn(
          'sms.service',
          `${host} over ${by}`,
          `use ${by === 'http' ? 'https' : 'smpps'}: codes and phone numbers pass there`,
        );
    if (smsTo === null) return [named];
    const opened = await openSmsService(service, { outbound });
    const reference = `doctor-${randomness.bytes(6).toString('hex')}`;
    const test = { reference, to: smsTo, text: 'Tongbao: this is a test, no code.' };
    const { outcome, answer } = await opened
      .send(test)
      .catch((error: Error) => ({ outcome: 'unknown', answer: error.message }));
    await opened.close();
    return [
      named,
      outcome === 'accepted'
        ? fine('sms.test', 'the service took a message; look whether it arrives')
        : fail('sms.test', `it answered ${answer}`, 'the service did not take a message: ask it why'),
    ];
  },
};

function wayOf(service: SmsServiceConfig): { host: string; isSafe: boolean; by: string } {
  const isHere = (host: string) => /^(localhost|127\.[\d.]+|\[?::1\]?)$/.test(host);
  if (service.kind === 'smpp') {
    const { host, port, tls } = service;
    return { host: `${host}:${port}`, isSafe: tls || isHere(host), by: 'smpp' };
  }
  const { host, hostname, protocol } = new URL(service.url);
  return { host, isSafe: protocol === 'https:' || isHere(hostname), by: 'http' };
}
