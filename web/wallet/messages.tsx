// The inbox: money and the account, newest first. What is shown counts as seen.
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { Inbox, MessageView } from '@tongbao/protocol/wallet';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../ui/api.ts';
import { showMovement, showShortTime } from '../ui/format.ts';
import { Skeleton, StepHeading } from '../ui/frame.tsx';
import type { WordKey } from '../ui/i18n.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Failed } from './bills.tsx';
import { roman } from './me.tsx';
import { walletKey } from './wallet-key.ts';

const path = '/api/wallet/messages';

const kinds: Readonly<Record<MessageView['kind'], { readonly words: WordKey; readonly icon: IconName }>> = {
  payment: { words: 'msgPayment', icon: 'shop' },
  refund: { words: 'msgRefund', icon: 'back' },
  'top-up': { words: 'msgTopUp', icon: 'plus' },
  withdrawal: { words: 'msgWithdrawal', icon: 'bank' },
  'wallet-opened': { words: 'msgOpened', icon: 'purse' },
  'signed-in': { words: 'msgSignedIn', icon: 'device' },
  'signed-out-elsewhere': { words: 'msgSignedOut', icon: 'device' },
  'identity-confirmed': { words: 'msgIdentity', icon: 'person' },
  'class-raised': { words: 'msgClass', icon: 'gauge' },
  'pin-set': { words: 'msgPinSet', icon: 'lock' },
  'pin-changed': { words: 'msgPinChanged', icon: 'lock' },
  'pin-reset': { words: 'msgPinReset', icon: 'lock' },
  'passkey-added': { words: 'msgPasskeyAdded', icon: 'key' },
  'passkey-removed': { words: 'msgPasskeyRemoved', icon: 'key' },
  'card-added': { words: 'msgCardAdded', icon: 'card' },
  'card-removed': { words: 'msgCardRemoved', icon: 'card' },
  'limits-changed': { words: 'msgLimits', icon: 'gauge' },
  'account-frozen': { words: 'msgFrozen', icon: 'lock' },
  'account-unfrozen': { words: 'msgUnfrozen', icon: 'lock' },
  'account-limits': { words: 'msgHouseLimits', icon: 'gauge' },
};

export function Messages() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: [path],
    queryFn: ({ pageParam }) => call<Inbox>('GET', pageParam === '' ? path : `${path}?cursor=${pageParam}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const isLoaded = query.isSuccess;
  useEffect(() => {
    if (!isLoaded) return;
    void call('POST', `${path}/seen`).then(
      () => queries.invalidateQueries({ queryKey: walletKey }),
      () => undefined,
    );
  }, [isLoaded, queries]);
  const messages = query.data?.pages.flatMap((page) => page.messages) ?? [];
  return (
    <section className="card" aria-label={t('messages')}>
      <StepHeading level={1}>{t('messages')}</StepHeading>
      {query.isPending && <Skeleton rows={6} />}
      {query.error !== null && <Failed error={query.error} again={() => void query.refetch()} />}
      {query.isSuccess && messages.length === 0 && (
        <div className="empty">
          <Icon name="bell" size={40} />
          <p className="muted">{t('noMessages')}</p>
        </div>
      )}
      <ul className="bills">
        {messages.map((message) => (
          <li key={message.messageId}>
            <Message message={message} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <div className="actions">
          <button
            type="button"
            className="button quiet"
            disabled={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t('more')}
          </button>
        </div>
      )}
      <p className="hint after">{t('notYou')}</p>
    </section>
  );
}

function Message(props: { message: MessageView }) {
  const { t } = useTranslation();
  const { message } = props;
  const { words, icon } = kinds[message.kind];
  const detail =
    message.kind === 'class-raised' ? (roman[Number(message.detail) as 1] ?? '') : message.detail;
  const line = (
    <>
      <span className="badge">
        <Icon name={icon} />
      </span>
      <span className="what">
        <strong>
          {t(words as 'msgPayment', { detail: detail === '' ? t('unknownDevice') : detail })}
          {message.isNew && <span className="tag">{t('isNew')}</span>}
        </strong>
        <time className="muted small" dateTime={message.at}>
          {showShortTime(message.at)}
        </time>
      </span>
      {message.amount !== null && (
        <span className="how-much">
          <strong className={message.amount.value.startsWith('-') ? '' : 'in'}>
            {showMovement(message.amount)}
          </strong>
        </span>
      )}
    </>
  );
  return message.billId === null ? (
    <div className="line">{line}</div>
  ) : (
    <a href={`#/bills/${message.billId}`}>{line}</a>
  );
}
