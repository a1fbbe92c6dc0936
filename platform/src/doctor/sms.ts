// Messages with codes: without a service nobody can sign in.
import { type Check, fail, fine, warn } from './finding.ts';

export const checkSms: Check = {
  name: 'sms',
  needsDatabase: false,
  async run({ config, smsTo, outbound }) {
    if (config.smsUrl === null)
      return [
        fail(
          'sms.service',
          'none',
          'TONGBAO_SMS_URL has to name your SMS service: without it nobody can sign in',
        ),
      ];
    const isSafe = /^https:|^http:\/\/(localhost|127\.|\[::1\])/.test(config.smsUrl);
    const service = isSafe
      ? fine('sms.service', new URL(config.smsUrl).host)
      : warn(
          'sms.service',
          `${new URL(config.smsUrl).host} over http`,
          'use https: codes and phone numbers pass there',
        );
    if (smsTo === null) return [service];
    const answer = await outbound.post({
      url: config.smsUrl,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ phone: smsTo, text: 'Tongbao: this is a test, no code.' })),
      timeoutMs: 10_000,
    });
    const isTaken = answer.kind === 'answered' && answer.status >= 200 && answer.status <= 299;
    const said = answer.kind === 'answered' ? `it answered ${answer.status}` : answer.detail;
    return [
      service,
      isTaken
        ? fine('sms.test', 'the service took a message; look whether it arrives')
        : fail('sms.test', said, 'the service did not take a message: ask it why'),
    ];
  },
};
