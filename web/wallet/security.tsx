// Safety: the PIN, passkeys, and the devices that are signed in.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DeviceView, PasskeyList, PasskeyView, WalletView } from '@tongbao/protocol/wallet';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { errorText } from '../ui/error-text.ts';
import { showShortTime } from '../ui/format.ts';
import { Skeleton, StepHeading } from '../ui/frame.tsx';
import { Icon } from '../ui/icons.tsx';
import { makePasskey, PasskeyNotUsed, passkeyUse } from '../ui/passkey.ts';
import { AskPin } from './ask-pin.tsx';
import { Failed } from './bills.tsx';

const passkeysPath = '/api/wallet/passkeys';
const devicesPath = '/api/wallet/devices';

export function Security(props: { wallet: WalletView; forget: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <section className="card">
        <StepHeading level={1}>{t('security')}</StepHeading>
        <nav className="list" aria-label={t('pin')}>
          <a href="#/me/security/pin">
            <Icon name="lock" />
            <span className="what">{props.wallet.hasPin ? t('changePin') : t('setPin')}</span>
            <Icon name="onward" size={16} />
          </a>
          {props.wallet.hasPin && (
            <a href="#/me/security/pin/reset">
              <Icon name="back" />
              <span className="what">{t('forgotPin')}</span>
              <Icon name="onward" size={16} />
            </a>
          )}
        </nav>
      </section>
      <Passkeys hasPin={props.wallet.hasPin} />
      <Devices forget={props.forget} />
    </>
  );
}

/** What a passkey made here is called: the browser's own words for its machine. */
const nameOfThis = (): string =>
  (navigator as { userAgentData?: { platform?: string } }).userAgentData?.platform ||
  navigator.platform ||
  'Passkey';

function Passkeys(props: { hasPin: boolean }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: [passkeysPath],
    queryFn: () => call<PasskeyList>('GET', passkeysPath),
  });
  const [isAdding, setAdding] = useState(false);
  const keep = (list: PasskeyList) => queries.setQueryData([passkeysPath], list);
  const add = useMutation({
    mutationFn: async (options: Record<string, unknown>) => {
      const response = await makePasskey(options);
      return call<PasskeyList>('POST', passkeysPath, { name: nameOfThis(), response });
    },
    onSuccess: keep,
  });
  const passkeys = query.data?.passkeys ?? [];
  return (
    <section className="card">
      <h2>{t('passkeys')}</h2>
      <p className="muted lead">{t('passkeysText')}</p>
      {query.isPending && <Skeleton rows={2} />}
      {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.isSuccess && passkeys.length === 0 && <p className="muted">{t('noPasskeys')}</p>}
      <ul className="bills">
        {passkeys.map((passkey) => (
          <Passkey key={passkey.passkeyId} passkey={passkey} keep={keep} />
        ))}
      </ul>
      <div aria-live="polite">
        {add.error !== null && (
          <p className="note bad">
            {add.error instanceof PasskeyNotUsed ? t('passkeyStopped') : errorText(add.error, t)}
          </p>
        )}
      </div>
      {passkeyUse() === 'here' ? (
        <div className="actions">
          <button
            type="button"
            className="button quiet"
            disabled={add.isPending || !props.hasPin}
            onClick={() => setAdding(true)}
          >
            <Icon name="key" /> {t('addPasskey')}
          </button>
        </div>
      ) : (
        <p className="hint">{passkeyUse() === 'never' ? t('passkeyNotHere') : t('passkeyByName')}</p>
      )}
      {isAdding && (
        <AskPin
          ask={(pin) => call<{ options: Record<string, unknown> }>('POST', `${passkeysPath}/offer`, { pin })}
          onDone={({ options }) => {
            setAdding(false);
            add.mutate(options);
          }}
          onClose={() => setAdding(false)}
        >
          <p>{t('addPasskey')}</p>
        </AskPin>
      )}
    </section>
  );
}

function Passkey(props: { passkey: PasskeyView; keep: (list: PasskeyList) => void }) {
  const { t } = useTranslation();
  const { passkey } = props;
  const remove = useMutation({
    mutationFn: () => call<PasskeyList>('POST', `${passkeysPath}/${passkey.passkeyId}/removal`),
    onSuccess: props.keep,
  });
  return (
    <li className="line">
      <span className="badge">
        <Icon name="key" />
      </span>
      <span className="what">
        <strong>{passkey.name}</strong>
        <span className="muted small">
          {t('passkeyAdded', { time: showShortTime(passkey.addedAt) })}
          {passkey.lastUsedAt !== null &&
            ` · ${t('passkeyUsed', { time: showShortTime(passkey.lastUsedAt) })}`}
        </span>
        {remove.error !== null && <span className="wrong">{errorText(remove.error, t)}</span>}
      </span>
      <button
        type="button"
        className="linkish"
        disabled={remove.isPending}
        onClick={() => remove.mutate()}
        aria-label={`${t('remove')} ${passkey.name}`}
      >
        {t('remove')}
      </button>
    </li>
  );
}

function Devices(props: { forget: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const query = useQuery({
    queryKey: [devicesPath],
    queryFn: () => call<{ devices: DeviceView[] }>('GET', devicesPath),
  });
  const end = useMutation({
    mutationFn: (deviceId: string) => call('POST', `${devicesPath}/${deviceId}/end`),
    onSettled: () => queries.invalidateQueries({ queryKey: [devicesPath] }),
  });
  const endAll = useMutation({
    mutationFn: () => call('POST', `${devicesPath}/end`),
    onSuccess: props.forget,
  });
  const error = end.error ?? endAll.error;
  return (
    <section className="card">
      <h2>{t('devices')}</h2>
      {query.isPending && <Skeleton rows={3} />}
      {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
      <ul className="bills">
        {query.data?.devices.map((device) => (
          <li className="line" key={device.deviceId}>
            <span className="badge">
              <Icon name="device" />
            </span>
            <span className="what">
              <strong>
                {[device.browser, device.system].filter((word) => word !== '').join(' · ') ||
                  t('unknownDevice')}
                {device.isThis && <span className="tag">{t('thisDevice')}</span>}
              </strong>
              <span className="muted small">{t('lastSeen', { time: showShortTime(device.lastSeenAt) })}</span>
            </span>
            {!device.isThis && (
              <button
                type="button"
                className="linkish"
                disabled={end.isPending}
                onClick={() => end.mutate(device.deviceId)}
                aria-label={`${t('endDevice')} ${device.browser} ${device.system}`}
              >
                {t('endDevice')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <div aria-live="polite">{error !== null && <p className="note bad">{errorText(error, t)}</p>}</div>
      <div className="actions">
        {isAsking ? (
          <div className="note warn">
            <p>{t('endAllAsk')}</p>
            <div className="choices">
              <button
                type="button"
                className="button bad small"
                disabled={endAll.isPending}
                onClick={() => endAll.mutate()}
              >
                {t('confirm')}
              </button>
              <button type="button" className="button quiet small" onClick={() => setAsking(false)}>
                {t('cancel')}
              </button>
            </div>
          </div>
        ) : (
          <button type="button" className="button quiet" onClick={() => setAsking(true)}>
            {t('endAll')}
          </button>
        )}
      </div>
    </section>
  );
}
