// What the environment says: the public address, and what should not be in it.
import { type Check, fail, fine, warn } from './finding.ts';

export const checkSettings: Check = {
  name: 'settings',
  needsDatabase: false,
  async run({ config, surroundings }) {
    const { publicUrl } = config;
    return [
      publicUrl.startsWith('https://')
        ? fine('settings.public-url', publicUrl)
        : warn(
            'settings.public-url',
            `${publicUrl} is not https`,
            'put TLS in front and an https:// address into TONGBAO_PUBLIC_URL: without it cookies are not Secure and browsers refuse passkeys',
          ),
      surroundings.hasOwnerUrl
        ? fail(
            'settings.owner-url',
            'TONGBAO_OWNER_DATABASE_URL is set here',
            'take it out of the environment of the machines that serve; only whoever migrates needs it',
          )
        : fine('settings.owner-url', 'not set here'),
      config.serveAsOwner
        ? fail(
            'settings.serve-as-owner',
            'TONGBAO_SERVE_AS_OWNER=allow',
            'take it out: it lets serve run with a role that could change the books',
          )
        : fine('settings.serve-as-owner', 'not set'),
      config.reach === 'public'
        ? fine('settings.notify-loopback', 'notifications go to public addresses only')
        : warn(
            'settings.notify-loopback',
            'TONGBAO_NOTIFY_LOOPBACK=allow',
            'take it out unless a shop runs on this very machine',
          ),
      surroundings.hasTrustedProxies
        ? fine('settings.trusted-proxies', 'set')
        : warn(
            'settings.trusted-proxies',
            'TONGBAO_TRUSTED_PROXIES is not set',
            'name the addresses of the proxies in front: until then all who come through one count as one network',
          ),
    ];
  },
};
