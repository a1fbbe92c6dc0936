// A locked PIN is no dead end: a passkey still confirms, and the wallet sets a new PIN and leads back here.
import { useTranslation } from 'react-i18next';

/** The wallet, which leads back to this cashier when it is done. */
export const walletFromHere = (): string => `/wallet?from=${encodeURIComponent(location.pathname)}`;

export function PinLocked(props: { readonly text: string; readonly hasPasskey: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="note bad">
      <p>{props.text}</p>
      <p>
        {props.hasPasskey && `${t('lockedPasskey')} `}
        <a href={`${walletFromHere()}#/me/security/pin/reset`}>{t('resetPinGo')}</a>
      </p>
    </div>
  );
}
