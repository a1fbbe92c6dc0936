// Conversions that wait for people, because the settlement bank takes none by file: one person notes what was agreed with its
// desk, another one confirms it.
import { MoneyError, parseMajor } from '@tongbao/money';
import type { HandDeal, HandDeals, Role } from '@tongbao/protocol/console';
import { Button, Form, Input, Radio, Space } from 'antd';
import { useState } from 'react';
import { showDigits, showSpread } from '../ui/format.ts';
import { amount, type Say, time, useAsk, useWords } from './ask.ts';
import { Failed } from './pieces.tsx';
import { ReasonDialog } from './reason-dialog.tsx';

type Act = 'agree' | 'approve' | 'refuse';
interface Asked {
  readonly deal: HandDeal;
  readonly act: Act;
}

/** Nothing at all where nothing waits. */
export function Deals({ member }: { member: { readonly role: Role; readonly username: string } }) {
  const say = useWords();
  const answer = useAsk<HandDeals>('/deals');
  const [asked, setAsked] = useState<Asked | null>(null);
  if (answer.isError) return <Failed again={() => void answer.refetch()} />;
  const { deals, toleranceBps } = answer.data ?? { deals: [], toleranceBps: 0 };
  if (deals.length === 0 && asked === null) return null;
  return (
    <section className="panel">
      <h2>{say('handDeals')}</h2>
      <p className="muted">
        {say('handDealsText')} {say('dealTolerance', { percent: showSpread(toleranceBps) })}
      </p>
      <ul className="deals">
        {deals.map((deal) => (
          <li key={deal.id} className="break">
            <Wanted deal={deal} />
            <Noted deal={deal} />
            <Acts deal={deal} member={member} ask={(act) => setAsked({ deal, act })} />
          </li>
        ))}
      </ul>
      {asked?.act === 'agree' && <Agree deal={asked.deal} leave={() => setAsked(null)} />}
      {asked !== null && asked.act !== 'agree' && (
        <Decide deal={asked.deal} act={asked.act} leave={() => setAsked(null)} />
      )}
    </section>
  );
}

const isSold = ({ bought }: HandDeal): boolean => bought.startsWith('-');
const unsigned = (value: string): string => value.replace(/^-/, '');
const wantedText = (deal: HandDeal, say: Say): string =>
  say(isSold(deal) ? 'dealSell' : 'dealBuy', { amount: amount(deal.currency, unsigned(deal.bought)) });

function Wanted({ deal }: { deal: HandDeal }) {
  const say = useWords();
  const { homeCurrency, expectedCost, expectedRate } = deal;
  return (
    <div>
      <strong>{wantedText(deal, say)}</strong>
      <div>
        {say('dealExpected', {
          cost: amount(homeCurrency, unsigned(expectedCost)),
          rate: showDigits(expectedRate),
        })}
      </div>
      <div className="muted">{say('dealOfDay', { day: deal.day })}</div>
    </div>
  );
}

function Noted({ deal }: { deal: HandDeal }) {
  const say = useWords();
  const { agreement, homeCurrency } = deal;
  if (agreement === null) return <div className="muted">{say('dealNothing')}</div>;
  const { better, bankReference: reference, valueDate: day } = agreement;
  const difference = amount(homeCurrency, unsigned(better));
  return (
    <div className="break-reference">
      <strong>
        {say('dealAgreed', {
          cost: amount(homeCurrency, unsigned(agreement.cost)),
          rate: showDigits(agreement.rate),
        })}
      </strong>
      <div>
        {better === '0'
          ? say('dealAsExpected')
          : say(better.startsWith('-') ? 'dealWorse' : 'dealBetter', { amount: difference })}
      </div>
      <div>{say('dealReference', { reference, day })}</div>
      <div>{agreement.reason}</div>
      <div className="muted">
        {say('byWhom', { who: agreement.proposedBy, time: time(agreement.proposedAt) })}
      </div>
    </div>
  );
}

function Acts(props: {
  deal: HandDeal;
  member: { readonly role: Role; readonly username: string };
  ask: (act: Act) => void;
}) {
  const say = useWords();
  const { deal, member, ask } = props;
  if (deal.agreement === null)
    return member.role === 'maker' ? (
      <Button type="primary" onClick={() => ask('agree')}>
        {say('dealNote')}
      </Button>
    ) : (
      <span />
    );
  if (member.role !== 'checker' || deal.agreement.proposedBy === member.username)
    return <span className="muted">{say('ownProposal')}</span>;
  return (
    <Space wrap>
      <Button type="primary" onClick={() => ask('approve')}>
        {say('dealConfirm')}
      </Button>
      <Button onClick={() => ask('refuse')}>{say('dealRefuse')}</Button>
    </Space>
  );
}

interface Typed {
  readonly bankReference: string;
  readonly by: 'rate' | 'amounts';
  readonly rate?: string;
  readonly cost?: string;
  readonly valueDate: string;
}

/** As the server takes it: amounts in minor units, with the deal's own sign. */
function bodyOf(deal: HandDeal, { by, rate, cost, ...rest }: Typed): object {
  if (by === 'rate') return { ...rest, terms: { rate: rate?.trim() } };
  const value = parseMajor(cost!.trim(), deal.homeCurrency).amount.toString();
  return { ...rest, terms: { bought: deal.bought, cost: isSold(deal) ? `-${value}` : value } };
}

function isAmount(text: string, currency: string): boolean {
  try {
    return parseMajor(text.trim(), currency).amount > 0n;
  } catch (error) {
    if (error instanceof MoneyError) return false;
    throw error;
  }
}

function Agree({ deal, leave }: { deal: HandDeal; leave: () => void }) {
  const say = useWords();
  return (
    <ReasonDialog<Typed>
      title={`${say('dealNote')} · ${wantedText(deal, say)}`}
      path={`/deals/${deal.id}/agree`}
      begin={{ by: 'rate', bankReference: '', valueDate: '' }}
      shape={(typed) => bodyOf(deal, typed)}
      leave={leave}
      fields={<AgreeFields deal={deal} />}
    >
      <p>
        {say('dealExpected', {
          cost: amount(deal.homeCurrency, unsigned(deal.expectedCost)),
          rate: showDigits(deal.expectedRate),
        })}
      </p>
    </ReasonDialog>
  );
}

function AgreeFields({ deal }: { deal: HandDeal }) {
  const say = useWords();
  const { currency, homeCurrency: home } = deal;
  const by = Form.useWatch<Typed['by'] | undefined>('by');
  return (
    <>
      <Form.Item
        name="bankReference"
        label={say('bankReference')}
        extra={say('bankReferenceHelp')}
        rules={[{ required: true, whitespace: true, message: say('needed') }]}
      >
        <Input maxLength={35} autoComplete="off" />
      </Form.Item>
      <Form.Item name="by" label={say('agreedBy')}>
        <Radio.Group
          options={[
            { value: 'rate', label: say('agreedRate') },
            { value: 'amounts', label: say('agreedAmounts') },
          ]}
        />
      </Form.Item>
      {by === 'amounts' ? (
        <Form.Item
          key="cost"
          name="cost"
          label={say('costOf', { home, amount: amount(currency, unsigned(deal.bought)) })}
          rules={[
            {
              validator: async (_, typed: string | undefined) => {
                if (!isAmount(typed ?? '', home)) throw new Error(say('notAnAmount'));
              },
            },
          ]}
        >
          <Input inputMode="decimal" maxLength={30} autoComplete="off" />
        </Form.Item>
      ) : (
        <Form.Item
          key="rate"
          name="rate"
          label={say('rateOf', { home, currency })}
          rules={[{ required: true, pattern: /^\s*\d{1,20}(\.\d{1,20})?\s*$/, message: say('notARate') }]}
        >
          <Input inputMode="decimal" maxLength={41} autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item
        name="valueDate"
        label={say('valueDate')}
        rules={[{ required: true, pattern: /^\d{4}-\d\d-\d\d$/, message: say('notADay') }]}
      >
        <Input maxLength={10} placeholder={deal.day} autoComplete="off" />
      </Form.Item>
    </>
  );
}

function Decide({ deal, act, leave }: { deal: HandDeal; act: 'approve' | 'refuse'; leave: () => void }) {
  const say = useWords();
  return (
    <ReasonDialog
      title={`${say(act === 'approve' ? 'dealConfirm' : 'dealRefuse')} · ${wantedText(deal, say)}`}
      path={`/deal-agreements/${deal.agreement!.id}/${act}`}
      leave={leave}
    >
      <Noted deal={deal} />
    </ReasonDialog>
  );
}
